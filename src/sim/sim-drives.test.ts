import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readWhole } from '../core/disk.ts';
import { Simulation } from './simulation.ts';

const bytes = new Uint8Array(100).fill(1);
const folders = ['node-1', 'node-2', 'node-3'];

test('a crash leaves the files of each folder, and a power cut takes from each what was not synced', async () => {
  const lost = new Map(folders.map((folder) => [folder, 0]));
  for (let seed = 1; seed <= 50; seed += 1) {
    const simulation = new Simulation({ seed });
    const node = simulation.node('server');
    const write = async (folder: string): Promise<void> => {
      const disk = await node.outside.disks.open(folder);
      const file = await disk.create('a');
      await file.append(bytes);
    };
    const length = async (folder: string): Promise<number> => {
      const disk = await node.outside.disks.open(folder);
      const names = await disk.list();
      return names.includes('a') ? (await readWhole(disk, 'a')).length : 0;
    };
    for (const folder of folders) await simulation.settle(write(folder));
    node.crash();
    node.restart();
    for (const folder of folders) assert.equal(await simulation.settle(length(folder)), 100);
    node.crash({ hasPower: false });
    node.restart();
    for (const folder of folders) {
      if ((await simulation.settle(length(folder))) < 100) {
        lost.set(folder, (lost.get(folder) ?? 0) + 1);
      }
    }
  }
  for (const [folder, times] of lost)
    assert.ok(times > 5, `${folder} lost something ${times} times`);
});

test('what hurts the disk of a node hurts all its folders, also those opened later, until it is healed', async () => {
  const simulation = new Simulation({ seed: 1 });
  const { drives, outside } = simulation.node('server');
  const fill = async (folder: string): Promise<string> => {
    const disk = await outside.disks.open(folder);
    const file = await disk.create('a');
    return file.append(bytes).then(
      () => 'written',
      (error: unknown) => (error as { code: string }).code,
    );
  };
  assert.equal(await simulation.settle(fill('node-1')), 'written');
  drives.setConditions({}, 50);
  assert.equal(await simulation.settle(fill('node-1')), 'written');
  for (const folder of ['node-2', 'data']) {
    assert.equal(await simulation.settle(fill(folder)), 'DISK_FULL', folder);
  }
  drives.heal();
  drives.setConditions({ writeFailChance: 1 });
  for (const folder of folders) {
    assert.equal(await simulation.settle(fill(folder)), 'DISK_FAILED', folder);
  }
  drives.heal();
  for (const folder of folders) assert.equal(await simulation.settle(fill(folder)), 'written');
});
