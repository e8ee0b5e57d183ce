import assert from 'node:assert/strict';
import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Redis } from 'ioredis';
import { flipMiddle, lastSegment } from '../support/damaged-log.ts';
import { RespWriter } from '../support/resp-writer.ts';
import { readNumbered } from '../support/ring-content.ts';
import { RingProcess } from '../support/ring-process.ts';
import { SmallDisk } from '../support/small-disk.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';

// What a disk can do to a node of the ring: nothing is acknowledged that is not there after a restart.

test('a full disk: writes are refused, nothing doubtful is read, and what was acknowledged is there when there is space', async (t) => {
  const data = temporaryFolder(t);
  const disk = SmallDisk.mount(t, data, '3m');
  if (disk === undefined) return;
  try {
    const server = await RingProcess.start({ data });
    t.after(() => server.kill());
    const writer = new RespWriter({
      port: server.port,
      prefix: 'filling/',
      keys: 5_000,
      depth: 10,
      valueBytes: 1_000,
    });
    await writer.end();
    assert.match(writer.refusal ?? 'nothing', /^UNKNOWN it is not known whether .*ENOSPC/);
    assert.ok(writer.acknowledged > 0);
    const late = new RespWriter({ port: server.port, prefix: 'late/', keys: 10 });
    await late.end();
    assert.equal(late.acknowledged, 0);
    assert.match(late.refusal ?? 'nothing', /^MISCONF no write is taken any more/);
    // The last writes may be gone after the next start: a linearizable store does not show them meanwhile.
    const redis = new Redis(server.port, '127.0.0.1');
    await assert.rejects(redis.get('filling/0'), /MISCONF/);
    redis.disconnect();
    await until('it says that it is not ready', 5_000, async () => {
      return (await server.ask('/readyz')).text.includes('no write is taken any more');
    });
    assert.equal(await server.metric('atoll_journal_failed{'), 1);
    await server.kill();
    disk.grow('30m');
    const again = await RingProcess.start({ data });
    t.after(() => again.kill());
    writer.check(await readNumbered(again.port, writer.prefix, 5_000));
    assert.equal(await again.readiness(), 200);
    await again.kill();
  } finally {
    disk.unmount();
  }
});

/** A folder that a killed server left, the folder of its node, and who wrote there. */
async function writtenFolder(data: string): Promise<{ writer: RespWriter; path: string }> {
  const server = await RingProcess.start({ data });
  const writer = new RespWriter({ port: server.port, prefix: 'kept/', keys: 300, count: 100 });
  await writer.end();
  await server.kill();
  assert.equal(writer.acknowledged, 100);
  return { writer, path: lastSegment(join(data, 'node-1')) };
}

test('an unfinished write at the end of the log costs nothing that was acknowledged', async (t) => {
  const data = temporaryFolder(t);
  const { writer, path } = await writtenFolder(data);
  const bytes = readFileSync(path);
  writeFileSync(path, Buffer.concat([bytes, bytes.subarray(36, 36 + 20)]));
  const again = await RingProcess.start({ data });
  t.after(() => again.kill());
  writer.check(await readNumbered(again.port, writer.prefix, 300));
});

test('a log that ends in the middle of a record loses that one alone', async (t) => {
  const data = temporaryFolder(t);
  const { writer, path } = await writtenFolder(data);
  truncateSync(path, statSync(path).size - 5);
  const again = await RingProcess.start({ data });
  t.after(() => again.kill());
  const found = await readNumbered(again.port, writer.prefix, 300);
  // Every eleventh of the 100 writes was a delete, of a key that was not there.
  assert.equal(found.size, 100 - 9 - 1);
  assert.equal(found.has('kept/99'), false);
});

test('a flipped byte in the middle of the log is refused with file, offset and a way out', async (t) => {
  const data = temporaryFolder(t);
  const { writer, path } = await writtenFolder(data);
  const bytes = flipMiddle(path);
  const { exitCode, stderr } = await RingProcess.fail({ data });
  assert.notEqual(exitCode, 0);
  assert.match(stderr, /journal-[0-9a-f]{16}\.log at byte \d+/);
  assert.match(stderr, /--quarantine/);
  assert.deepEqual(readFileSync(path), bytes);
  const again = await RingProcess.start({ data, arguments: ['--quarantine'] });
  t.after(() => again.kill());
  assert.match(again.atoll.stderr, /"event":"records are lost"/);
  // Whether leases had been granted may be among what is lost.
  assert.ok((await again.metric('atoll_ring_restart_wait_seconds{')) > 0);
  const found = await readNumbered(again.port, writer.prefix, 300);
  assert.ok(found.size > 0 && found.size < 91, `${found.size} keys are there`);
});
