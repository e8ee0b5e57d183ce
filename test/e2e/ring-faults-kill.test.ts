import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomBelow } from '../../src/core/random.ts';
import { SimRandom } from '../../src/sim/sim-random.ts';
import { findPorts } from '../support/free-ports.ts';
import { ListAppender } from '../support/list-appender.ts';
import { RespWriter } from '../support/resp-writer.ts';
import { readItems, readNumbered } from '../support/ring-content.ts';
import { RingProcess } from '../support/ring-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';

// An owner that is killed while clients write has, started again on what it kept, everything that it acknowledged.

/** `ATOLL_ROUNDS` asks for a longer run. */
const rounds = Number(process.env['ATOLL_ROUNDS'] ?? 8);
const seed = Number(process.env['ATOLL_SEED'] ?? Date.now() % 1_000_000);

/** One client that waits for each reply, one that does not, and one whose values make the log long. */
function startWriters(port: number, round: number): RespWriter[] {
  const prefix = (name: string): string => `${round}/${name}/`;
  return [
    new RespWriter({ port, prefix: prefix('single'), keys: 40 }),
    new RespWriter({ port, prefix: prefix('piped'), keys: 300, depth: 200 }),
    new RespWriter({
      port,
      prefix: 'large/',
      label: `${round} `,
      keys: 30,
      depth: 4,
      valueBytes: 100_000,
    }),
  ];
}

test(`kill -9 of an owner under load, ${rounds} times in a row, loses nothing that was acknowledged, and appends nothing twice`, async (t) => {
  t.diagnostic(`ATOLL_SEED=${seed}`);
  const random = new SimRandom(seed);
  const data = temporaryFolder(t);
  const port = await findPorts(1);
  let server = await RingProcess.start({ data, port });
  t.after(() => server.kill());
  const appender = await ListAppender.start(server.address, 'items');
  let large = new Map<string, string>();
  let acknowledged = 0;
  for (let round = 0; round < rounds; round += 1) {
    const writers = startWriters(server.port, round);
    const which = randomBelow(random, writers.length);
    const before = appender.acknowledged;
    await writers[which]?.hasAcknowledged(1 + randomBelow(random, [40, 4_000, 100][which] ?? 1));
    await until('the appender goes on', 30_000, () => appender.acknowledged > before);
    await server.kill();
    const appended = appender.items;
    await Promise.all(writers.map((writer) => writer.end()));

    server = await server.restart();
    try {
      for (const [index, writer] of writers.entries()) {
        const found = await readNumbered(server.port, writer.prefix, [40, 300, 30][index] ?? 0);
        writer.check(found, writer.prefix === 'large/' ? large : undefined);
        if (writer.prefix === 'large/') large = found;
        acknowledged += writer.acknowledged;
      }
      const items = await readItems(server.port, appender.key);
      assert.deepEqual(items.slice(0, appended.length), appended);
    } catch (error) {
      throw new Error(`round ${round} of ATOLL_SEED=${seed} ${server.atoll.stderr}`, {
        cause: error,
      });
    }
  }
  await appender.stop();
  assert.deepEqual(await readItems(server.port, appender.key), appender.items);
  assert.equal(appender.doubled, 0);
  t.diagnostic(`${acknowledged} writes and ${appender.acknowledged} appends were acknowledged`);
});
