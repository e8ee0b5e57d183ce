import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import type { AtollError } from '../../../core/errors.ts';
import { Simulation } from '../../../sim/simulation.ts';
import type { VectorPairs } from '../../version-vector.ts';
import type { ServerIdentity } from '../geo-options.ts';
import { StoreJournal, type StoredState } from './store-journal.ts';

/** What a life of a server hears of its journal. */
interface Life {
  readonly journal: StoreJournal;
  readonly stored: StoredState;
  readonly identities: ServerIdentity[];
  /** Packs of earlier lives, as text. */
  readonly loaded: string[];
  readonly durable: number[];
  readonly faults: AtollError[];
}

async function openOn(
  simulation: Simulation,
  durability: 'fsync' | 'interval' = 'fsync',
): Promise<Life> {
  const node = simulation.node('s1');
  const identities: ServerIdentity[] = [];
  const loaded: string[] = [];
  const durable: number[] = [];
  const faults: AtollError[] = [];
  const opening = StoreJournal.open({
    outside: node.outside,
    disk: node.disk,
    durability,
    onIdentity: (identity) => Promise.resolve(void identities.push(identity)),
    onEntries: (pack) => loaded.push(Buffer.from(pack).toString()),
    onMembers: () => undefined,
    onProgress: () => undefined,
    onDurable: (token) => durable.push(token),
    onFault: (fault) => faults.push(fault),
  });
  return { ...(await simulation.settle(opening)), identities, loaded, durable, faults };
}

const packOf = (text: string): Uint8Array => Buffer.from(text);
const member = { id: 'a', incarnation: 1, at: 'a:1', isVolatile: false, isRemoved: false };

async function* slicesOf(
  known: VectorPairs,
  packs: readonly string[],
): AsyncGenerator<{
  known?: VectorPairs;
  pack?: Uint8Array;
}> {
  yield { known };
  for (const pack of packs) yield await Promise.resolve({ pack: packOf(pack) });
}

describe('the journal of a server', () => {
  test('gives each life its id, with an incarnation that counts up, before anything is loaded', async () => {
    const simulation = new Simulation({ seed: 1 });
    const first = await openOn(simulation);
    assert.equal(first.stored.clusterId, undefined);
    first.journal.appendEntries([['a', 1]], packOf('one'));
    await simulation.settle(first.journal.close());
    const second = await openOn(simulation);
    const id = first.identities[0]?.id;
    assert.match(id ?? '', /^[0-9a-f]{16}$/);
    assert.deepEqual(first.identities, [{ id, incarnation: 1 }]);
    assert.deepEqual(second.identities, [{ id, incarnation: 2 }]);
  });

  test('hands out what was appended: entries in order, what is known with them, the newest members', async () => {
    const simulation = new Simulation({ seed: 1 });
    const { journal } = await openOn(simulation);
    journal.appendEntries([['a', 1]], packOf('one'));
    journal.appendCluster('c', [member]);
    journal.appendEntries([['b', 7]], packOf('two'));
    journal.appendEntries([['a', 2]], new Uint8Array(0));
    journal.appendCluster('c', [member, { ...member, id: 'b' }]);
    await simulation.settle(journal.close());
    const { stored, loaded } = await openOn(simulation);
    assert.deepEqual(loaded, ['one', 'two']);
    assert.deepEqual(stored.known, [
      ['a', 2],
      ['b', 7],
    ]);
    assert.equal(stored.clusterId, 'c');
    assert.deepEqual(
      stored.members.map(({ id }) => id),
      ['a', 'b'],
    );
  });

  test('says that a token is durable only when a power cut could not take it back', async () => {
    for (let seed = 1; seed <= 40; seed += 1) {
      const simulation = new Simulation({ seed });
      const { journal, durable } = await openOn(simulation);
      for (let index = 1; index <= 30; index += 1) {
        const token = journal.appendEntries([['a', index]], packOf(`pack ${index}`));
        assert.equal(token, index);
        await simulation.advance(seed % 4);
      }
      const last = durable.at(-1) ?? 0;
      assert.deepEqual(
        durable,
        durable.toSorted((one, other) => one - other),
      );
      simulation.node('s1').crash({ hasPower: false });
      simulation.node('s1').restart();
      const { stored, loaded } = await openOn(simulation);
      const [, known = 0] = stored.known[0] ?? [];
      assert.ok(known >= last, `seed ${seed}: ${known} of ${last}`);
      assert.equal(loaded.length, known, 'what is known is there');
    }
  });

  test('is replaced by a snapshot, with what comes behind it', async () => {
    const simulation = new Simulation({ seed: 1 });
    const { journal } = await openOn(simulation);
    journal.appendCluster('c', [member]);
    for (let index = 1; index <= 10; index += 1) {
      journal.appendEntries([['a', index]], packOf(`old ${index}`));
    }
    await simulation.settle(journal.snapshot(slicesOf([['a', 10]], ['all', 'of it'])));
    journal.appendEntries([['a', 11]], packOf('new'));
    await simulation.settle(journal.close());
    const { stored, loaded } = await openOn(simulation);
    assert.deepEqual(loaded, ['all', 'of it', 'new']);
    assert.deepEqual(stored.known, [['a', 11]]);
    assert.equal(stored.clusterId, 'c');
  });

  test('keeps in a line what the disk does not take yet, in order, and all of it is there after a close', async () => {
    const simulation = new Simulation({ seed: 1 });
    const { journal } = await openOn(simulation, 'interval');
    const { drive } = simulation.node('s1');
    drive.setConditions({ stallChance: 1, stallMsMax: 2_000 });
    let taken = 0;
    // More than the journal holds for a disk that is behind.
    const pack = new Uint8Array(4_194_304);
    for (let index = 1; index <= 24; index += 1) {
      journal.appendEntries([['a', index]], pack, () => void (taken += 1));
    }
    assert.ok(taken < 24, 'the disk is behind');
    const closing = journal.close();
    await simulation.advance(1_000);
    drive.heal();
    await simulation.settle(closing);
    assert.equal(taken, 24);
    const { stored, loaded } = await openOn(simulation);
    assert.deepEqual([stored.known, loaded.length], [[['a', 24]], 24]);
  });

  test('that failed says so once, and takes nothing more', async () => {
    const simulation = new Simulation({ seed: 1 });
    const { journal, durable, faults } = await openOn(simulation);
    simulation.node('s1').drive.setConditions({ syncFailChance: 1 });
    journal.appendEntries([['a', 1]], packOf('lost'));
    await simulation.advance(100);
    assert.equal(faults.length, 1);
    assert.equal(journal.fault, faults[0]);
    journal.appendEntries([['a', 2]], packOf('never'));
    await simulation.advance(100);
    assert.deepEqual(durable, []);
  });
});
