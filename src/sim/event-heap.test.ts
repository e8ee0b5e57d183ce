import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { EventHeap } from './event-heap.ts';
import type { SimEvent } from './event-heap.ts';

function event(atMs: number, tie: number, sequence: number): SimEvent {
  return { atMs, tie, sequence, kind: '', who: '', callback: () => {}, heapIndex: -1 };
}

test('events come out by time, tie and sequence, whatever was added and removed', () => {
  const step = fc.record({ atMs: fc.nat(20), tie: fc.nat(2), removes: fc.option(fc.nat()) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
      const heap = new EventHeap();
      const expected: SimEvent[] = [];
      steps.forEach(({ atMs, tie, removes }, sequence) => {
        const added = event(atMs, tie, sequence);
        heap.add(added);
        expected.push(added);
        if (removes === null) return;
        const [removed] = expected.splice(removes % expected.length, 1);
        assert.ok(removed !== undefined);
        heap.remove(removed);
        heap.remove(removed);
      });
      expected.sort((a, b) => a.atMs - b.atMs || a.tie - b.tie || a.sequence - b.sequence);
      for (const next of expected) {
        assert.equal(heap.next, next);
        heap.remove(next);
      }
      assert.equal(heap.size, 0);
    }),
  );
});
