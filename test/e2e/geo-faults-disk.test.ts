import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { flipMiddle, lastSegment } from '../support/damaged-log.ts';
import { GeoCluster } from '../support/geo-cluster.ts';
import { GeoProcess, readAll } from '../support/geo-process.ts';
import { RespWriter } from '../support/resp-writer.ts';
import { SmallDisk } from '../support/small-disk.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';

// What a disk can do to a server. Its rule: nothing is acknowledged that is not there after a restart, and reads go on.

/**
 * Asserts what a server does whose disk failed under a client that wrote. Nobody can say any more whether what waited for the
 * disk is there: those clients are answered that. Others are only refused writes.
 */
async function assertReadsGoOn(server: GeoProcess, writer: RespWriter): Promise<void> {
  assert.match(writer.refusal ?? 'nothing', /^UNKNOWN it is not known whether .*E(NOSPC|IO)/);
  assert.ok(writer.acknowledged > 0);
  const late = new RespWriter({ port: server.port, prefix: 'late/', keys: 10 });
  await late.end();
  assert.equal(late.acknowledged, 0);
  assert.match(late.refusal ?? 'nothing', /^MISCONF /);
  writer.check(await readAll(server.port));
  await until('it says that it is not ready', 5_000, async () => {
    return (await server.readiness()) === 503;
  });
}

test('a full disk: writes are refused, reads go on, and what was acknowledged is there when there is space', async (t) => {
  const data = temporaryFolder(t);
  const disk = SmallDisk.mount(t, data, '3m');
  if (disk === undefined) return;
  try {
    const server = await GeoProcess.start({ data });
    t.after(() => server.kill());
    const writer = new RespWriter({
      port: server.port,
      prefix: 'filling/',
      keys: 5_000,
      depth: 10,
      valueBytes: 1_000,
    });
    await writer.end();
    await assertReadsGoOn(server, writer);
    await server.kill();
    disk.grow('30m');
    const again = await GeoProcess.start({ data });
    t.after(() => again.kill());
    writer.check(await readAll(again.port));
    assert.equal(await again.readiness(), 200);
    await again.kill();
  } finally {
    disk.unmount();
  }
});

test('a durable write that fails: nothing is acknowledged after it, and what was is there after a restart', async (t) => {
  if (spawnSync('strace', ['-D', '-o', '/dev/null', 'true']).status !== 0) {
    t.skip('needs strace, and the right to trace, to make a write fail');
    return;
  }
  const data = temporaryFolder(t);
  // The count is of one thread; with one thread for files it is that of the process. A commit is one call, a write.
  const inject = ['-e', 'trace=pwrite64', '-e', 'inject=pwrite64:error=EIO:when=40+'];
  const server = await GeoProcess.start({
    data,
    through: ['strace', '-D', '-f', '-qq', '-o', '/dev/null', ...inject],
    environment: { UV_THREADPOOL_SIZE: '1' },
  });
  t.after(() => server.kill());
  const writer = new RespWriter({ port: server.port, prefix: 'synced/', keys: 20, depth: 3 });
  await writer.end();
  await assertReadsGoOn(server, writer);
  await server.kill();
  const again = await GeoProcess.start({ data });
  t.after(() => again.kill());
  writer.check(await readAll(again.port));
});

/** A folder that a killed server left, and who wrote there. */
async function writtenFolder(data: string): Promise<RespWriter> {
  const server = await GeoProcess.start({ data });
  const writer = new RespWriter({ port: server.port, prefix: 'kept/', keys: 300, count: 100 });
  await writer.end();
  await server.kill();
  return writer;
}

test('an unfinished write at the end of the log costs nothing that was acknowledged', async (t) => {
  const data = temporaryFolder(t);
  const writer = await writtenFolder(data);
  const path = lastSegment(data);
  // The beginning of what could have been the next write: its header is whole and its end never came.
  const bytes = readFileSync(path);
  writeFileSync(path, Buffer.concat([bytes, bytes.subarray(36, 36 + 20)]));
  const again = await GeoProcess.start({ data });
  t.after(() => again.kill());
  assert.equal(writer.acknowledged, 100);
  writer.check(await readAll(again.port));
});

test('a log that ends in the middle of a record loses that one alone', async (t) => {
  const data = temporaryFolder(t);
  await writtenFolder(data);
  const path = lastSegment(data);
  truncateSync(path, statSync(path).size - 5);
  const again = await GeoProcess.start({ data });
  t.after(() => again.kill());
  const found = await readAll(again.port);
  // Every eleventh of the 100 writes was a delete; the client waited for each, so each is a record of its own.
  assert.equal(found.size, 100 - 9 - 1);
  assert.equal(found.has('kept/99'), false);
});

test('a flipped byte in the middle of the log is refused with file, offset and a way out', async (t) => {
  const data = temporaryFolder(t);
  await writtenFolder(data);
  const path = lastSegment(data);
  const bytes = flipMiddle(path);
  const { exitCode, stderr } = await GeoProcess.fail({ data });
  assert.notEqual(exitCode, 0);
  assert.match(stderr, /journal-[0-9a-f]{16}\.log at byte \d+/);
  assert.match(stderr, /--quarantine/);
  assert.deepEqual(readFileSync(path), bytes);
  const again = await GeoProcess.start({ data, arguments: ['--quarantine'] });
  t.after(() => again.kill());
  const found = await readAll(again.port);
  assert.ok(found.size > 0 && found.size < 91, `${found.size} keys are there`);
});

test('a server that lost records begins anew beside others, and brings no deleted key back', async (t) => {
  const cluster = await GeoCluster.start(t, { servers: 2, isKept: true });
  const [one, two] = [cluster.at(0), cluster.at(1)];
  const data = two.options.data ?? '';
  // Every eleventh write is a delete, of a key that was written before.
  const writer = new RespWriter({ port: two.port, prefix: 'kept/', keys: 100, count: 1_000 });
  await writer.end();
  assert.equal(writer.acknowledged, 1_000);
  const { found } = await cluster.untilEqual(30_000);
  for (const server of cluster.servers) {
    await until('the tombstones are gone', 30_000, async () => {
      return (await server.metric('atoll_geo_tombstones{')) === 0;
    });
  }
  await two.kill();
  flipMiddle(lastSegment(data));
  await cluster.restart(1, { arguments: ['--quarantine'] });
  const { found: after } = await cluster.untilEqual(30_000);
  assert.deepEqual(after, found);
  assert.equal(await one.metric('atoll_geo_divergence_found_total'), 0);
  assert.ok(readdirSync(data).some((name) => name.startsWith('stale-')));
});
