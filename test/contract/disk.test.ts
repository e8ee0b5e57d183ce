import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import fc from 'fast-check';
import { AssertionFailed } from '../../src/core/assert.ts';
import { readWhole } from '../../src/core/disk.ts';
import type { Disk } from '../../src/core/disk.ts';
import { openDisk } from '../../src/platform/disk.ts';
import { Simulation } from '../../src/sim/simulation.ts';

interface DiskKind {
  readonly name: string;
  /** Runs a test on an empty folder. */
  run(t: TestContext, body: (disk: Disk) => Promise<void>): Promise<void>;
}

const kinds: DiskKind[] = [
  {
    name: 'platform',
    async run(t, body) {
      const folder = mkdtempSync(join(tmpdir(), 'atoll-disk-'));
      t.after(() => rmSync(folder, { recursive: true }));
      await body(await openDisk(join(folder, 'some', 'data')));
    },
  },
  ...[1, 2, 3, 4, 5].map((seed) => ({
    name: `simulation, seed ${seed}`,
    async run(_: TestContext, body: (disk: Disk) => Promise<void>): Promise<void> {
      const simulation = new Simulation({ seed });
      const node = simulation.node('server');
      node.drive.setConditions({ shortWriteChance: 0.5, stallChance: 0.1, stallMsMax: 100 });
      await simulation.settle(body(node.disk));
    },
  })),
];

const utf8 = new TextEncoder();

async function write(disk: Disk, name: string, text: string): Promise<void> {
  const file = await disk.create(name);
  await file.append(utf8.encode(text));
  await file.close();
}

async function textOf(disk: Disk, name: string): Promise<string> {
  return new TextDecoder().decode(await readWhole(disk, name));
}

for (const kind of kinds) {
  const on = (promise: string, body: (disk: Disk) => Promise<void>): void => {
    test(promise, (t) => kind.run(t, body));
  };

  describe(`disk: ${kind.name}`, () => {
    on('what is appended is read back, in order, also by another opening', async (disk) => {
      const file = await disk.create('a');
      await file.append(utf8.encode('one '));
      await file.append(new Uint8Array(0));
      await file.append(utf8.encode('two'));
      assert.equal(file.length, 7);
      assert.equal(await textOf(disk, 'a'), 'one two');
      await file.sync();
      await file.close();
      assert.equal(await textOf(disk, 'a'), 'one two');
    });

    on('a file that syncs its appends is written, cut and read as any other', async (disk) => {
      const file = await disk.create('a', { syncsAppends: true });
      await file.append(utf8.encode('one '));
      await file.append(utf8.encode('two three'));
      await file.sync();
      await file.truncate(7);
      await file.sync();
      assert.equal(file.length, 7);
      assert.equal(await textOf(disk, 'a'), 'one two');
      await file.close();
    });

    on('a file that is opened again grows at its end', async (disk) => {
      await write(disk, 'a', 'one');
      const file = await disk.open('a');
      assert.equal(file.length, 3);
      await file.append(utf8.encode(' two'));
      await file.close();
      assert.equal(await textOf(disk, 'a'), 'one two');
    });

    on('ranges are read from anywhere, and end where the file ends', async (disk) => {
      await write(disk, 'a', '0123456789');
      const file = await disk.open('a');
      const into = new Uint8Array(4);
      for (const [at, expected] of [
        [0, '0123'],
        [5, '5678'],
        [8, '89'],
        [10, ''],
        [99, ''],
      ] as const) {
        const count = await file.read(at, into);
        assert.equal(new TextDecoder().decode(into.subarray(0, count)), expected);
      }
      await file.close();
    });

    on('a file that is cut ends there, and grows from there', async (disk) => {
      await write(disk, 'a', '0123456789');
      const file = await disk.open('a');
      await file.truncate(4);
      assert.equal(file.length, 4);
      await file.append(utf8.encode('x'));
      await file.close();
      assert.equal(await textOf(disk, 'a'), '0123x');
    });

    on('creating empties a file that was there', async (disk) => {
      await write(disk, 'a', 'long ago');
      await write(disk, 'a', 'now');
      assert.equal(await textOf(disk, 'a'), 'now');
    });

    on('a rename replaces what has the name', async (disk) => {
      await write(disk, 'a', 'old');
      await write(disk, 'b', 'new');
      await disk.rename('b', 'a');
      await disk.syncFolder();
      assert.deepEqual(await disk.list(), ['a']);
      assert.equal(await textOf(disk, 'a'), 'new');
    });

    on('the list has the files, in order, and not those that were removed', async (disk) => {
      assert.deepEqual(await disk.list(), []);
      for (const name of ['b', 'c-2.log', 'a']) await write(disk, name, '');
      await disk.remove('b');
      await disk.remove('never-there');
      await disk.syncFolder();
      assert.deepEqual(await disk.list(), ['a', 'c-2.log']);
    });

    on('a file that is not there cannot be opened: a coded fault', async (disk) => {
      await assert.rejects(disk.open('a'), { code: 'DISK_FAILED', message: /no such file/ });
      await assert.rejects(disk.rename('a', 'b'), { code: 'DISK_FAILED' });
    });

    on('only one has the lock, until it gives it back', async (disk) => {
      const lock = await disk.lock();
      assert.deepEqual(await disk.list(), []);
      await assert.rejects(disk.lock(), { code: 'DISK_LOCKED' });
      await assert.rejects(disk.lock(), { code: 'DISK_LOCKED' });
      await lock.release();
      const again = await disk.lock();
      await again.release();
      assert.deepEqual(await disk.list(), []);
    });

    on('of two that want the lock at once, at most one has it', async (disk) => {
      const outcomes = await Promise.allSettled([disk.lock(), disk.lock(), disk.lock()]);
      const taken = outcomes.filter(({ status }) => status === 'fulfilled');
      assert.ok(taken.length <= 1, `${taken.length} have it`);
    });

    on('the disk has room, and says how much', async (disk) => {
      assert.ok((await disk.freeBytes()) > 0);
    });

    on('two writes at once are a bug', async (disk) => {
      const file = await disk.create('a');
      const first = file.append(utf8.encode('one'));
      await assert.rejects(file.append(utf8.encode('two')), AssertionFailed);
      await first;
      await file.close();
    });

    on('any bytes in any pieces are read back as they were written', async (disk) => {
      const pieces = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 });
      for (const [round, written] of fc.sample(pieces, { seed: 7, numRuns: 20 }).entries()) {
        const file = await disk.create(`f${round}`);
        for (const piece of written) await file.append(piece);
        await file.sync();
        await file.close();
        const read = await readWhole(disk, `f${round}`);
        assert.deepEqual(Buffer.from(read), Buffer.concat(written));
      }
    });
  });
}
