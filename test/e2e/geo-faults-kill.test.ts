import assert from 'node:assert/strict';
import { watch } from 'node:fs';
import { test } from 'node:test';
import { SimRandom } from '../../src/sim/sim-random.ts';
import { randomBelow } from '../../src/core/random.ts';
import { AtollProcess } from '../support/atoll.ts';
import { differenceOf, GeoProcess, readAll } from '../support/geo-process.ts';
import { RespWriter } from '../support/resp-writer.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

// A server that is killed while clients write has, started alone on what it kept, everything that it acknowledged (A7).

/** `ATOLL_ROUNDS` asks for a longer run. */
const rounds = Number(process.env['ATOLL_ROUNDS'] ?? 20);
const seed = Number(process.env['ATOLL_SEED'] ?? Date.now() % 1_000_000);

/** One client that waits for each reply, one that does not, and one whose values make the log so long that snapshots are due. */
function startWriters(ports: readonly number[], round: number): RespWriter[] {
  const [first = 0, second = 0] = ports;
  const prefix = (name: string): string => `${round}/${name}/`;
  return [
    new RespWriter({ port: first, prefix: prefix('single'), keys: 40 }),
    new RespWriter({ port: first, prefix: prefix('piped'), keys: 300, depth: 200 }),
    new RespWriter({
      port: second,
      // Each round overwrites what the one before left.
      prefix: 'large/',
      label: `${round} `,
      keys: 30,
      depth: 4,
      valueBytes: 100_000,
    }),
  ];
}

/** Starts a server on the folder and kills it at the given change of its files, if it does not answer before. */
async function killWhileStarting(data: string, changes: number): Promise<void> {
  let seen = 0;
  let kill = (): void => undefined;
  const watcher = watch(data, () => {
    seen += 1;
    if (seen === changes) kill();
  });
  const atoll = new AtollProcess(['geo', '--port', '0', '--admin-port', '0', '--data', data]);
  kill = (): void => void atoll.child.kill('SIGKILL');
  void atoll.said('stdout', '\n').then(kill);
  await atoll.end();
  watcher.close();
}

test(`kill -9 under load, ${rounds} times in a row, loses nothing that was acknowledged`, async (t) => {
  t.diagnostic(`ATOLL_SEED=${seed}`);
  const random = new SimRandom(seed);
  const data = temporaryFolder(t);
  let server = await GeoProcess.start({ data, actors: 2 });
  t.after(() => server.kill());
  let kept = new Map<string, string>();
  let acknowledged = 0;
  for (let round = 0; round < rounds; round += 1) {
    const writers = startWriters(server.ports, round);
    const which = randomBelow(random, writers.length);
    await writers[which]?.hasAcknowledged(1 + randomBelow(random, [40, 8_000, 300][which] ?? 1));
    await server.kill();
    await Promise.all(writers.map((writer) => writer.end()));
    if (randomBelow(random, 4) === 0) await killWhileStarting(data, 1 + randomBelow(random, 6));

    server = await GeoProcess.start({ data, actors: 2 });
    try {
      const found = await readBoth(server);
      for (const writer of writers) writer.check(found, kept);
      for (const [key, value] of kept) {
        if (!key.startsWith('large/')) assert.equal(found.get(key), value, key);
      }
      kept = found;
    } catch (error) {
      throw new Error(`round ${round} of ATOLL_SEED=${seed} ${server.atoll.stderr}`, {
        cause: error,
      });
    }
    for (const writer of writers) acknowledged += writer.acknowledged;
  }
  t.diagnostic(`${acknowledged} writes were acknowledged, ${kept.size} keys are there`);
});

/** What both query actors have, which is the same. */
async function readBoth(server: GeoProcess): Promise<Map<string, string>> {
  const [found = new Map(), other = new Map()] = await Promise.all(
    server.ports.map((port) => readAll(port)),
  );
  assert.equal(differenceOf(found, other), undefined);
  return found;
}
