import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ExpiryHeap } from './expiry-heap.ts';

test('the first to end is always the one that a list of all would give', () => {
  const changes = fc.array(
    fc.tuple(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 20 })),
    { maxLength: 200 },
  );
  fc.assert(
    fc.property(changes, (all) => {
      const heap = new ExpiryHeap();
      const model = new Map<number, number>();
      for (const [entry, expiryMs] of all) {
        heap.set(entry, expiryMs);
        if (expiryMs === 0) model.delete(entry);
        else model.set(entry, expiryMs);
        assert.equal(heap.size, model.size);
        assert.equal(heap.expiryMs(entry), expiryMs);
        const first = Math.min(...model.values());
        if (model.size === 0) assert.equal(heap.first, -1);
        else assert.equal(model.get(heap.first), first);
      }
    }),
  );
});

test('entries leave in the order of their ends', () => {
  const heap = new ExpiryHeap();
  const ends = [5, 3, 9, 1, 7, 3, 8];
  for (const [entry, expiryMs] of ends.entries()) heap.set(entry, expiryMs);
  const left: number[] = [];
  while (heap.size > 0) {
    left.push(heap.expiryMs(heap.first));
    heap.set(heap.first, 0);
  }
  assert.deepEqual(
    left,
    ends.toSorted((a, b) => a - b),
  );
});
