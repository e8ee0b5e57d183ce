import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  constants,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { openDisk } from './disk.ts';

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'atoll-disk-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** What an open file of this process is; undefined if it is closed by now. */
function targetOf(fd: string): string | undefined {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return undefined;
  }
}

/** A process that takes the lock of a folder, says so, and lives until it is killed. */
const holder = `
  import { openDisk } from ${JSON.stringify(new URL('disk.js', import.meta.url).href)};
  const disk = await openDisk(process.argv[1]);
  await disk.lock();
  console.log('locked');
  setInterval(() => {}, 1e6);`;

test(
  'an append to a file that syncs its appends is durable when it is over',
  { skip: process.platform !== 'linux' },
  async (t) => {
    const disk = await openDisk(folderOf(t));
    const file = await disk.create('a', { syncsAppends: true });
    const opened = readdirSync('/proc/self/fd').find((fd) => targetOf(fd) === join(disk.name, 'a'));
    const flags = /^flags:\s*([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${opened}`, 'utf8'));
    assert.notEqual(Number.parseInt(flags?.[1] ?? '0', 8) & constants.O_DSYNC, 0);
    await file.close();
  },
);

test('the lock of another process holds while it lives, and not after it was killed', async (t) => {
  const folder = folderOf(t);
  const child = spawn(process.execPath, ['--input-type=module', '-e', holder, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  const disk = await openDisk(folder);
  await assert.rejects(disk.lock(), {
    code: 'DISK_LOCKED',
    message: new RegExp(`in use by process ${child.pid}`),
  });
  child.kill('SIGKILL');
  await once(child, 'exit');
  const lock = await disk.lock();
  assert.equal(readdirSync(folder).length, 1, 'the file of the killed process is gone');
  await lock.release();
  assert.deepEqual(readdirSync(folder), []);
});

test('a lock with the number of another living process is not taken for its lock', async (t) => {
  const folder = folderOf(t);
  // The parent lives, and began at another time than this lock says.
  writeFileSync(join(folder, `lock.${process.ppid}.00000000_1.1`), '');
  const lock = await (await openDisk(folder)).lock();
  await lock.release();
});

test('a folder that cannot be made is a coded fault', async (t) => {
  const folder = folderOf(t);
  writeFileSync(join(folder, 'file'), '');
  await assert.rejects(openDisk(join(folder, 'file', 'data')), { code: 'DISK_FAILED' });
});

test('a full disk is a coded fault, and what was written before is readable', (t) => {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    t.skip('needs Linux and root, to mount a small file system');
    return;
  }
  const script = `
    import { openDisk } from ${JSON.stringify(new URL('disk.js', import.meta.url).href)};
    const disk = await openDisk(process.argv[1]);
    const file = await disk.create('a');
    let count = 0;
    try {
      for (;;) { await file.append(new Uint8Array(100_000).fill(7)); count++; }
    } catch (error) {
      const into = new Uint8Array(count * 100_000);
      const read = await file.read(0, into);
      console.log(error.code, read === count * 100_000 && into.every((byte) => byte === 7), count);
    }`;
  const folder = folderOf(t);
  // A mount of its own name space: gone with its processes, and nobody else sees it.
  const command =
    'mount -t tmpfs -o size=1m none "$1" && exec "$2" --input-type=module -e "$3" "$1"';
  const args = ['-m', 'sh', '-c', command, 'sh', folder, process.execPath, script];
  const { stdout, stderr, status } = spawnSync('unshare', args, { encoding: 'utf8' });
  if (status !== 0 && /unshare|mount/.test(stderr)) {
    t.skip(`cannot mount here: ${stderr.trim()}`);
    return;
  }
  assert.equal(stdout, 'DISK_FULL true 10\n', stderr);
});
