import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  BenchClient,
  StorageBench,
  type BenchOptions,
} from '../../../../test/support/storage-bench.ts';
import { Value } from './value.ts';
import type { Write } from './write.ts';

/** What a storage remembers of writes that changed something. */
function rememberedBy({ storage }: StorageBench): unknown {
  const remembered = new Map<string, unknown>();
  for (const { client, floor, replies } of storage.applied.entries()) {
    const effects = [...replies].filter(([, reply]) => reply === 'ok' || reply === 1);
    if (effects.length > 0) remembered.set(client, { floor, effects: new Map(effects) });
  }
  return remembered;
}

/** The next life of a storage, with all that it wrote. */
function restarted(bench: StorageBench, options: BenchOptions = {}): StorageBench {
  return new StorageBench({ ...options, records: bench.records });
}

/** Everything that a storage holds. */
function contentOf({ storage }: StorageBench): unknown {
  const content = new Map<string, unknown>();
  for (const [key, entry] of storage.table.entries()) {
    const items: string[] = [];
    if (!(entry instanceof Value)) entry.forRange(0, entry.size, (item) => items.push(item));
    content.set(key, entry instanceof Value ? entry.text : items);
  }
  return content;
}

test('a write that is sent again is applied once, and answered as the first time', () => {
  const bench = new StorageBench();
  const once = { client: 'c', sequence: 1, floor: 0 };
  const append: Write = { kind: 'append', key: 'list', item: 'x' };
  assert.equal(bench.write(append, bench.client(), once), 1);
  bench.write({ kind: 'remove', key: 'list', item: 'x' });
  assert.equal(bench.write(append, bench.client(), once), 1);
  assert.equal(bench.storage.table.get('list'), undefined);
  assert.equal(bench.storage.counters.retries, 1);
});

test('a write that changed nothing is not judged anew when a copy of it comes late', () => {
  const bench = new StorageBench();
  const once = { client: 'c', sequence: 1, floor: 0 };
  bench.write({ kind: 'append', key: 'list', item: 'x' });
  assert.equal(bench.write({ kind: 'append', key: 'list', item: 'x' }, bench.client(), once), 0);
  bench.write({ kind: 'remove', key: 'list', item: 'x' });
  assert.equal(bench.write({ kind: 'append', key: 'list', item: 'x' }, bench.client(), once), 0);
  assert.equal(bench.storage.table.get('list'), undefined);
});

test('a copy that comes when its client has the answer is refused', () => {
  const bench = new StorageBench();
  bench.set('k', '1', bench.client(), { client: 'c', sequence: 1, floor: 1 });
  bench.set('k', '2', bench.client(), { client: 'c', sequence: 2, floor: 2 });
  const late = bench.set('k', '1', bench.client(), { client: 'c', sequence: 1, floor: 1 });
  assert.equal((late as { code: string }).code, 'ERR');
  assert.equal(bench.storage.table.get('k'), '2');
});

test('a write that is sent again while its first copy waits joins it, also from another connection', () => {
  const bench = new StorageBench();
  const anna = bench.client();
  const id = bench.lease('list', anna);
  const once = { client: 'c', sequence: 7, floor: 7 };
  const append: Write = { kind: 'append', key: 'list', item: 'x' };
  const [first, second] = [bench.client(), bench.client()];
  assert.equal(bench.write(append, first, once, 'first'), 'waits');
  assert.equal(bench.write(append, first, once, 'first again'), 'waits');
  assert.equal(bench.write(append, second, once, 'second'), 'waits');
  assert.equal(bench.storage.keeper.waiting.count, 1);
  bench.storage.keeper.revoked('list', id, anna);
  assert.deepEqual(bench.outcomes, [
    ['first', 1],
    ['second', 1],
  ]);
  assert.equal(bench.write(append, second, once), 1);
});

test('a write that is sent again after a restart is answered as the first time', () => {
  const bench = new StorageBench();
  const once = { client: 'c', sequence: 3, floor: 2 };
  bench.set('k', '1', bench.client(), once);
  bench.set('k', '2');
  const next = restarted(bench);
  assert.equal(next.set('k', '1', next.client(), once), 'ok');
  assert.equal(next.storage.table.get('k'), '2');
});

test('a node that may have granted leases applies no write until lease and guard after its start', () => {
  const bench = new StorageBench();
  bench.set('k', 'old');
  bench.lease('k', bench.client());
  const next = restarted(bench);
  assert.equal(next.set('k', '1'), 'waits');
  assert.equal(next.set('k', '2'), 'waits');
  assert.equal(next.set('other', 'x'), 'waits');
  assert.equal(next.storage.table.get('k'), 'old');
  assert.equal(next.lease('k', next.client()), 0);
  assert.equal(next.storage.keeper.dueMs, 1_000 + 12_000);
  next.advance(11_999);
  assert.equal(next.storage.table.get('k'), 'old');
  next.advance(1);
  assert.deepEqual(
    next.outcomes.map(([name]) => name),
    ['1', '2', 'x'],
  );
  assert.equal(next.storage.table.get('k'), '2');
  assert.ok(next.lease('k', next.client()) > 0);
});

test('a node waits for leases as long as they lasted when they were granted', () => {
  const bench = new StorageBench({ terms: { leaseMs: 30_000, guardMs: 5_000 } });
  bench.lease('k', bench.client());
  const next = restarted(bench);
  assert.equal(next.storage.keeper.graceMs, 35_000);
});

test('a node that never granted a lease does not wait, nor one that ended in order when all were over', () => {
  const bench = new StorageBench();
  bench.set('k', 'v');
  assert.equal(restarted(bench).set('k', 'w'), 'ok');
  bench.lease('k', bench.client());
  bench.advance(12_000);
  bench.storage.end();
  assert.equal(restarted(bench).set('k', 'w'), 'ok');
});

