import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { readWhole, type Disk } from '../../src/core/disk.ts';
import { startThread } from './disk-thread.ts';
import { worldKinds, type World } from './world.ts';

const entry = new URL('disk-thread.js', import.meta.url);

async function write(disk: Disk, name: string, text: string): Promise<void> {
  const file = await disk.create(name);
  await file.append(new TextEncoder().encode(text));
  await file.close();
}

async function textOf(disk: Disk, name: string): Promise<string> {
  return new TextDecoder().decode(await readWhole(disk, name));
}

for (const kind of worldKinds) {
  const on = (
    promise: string,
    body: (world: World, folder: (name: string) => string) => Promise<void>,
  ): void => {
    test(promise, async (t) => {
      const root = mkdtempSync(join(tmpdir(), 'atoll-disks-'));
      t.after(() => rmSync(root, { recursive: true }));
      const world = kind.create();
      await world.settle(body(world, (name) => join(root, name)));
    });
  };

  describe(`disks: ${kind.name}`, () => {
    on('each folder has files and a lock of its own', async ({ server }, folder) => {
      const one = await server.disks.open(folder('node-1'));
      const other = await server.disks.open(folder('some/node-2'));
      await write(one, 'a', 'of one');
      await write(other, 'a', 'of the other');
      assert.equal(await textOf(one, 'a'), 'of one');
      assert.equal(await textOf(other, 'a'), 'of the other');
      await one.lock();
      await other.lock();
    });

    on('a folder that is opened again is the same one', async ({ server }, folder) => {
      const first = await server.disks.open(folder('data'));
      await write(first, 'a', 'text');
      const lock = await first.lock();
      const second = await server.disks.open(folder('data'));
      assert.equal(await textOf(second, 'a'), 'text');
      await assert.rejects(second.lock(), { code: 'DISK_LOCKED' });
      await lock.release();
      await second.lock();
    });

    on('another thread that opens a folder finds the same one', async (world, folder) => {
      world.defineThreadEntry(entry, startThread);
      const disk = await world.server.disks.open(folder('data'));
      await write(disk, 'a', 'text');
      await disk.lock();
      const group = await world.threads.start(1, entry, folder('data'));
      const text = await new Promise((resolve) => {
        const [port] = group.ports;
        assert.ok(port !== undefined);
        port.onBytes = (bytes) => resolve(new TextDecoder().decode(bytes));
      });
      assert.equal(text, 'text DISK_LOCKED');
      await group.terminate();
    });
  });
}
