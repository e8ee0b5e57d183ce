import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { HybridClock } from './hybrid-clock.ts';
import { compareTimes, counterMax } from './stamp.ts';

type Event =
  | { readonly kind: 'issue'; readonly nowMs: number }
  | {
      readonly kind: 'merge';
      readonly nowMs: number;
      readonly wallMs: number;
      readonly counter: number;
    };

const nowMs = fc.integer({ min: 0, max: 1_000 });
const events: fc.Arbitrary<Event[]> = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('issue' as const), nowMs }),
    fc.record({
      kind: fc.constant('merge' as const),
      nowMs,
      wallMs: fc.integer({ min: -10, max: 2_000 }),
      counter: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constant(counterMax)),
    }),
  ),
);

// A1, A2: the wall clock of these events jumps as it likes.
test('stamps strictly increase and exceed every stamp that was merged before', () => {
  fc.assert(
    fc.property(events, (all) => {
      const clock = new HybridClock({ skewMs: 100 });
      let [wallMs, counter] = [-1, 0];
      for (const event of all) {
        if (event.kind === 'issue') {
          clock.issue(event.nowMs);
          assert.ok(compareTimes(clock.wallMs, clock.counter, wallMs, counter) > 0);
          [wallMs, counter] = [clock.wallMs, clock.counter];
        } else if (clock.merge(event.wallMs, event.counter, event.nowMs)) {
          if (compareTimes(event.wallMs, event.counter, wallMs, counter) > 0) {
            [wallMs, counter] = [event.wallMs, event.counter];
          }
        }
      }
    }),
  );
});

test('while the wall clock stands still the counter tells writes apart', () => {
  const clock = new HybridClock({ skewMs: 0 });
  clock.issue(5);
  clock.issue(5);
  assert.deepEqual([clock.wallMs, clock.counter], [5, 1]);
});

test('a wall clock that jumps back does not take the stamps with it', () => {
  const clock = new HybridClock({ skewMs: 0 });
  clock.issue(5_000);
  clock.issue(1_000);
  assert.deepEqual([clock.wallMs, clock.counter], [5_000, 1]);
});

test('a counter that is used up moves on to the next millisecond', () => {
  const clock = new HybridClock({ skewMs: 0 });
  assert.equal(clock.merge(7, counterMax, 7), true);
  clock.issue(7);
  assert.deepEqual([clock.wallMs, clock.counter], [8, 0]);
});

test('a stamp too far ahead is refused, counted, and does not move the clock', () => {
  const clock = new HybridClock({ skewMs: 60_000 });
  clock.issue(1_000);
  assert.equal(clock.merge(61_000, 0, 1_000), true);
  assert.equal(clock.merge(61_001, 0, 1_000), false);
  assert.equal(clock.merge(2 ** 53 - 1, 0, 1_000), false);
  assert.equal(clock.merge(Number.NaN, 0, 1_000), false);
  assert.equal(clock.merge(-1, 0, 1_000), false);
  assert.equal(clock.refused, 4);
  assert.equal(clock.wallMs, 61_000);
});

test('a stamp of an earlier life is taken over however far ahead it is, and nothing is issued before it', () => {
  const clock = new HybridClock({ skewMs: 100 });
  clock.adopt(500_000, 7);
  assert.equal(clock.refused, 0);
  clock.issue(1_000);
  assert.deepEqual([clock.wallMs, clock.counter], [500_000, 8]);
  clock.adopt(400_000, 9);
  assert.deepEqual([clock.wallMs, clock.counter], [500_000, 8], 'an older one moves nothing');
});
