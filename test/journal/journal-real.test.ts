import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openOnPlatform } from './open-on-platform.ts';

const writerPath: string = fileURLToPath(new URL('writer-process.js', import.meta.url));

function folderOf(t: TestContext): string {
  const folder = fs.mkdtempSync(join(tmpdir(), 'atoll-journal-'));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  return folder;
}

/** Runs the writer until it has said so many lines, kills it, and gives the last number that it said. */
async function writeAndKill(folder: string, lineCount: number): Promise<number> {
  const child = spawn(process.execPath, [writerPath, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  let last = 0;
  let lines = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const number = /^(?:loaded )?(\d+)$/.exec(line)?.[1];
    assert.notEqual(number, undefined, line);
    last = Number(number);
    // What is still in the pipe counts too: it was said.
    if (++lines === lineCount) child.kill('SIGKILL');
  }
  await exited;
  return last;
}

test('kill -9 of a writer at any moment loses nothing acknowledged, ten times in a row', async (t) => {
  const folder = folderOf(t);
  let before = 0;
  for (let round = 0; round < 10; round++) {
    const acknowledged = await writeAndKill(folder, 1 + Math.floor(Math.random() * 60));
    assert.ok(acknowledged >= before);
    const { journal, recovery, records } = await openOnPlatform(folder);
    assert.equal(recovery.incarnation, 2 * round + 2);
    assert.ok(records.length >= acknowledged, `${records.length} of ${acknowledged} are there`);
    for (const [index, record] of records.entries()) {
      assert.ok(record.startsWith(`record ${index + 1} `), `${record} at ${index + 1}`);
    }
    before = records.length;
    await journal.close();
  }
});

/** A journal of 50 records in a few segments, closed in order. */
async function writeFifty(folder: string): Promise<void> {
  const { journal } = await openOnPlatform(folder, { segmentBytesMax: 400 });
  for (let number = 1; number <= 50; number++) {
    journal.append(Buffer.from(`record ${number}`));
    if (number % 5 === 0) await journal.sync();
  }
  await journal.close();
}

function segmentsIn(folder: string): string[] {
  return fs.readdirSync(folder).filter((name) => name.endsWith('.log'));
}

test('a file that is cut anywhere in its last frame is a torn tail: cut off, counted, gone on from', async (t) => {
  const folder = folderOf(t);
  await writeFifty(folder);
  const path = join(folder, segmentsIn(folder).at(-1) ?? '');
  // The closing frame, and 7 bytes of what is before it.
  fs.truncateSync(path, fs.statSync(path).size - 36 - 7);
  const { journal, recovery, records } = await openOnPlatform(folder);
  assert.ok(records.length >= 45 && records.length < 50, `${records.length} records`);
  assert.ok(recovery.cutBytes > 0);
  journal.append(Buffer.from('another'));
  await journal.close();
  const again = await openOnPlatform(folder);
  assert.deepEqual(again.records, [...records, 'another']);
  assert.equal(again.recovery.cutBytes, 0);
  await again.journal.close();
});

test('a flipped byte is refused with file and offset, nothing is changed, and can be set aside', async (t) => {
  const folder = folderOf(t);
  await writeFifty(folder);
  const [, name = ''] = segmentsIn(folder);
  const path = join(folder, name);
  const bytes = fs.readFileSync(path);
  bytes[90] = (bytes[90] ?? 0) ^ 0x10;
  fs.writeFileSync(path, bytes);
  await assert.rejects(openOnPlatform(folder), {
    code: 'JOURNAL_CORRUPT',
    message: new RegExp(`${name} at byte 36: the checksum of the records is wrong`),
  });
  assert.deepEqual(fs.readFileSync(path), bytes);

  const { journal, recovery, records } = await openOnPlatform(folder, { onCorrupt: 'quarantine' });
  const firstLost = Number.parseInt(/[0-9a-f]{16}/.exec(name)?.[0] ?? '', 16);
  assert.equal(records.length, firstLost - 1);
  assert.equal(recovery.fault?.code, 'JOURNAL_CORRUPT');
  assert.ok(recovery.quarantined.length > 1);
  for (const aside of recovery.quarantined) assert.ok(fs.existsSync(join(folder, aside)), aside);
  assert.deepEqual(fs.readFileSync(join(folder, recovery.quarantined[0] ?? '')), bytes);
  journal.append(Buffer.from('another'));
  await journal.close();
  const again = await openOnPlatform(folder);
  assert.deepEqual(again.records, [...records, 'another']);
  await again.journal.close();
});

test('a journal of a later version is refused as such', async (t) => {
  const folder = folderOf(t);
  await writeFifty(folder);
  const { encodeFileHeader } = await import('../../src/core/journal/format.ts');
  const { crc32c } = await import('../../src/core/crc32c.ts');
  const header = encodeFileHeader({
    kind: 'boot',
    journalId: new Uint8Array(8),
    sequence: 0,
    incarnation: 9,
  });
  header.writeUInt16LE(2, 4);
  header.writeUInt32LE(crc32c(header, 0, 32), 32);
  fs.writeFileSync(join(folder, 'boot'), header);
  await assert.rejects(openOnPlatform(folder), {
    code: 'JOURNAL_VERSION',
    message: /version 2 .* expected 1/,
  });
});

test('a full disk ends the journal with a coded fault, and what was acknowledged is readable', (t) => {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    t.skip('needs Linux and root, to mount a small file system');
    return;
  }
  const folder = folderOf(t);
  const reader = `
    import { openOnPlatform } from ${JSON.stringify(new URL('open-on-platform.js', import.meta.url).href)};
    import { rmSync } from 'node:fs';
    rmSync(process.argv[1] + '/ballast');
    const { records } = await openOnPlatform(process.argv[1]);
    console.log('read', records.length, records.every((text, at) => text.startsWith('record ' + (at + 1) + ' ')));
    process.exit();`;
  // A mount of its own name space: gone with its processes, and nobody else sees it.
  const command = `mount -t tmpfs -o size=2m none "$1" && head -c 500000 /dev/zero > "$1/ballast"
    "$2" "$3" "$1" | tail -2; "$2" --input-type=module -e "$4" "$1"`;
  const args = ['-m', 'sh', '-c', command, 'sh', folder, process.execPath, writerPath, reader];
  const { stdout, stderr, status } = spawnSync('unshare', args, {
    encoding: 'utf8',
    timeout: 60_000,
  });
  if (status !== 0 && /unshare|mount/.test(stderr)) {
    t.skip(`cannot mount here: ${stderr.trim()}`);
    return;
  }
  const [, last, code, read, isInOrder] =
    /^(\d+)\n(\w+)\nread (\d+) (\w+)\n$/.exec(stdout) ?? assert.fail(stdout + stderr);
  assert.equal(code, 'DISK_FULL');
  assert.equal(isInOrder, 'true');
  assert.ok(Number(read) >= Number(last), `${read} of ${last} are there`);
});