test('a node that ended with leases out waits, also if its next life had none to grant', () => {
  const bench = new StorageBench();
  bench.lease('k', bench.client());
  bench.storage.end();
  const next = restarted(bench);
  next.storage.end();
  const last = new StorageBench({ records: [...bench.records, ...next.records] });
  assert.equal(last.set('k', 'v'), 'waits');
});

test('a node whose replies do not wait for the disk grants leases when it is noted that there are some', () => {
  const bench = new StorageBench({ waitsForLeaseNote: true });
  assert.equal(bench.lease('k', bench.client()), 0);
  bench.storage.note.onKept();
  assert.ok(bench.lease('k', bench.client()) > 0);
});

test('a node that is told that it has returned, because it came without a view, waits: also with a journal, which is then a new one', () => {
  for (const isKept of [false, true]) {
    const node = new StorageBench({ isKept });
    const { view } = node.storage.ownership;
    assert.ok(view !== undefined);
    node.storage.setView(view, { hasReturned: true });
    assert.equal(node.set('k', 'v'), 'waits');
    node.advance(12_000);
    assert.deepEqual(node.outcomes, [['v', 'ok']]);
  }
});

const someKey = fc.constantFrom('k', 'l');
const someItem = fc.constantFrom('v', 'w', 'x', 'y', 'z');
// Few deletions: they make good what was wrong before.
const someWrite: fc.Arbitrary<Write> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('append' as const), key: someKey, item: someItem }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('remove' as const), key: someKey, item: someItem }),
  },
  fc.record({ kind: fc.constantFrom('set', 'set absent'), key: someKey, value: someItem }),
  fc.record({ kind: fc.constant('delete' as const), key: someKey }),
);

/** What happens to a storage in the property below. */
const someStep = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('write' as const), write: someWrite, by: fc.nat(2) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('lease' as const), key: someKey, by: fc.nat(2) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('answer' as const), by: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('time' as const), ms: fc.nat(13_000) }) },
);

test('nobody holds a copy of what is changed, and writes of a key are applied in the order of their coming', () => {
  fc.assert(
    fc.property(fc.array(someStep, { maxLength: 80 }), (steps) => {
      const bench = new StorageBench();
      const clients = [0, 1, 2].map(() => bench.client());
      /** Copies that clients may use: by client and key, until when. */
      const copies = new Map<string, number>();
      const order: Record<string, number[]> = { k: [], l: [] };
      const applied: Record<string, number[]> = { k: [], l: [] };
      const clientOf = (by: number): BenchClient => clients[by] ?? new BenchClient(0);
      const drop = (by: number, key: string): boolean => copies.delete(`${by} ${key}`);
      for (const [index, step] of steps.entries()) {
        if (step.kind === 'time') bench.advance(step.ms);
        else if (step.kind === 'lease') {
          if (bench.lease(step.key, clientOf(step.by)) > 0) {
            copies.set(`${step.by} ${step.key}`, bench.nowMs + 10_000);
          }
        } else if (step.kind === 'answer') {
          for (const push of clientOf(step.by).pushes.splice(0)) {
            const [, key, id] = push as [string, string, number];
            drop(step.by, key);
            bench.storage.keeper.revoked(key, id, clientOf(step.by));
          }
        } else {
          const { write, by } = step;
          drop(by, write.key);
          order[write.key]?.push(index);
          const onApplied = (): void => {
            applied[write.key]?.push(index);
            for (const [name, untilMs] of copies) {
              if (name.endsWith(` ${write.key}`)) assert.ok(untilMs <= bench.nowMs, name);
            }
          };
          const client = clientOf(by);
          const outcome = bench.storage.write(write, { client, deliver: onApplied });
          if (outcome !== 'waits') onApplied();
        }
      }
      bench.advance(20_000);
      assert.deepEqual(applied, order);
      assert.deepEqual(contentOf(restarted(bench)), contentOf(bench));
    }),
    { numRuns: 300 },
  );
});

test('a life that loads a snapshot and what stands behind it has what the life before had', () => {
  const step = fc.record({
    write: someWrite,
    client: fc.nat(5),
    isOnce: fc.boolean(),
    /** A pack is made after it. */
    isPacked: fc.nat(9).map((n) => n === 0),
  });
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 60 }), fc.nat(19), (steps, base) => {
      const bench = new StorageBench({ trial: { snapshotPackBytes: 1, packedItemsMax: 2 } });
      const packs: Uint8Array[] = [];
      let behind = 0;
      let isOver = false;
      const pull = (isFirst: boolean): void => {
        const records = bench.storage.snapshotRecords({ isFirst, number: bench.records.length });
        isOver = records.length === 0;
        packs.push(...records);
      };
      for (const [index, { write, client, isOnce, isPacked }] of steps.entries()) {
        if (index === base) {
          behind = bench.records.length;
          pull(true);
        }
        const once = { client: `c${client}`, sequence: index, floor: 0 };
        bench.write(write, bench.client(), isOnce ? once : undefined);
        if (index > base && isPacked && !isOver) pull(false);
      }
      if (packs.length === 0) pull(true);
      while (!isOver) pull(false);
      const next = new StorageBench();
      for (const pack of packs) next.storage.loader.load(pack, 0);
      for (const [index, record] of bench.records.entries()) {
        if (index >= behind) next.storage.loader.load(record, index + 1);
      }
      assert.deepEqual(contentOf(next), contentOf(bench));
      assert.deepEqual(rememberedBy(next), rememberedBy(bench));
    }),
    { numRuns: 300 },
  );
});
