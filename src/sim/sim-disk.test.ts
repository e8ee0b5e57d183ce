import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readWhole } from '../core/disk.ts';
import type { Disk } from '../core/disk.ts';
import type { DriveConditions } from './sim-drive.ts';
import { Simulation } from './simulation.ts';
import type { SimNode } from './sim-node.ts';

const ones: Uint8Array = new Uint8Array(1_000).fill(1);
const twos: Uint8Array = new Uint8Array(1_000).fill(2);

/** What is on the disk after a power cut, by name: over 200 seeds, each outcome once. */
async function afterPowerCut(
  program: (disk: Disk, node: SimNode) => Promise<void>,
  conditions: Partial<DriveConditions> = {},
): Promise<Record<string, Uint8Array>[]> {
  const outcomes: Record<string, Uint8Array>[] = [];
  for (let seed = 1; seed <= 200; seed++) {
    const simulation = new Simulation({ seed });
    const node = simulation.node('server');
    node.drive.setConditions(conditions);
    await simulation.settle(program(node.disk, node));
    node.crash({ hasPower: false });
    node.restart();
    const files: Record<string, Uint8Array> = {};
    const names = await simulation.settle(node.disk.list());
    for (const name of names) files[name] = await simulation.settle(readWhole(node.disk, name));
    outcomes.push(files);
  }
  return outcomes;
}

async function writeSynced(disk: Disk, name: string): Promise<void> {
  const file = await disk.create(name);
  await file.append(ones);
  await file.sync();
  await disk.syncFolder();
}

test('after a power cut what was synced is there, with a prefix of the rest of any length', async () => {
  const outcomes = await afterPowerCut(async (disk) => {
    await writeSynced(disk, 'a');
    const file = await disk.open('a');
    await file.append(twos);
  });
  const lengths = new Set(outcomes.map(({ a }) => a?.length ?? 0));
  for (const { a } of outcomes) assert.deepEqual(a?.subarray(0, 1_000), ones);
  const written = outcomes.every(({ a }) =>
    a?.subarray(1_000).every((byte) => byte === 2 || byte === 0),
  );
  assert.ok(written);
  assert.ok(lengths.has(1_000) && lengths.has(2_000) && lengths.size > 20);
});

test('after a power cut a file may have vanished or be empty, unless both were synced', async () => {
  const outcomes = await afterPowerCut(async (disk) => {
    const unsynced = await disk.create('unsynced');
    await unsynced.append(ones);
    const unnamed = await disk.create('unnamed');
    await unnamed.append(ones);
    await unnamed.sync();
  });
  assert.ok(outcomes.some(({ unsynced }) => unsynced?.length === 0));
  assert.ok(outcomes.some(({ unnamed }) => unnamed === undefined));
  assert.ok(outcomes.some(({ unnamed }) => unnamed?.length === 1_000));
});

test('after a power cut a rename without a synced folder may be undone, and with one is not', async () => {
  const undone = await afterPowerCut(async (disk) => {
    await writeSynced(disk, 'a');
    await disk.rename('a', 'b');
  });
  assert.ok(undone.some(({ a }) => a !== undefined));
  assert.ok(undone.every(({ a, b }) => (a === undefined) !== (b === undefined)));
  const done = await afterPowerCut(async (disk) => {
    await writeSynced(disk, 'a');
    await disk.rename('a', 'b');
    await disk.syncFolder();
  });
  assert.ok(done.every(({ a, b }) => a === undefined && b?.length === 1_000));
});

test('a process that ends alone loses nothing that was written', async () => {
  const simulation = new Simulation({ seed: 1 });
  const node = simulation.node('server');
  const write = async (): Promise<void> => {
    const file = await node.disk.create('a');
    await file.append(ones);
  };
  await simulation.settle(write());
  node.crash();
  node.restart();
  assert.deepEqual(await simulation.settle(readWhole(node.disk, 'a')), ones);
});

test('a lock ends with the life that has it', async () => {
  const simulation = new Simulation({ seed: 1 });
  const node = simulation.node('server');
  await simulation.settle(node.disk.lock());
  node.crash();
  node.restart();
  await simulation.settle(node.disk.lock());
});

test('what a failed sync dropped is readable, and a later sync does not save it', async () => {
  const outcomes = await afterPowerCut(async (disk, node) => {
    await writeSynced(disk, 'a');
    const file = await disk.open('a');
    await file.append(twos);
    node.drive.setConditions({ syncFailChance: 1 });
    await assert.rejects(file.sync(), { code: 'DISK_FAILED' });
    node.drive.heal();
    await file.sync();
    assert.deepEqual((await readWhole(disk, 'a')).subarray(1_000), twos);
  });
  assert.ok(outcomes.every(({ a }) => a?.length === 1_000));
});

test('a full disk takes what fits, then says that it is full', async () => {
  const simulation = new Simulation({ seed: 1 });
  const node = simulation.node('server');
  node.drive.setConditions({ capacityBytes: 1_500 });
  const fill = async (): Promise<void> => {
    const file = await node.disk.create('a');
    await file.append(ones);
    await assert.rejects(file.append(twos), { code: 'DISK_FULL' });
    assert.equal(file.length, 1_500);
    assert.equal(await node.disk.freeBytes(), 0);
  };
  await simulation.settle(fill());
});

test('a flipped bit is read back flipped, now and after a power cut', async () => {
  const outcomes = await afterPowerCut(async (disk, node) => {
    await writeSynced(disk, 'a');
    node.drive.flipBit('a', 500);
    assert.notDeepEqual(await readWhole(disk, 'a'), ones);
  });
  assert.ok(outcomes.every(({ a }) => a?.filter((byte) => byte !== 1).length === 1));
});

test('the same seed is the same disk', async () => {
  const write = async (disk: Disk): Promise<void> => {
    const file = await disk.create('a');
    for (let count = 0; count < 10; count++) await file.append(ones);
  };
  const conditions = { isReordered: true, shortWriteChance: 0.5, stallChance: 0.2 };
  const one = await afterPowerCut(write, conditions);
  const other = await afterPowerCut(write, conditions);
  assert.deepEqual(one, other);
});