test('a failing durable write of the real disk ends the journal, and what was acknowledged is readable', async (t) => {
  if (spawnSync('strace', ['-o', '/dev/null', 'true']).status !== 0) {
    t.skip('needs strace, and the right to trace, to make a write fail');
    return;
  }
  const folder = folderOf(t);
  // The count is of one thread; with one thread for files it is that of the process. All from then on fail: the
  // first may be of a snapshot, which the journal survives. What is durable when it is over is one call, a write.
  const inject = ['-f', '-qq', '-o', '/dev/null', '-e', 'trace=pwrite64', '-e'];
  const { stdout, status } = spawnSync(
    'strace',
    [...inject, 'inject=pwrite64:error=EIO:when=40+', process.execPath, writerPath, folder],
    { encoding: 'utf8', env: { ...process.env, UV_THREADPOOL_SIZE: '1' }, timeout: 60_000 },
  );
  const lines = stdout.trim().split('\n');
  assert.equal(lines.at(-1), 'DISK_FAILED');
  assert.equal(status, 3);
  const acknowledged = Number(lines.at(-2));
  assert.ok(acknowledged > 0);
  const { journal, records } = await openOnPlatform(folder);
  assert.ok(records.length >= acknowledged, `${records.length} of ${acknowledged} are there`);
  await journal.close();
});
