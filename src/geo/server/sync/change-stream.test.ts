import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import fc from 'fast-check';

import { VersionVector, type VectorPairs } from '../../version-vector.ts';
import { ChangeStream } from './change-stream.ts';
import { Run } from './run.ts';

const pairs: fc.Arbitrary<VectorPairs> = fc.uniqueArray(
  fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 1, max: 9 })),
  { selector: ([origin]) => origin, minLength: 1, maxLength: 3 },
);
const append = fc.record({
  kind: fc.constant('append' as const),
  count: fc.integer({ min: 1, max: 5 }),
});
const claim = fc.record({ kind: fc.constant('claim' as const), pairs });
const trim = fc.record({ kind: fc.constant('trim' as const), position: fc.nat(40) });

type Step =
  | { readonly kind: 'append'; readonly count: number }
  | { readonly kind: 'claim'; readonly pairs: VectorPairs }
  | { readonly kind: 'trim'; readonly position: number };

function streamOf(steps: readonly Step[]): ChangeStream {
  const stream = new ChangeStream({ base: [] });
  for (const step of steps) {
    if (step.kind === 'claim') stream.claim(step.pairs, stream.last);
    else if (step.kind === 'trim') stream.trim(Math.min(step.position, stream.last));
    else for (let index = 0; index < step.count; index += 1) stream.append(index);
  }
  return stream;
}

/** What whoever is at `position` knows, after `known` at the position before the first record. */
function knownAt(stream: ChangeStream, position: number, known: VectorPairs): VersionVector {
  const vector = new VersionVector(known);
  vector.raiseAll(stream.claimsBetween(stream.first - 1, position));
  return vector;
}

function knowsNoneOfA(origin: number): boolean {
  return origin !== originA;
}

function knowsEverything(): boolean {
  return true;
}

/** The number of an origin whose writes nobody has claimed. */
const originA = 1;

/** A source that may be lost, and told these places: each a write of A. */
function runThatTells(stream: ChangeStream, places: readonly number[]): Run {
  const run = new Run({ mayBreakOff: true });
  for (const [index, place] of places.entries()) {
    stream.append(place, run);
    run.saw(originA, index + 1);
  }
  return run;
}

/** The places of the records behind a position; claims have none. */
function placesBehind(stream: ChangeStream, position: number): number[] {
  const places: number[] = [];
  for (let at = position + 1; at <= stream.last; at += 1) {
    if (stream.place(at) >= 0) places.push(stream.place(at));
  }
  return places;
}

describe('a stream of changes', () => {
  test('places whoever knows what it claims behind all that this covers, and nobody behind more', () => {
    const steps = fc.array(fc.oneof(append, claim, trim), { maxLength: 20 });
    fc.assert(
      fc.property(steps, pairs, fc.nat(60), (all, known, at) => {
        const stream = streamOf(all);
        const position = Math.min(Math.max(at, stream.first - 1), stream.last);
        // Enough for the base of any stream of these steps.
        const everything: VectorPairs = ['a', 'b', 'c'].map((origin) => [origin, 9]);
        const found = stream.positionOf(new VersionVector(everything));
        // A run that was cut belongs to nobody before it is claimed.
        const behind = found ?? stream.first - 1;
        assert.ok(behind <= stream.last);
        assert.deepEqual(stream.claimsBetween(behind, stream.last), [], 'all claims are behind it');
        const vector = new VersionVector(known);
        const reached = stream.advance(position, vector);
        assert.ok(reached >= position && reached <= stream.last);
        for (const [origin, sequence] of stream.claimsBetween(position, reached)) {
          assert.ok(vector.covers(origin, sequence));
        }
      }),
    );
  });

  test('claims the same in one part as in two', () => {
    const steps = fc.array(fc.oneof(append, claim), { maxLength: 20 });
    fc.assert(
      fc.property(steps, fc.nat(40), (all, at) => {
        const stream = streamOf(all);
        const middle = Math.min(at, stream.last);
        const parts = new VersionVector(stream.claimsBetween(0, middle));
        parts.raiseAll(stream.claimsBetween(middle, stream.last));
        const whole = stream.claimsBetween(0, stream.last);
        assert.deepEqual(Object.fromEntries(parts.pairs()), Object.fromEntries(whole));
      }),
    );
  });

  test('that forgets records takes back only those who know what was claimed with them', () => {
    const stream = new ChangeStream({ base: [['a', 3]] });
    stream.append(7);
    stream.claim([['b', 1]], 0);
    stream.append(8);
    stream.claim([['b', 2]], 0);
    assert.equal(stream.positionOf(new VersionVector([])), undefined);
    assert.equal(stream.positionOf(new VersionVector([['a', 3]])), 0);
    stream.trim(2);
    assert.equal(stream.positionOf(new VersionVector([['a', 3]])), undefined);
    const vector = new VersionVector([
      ['a', 3],
      ['b', 1],
    ]);
    assert.equal(stream.positionOf(vector), 2);
    assert.deepEqual(knownAt(stream, 4, vector.pairs()).pairs(), [
      ['a', 3],
      ['b', 2],
    ]);
  });

  test('that forgets a part of what a claim is about gives the claim to nobody who lacks it', () => {
    const stream = new ChangeStream({ base: [] });
    for (const place of [7, 8, 9]) stream.append(place);
    stream.trim(2);
    const nothing = new VersionVector([]);
    assert.equal(stream.positionOf(nothing), undefined);
    stream.claim([['a', 3]], 0);
    assert.equal(stream.positionOf(nothing), undefined);
    assert.equal(stream.positionOf(new VersionVector([['a', 3]])), 4);
    stream.trim(4);
    stream.append(7);
    stream.claim([['a', 4]], 0);
    assert.equal(stream.positionOf(nothing), undefined);
    assert.equal(stream.positionOf(new VersionVector([['a', 3]])), 4);
  });

  test('does not advance past records that are gone by the claims that are left', () => {
    const stream = new ChangeStream({ base: [] });
    stream.append(7);
    stream.claim([['a', 1]], 0);
    stream.trim(2);
    stream.append(8);
    stream.claim([['b', 1]], 0);
    assert.equal(stream.advance(0, new VersionVector([['b', 1]])), 0);
    const vector = new VersionVector([
      ['a', 1],
      ['b', 1],
    ]);
    assert.equal(stream.advance(0, vector), 4);
  });

  test('does not advance past records of one source by the claims of another', () => {
    const stream = new ChangeStream({ base: [] });
    const run = new Run();
    stream.append(7, run);
    stream.claim([['b', 1]], 0, new Run());
    const vector = new VersionVector([['b', 1]]);
    assert.equal(stream.advance(0, vector), 0);
    assert.equal(stream.isOpenAt(2), true);
    stream.claim([['a', 1]], 0, run);
    assert.equal(stream.advance(0, vector), 0);
    assert.equal(stream.isOpenAt(2), true);
    assert.equal(stream.isOpenAt(3), false);
    vector.raise('a', 1);
    assert.equal(stream.advance(0, vector), 3);
  });

  test('places a server that returns by what it knows, though its earlier life was lost in the middle of what it told', () => {
    const stream = new ChangeStream({ base: [] });
    const lost = runThatTells(stream, [7]);
    for (let sequence = 1; sequence <= 4; sequence += 1) {
      stream.append(sequence);
      stream.claim([['b', sequence]], 0, new Run(), knowsNoneOfA);
    }
    const known = new VersionVector([['b', 3]]);
    stream.trim(6);
    assert.equal(stream.positionOf(known), undefined, 'nobody is past what may still be claimed');
    stream.breakOff(lost, knowsNoneOfA);
    assert.equal(stream.positionOf(known), 7);
    assert.equal(stream.isOpenAt(stream.last), false);
  });

  test('tells what a lost source told again before another one claims it, and then no more', () => {
    const stream = new ChangeStream({ base: [] });
    const difference = new Run({ mayBreakOff: true, claimsUntold: true });
    stream.breakOff(runThatTells(stream, [7, 8]), knowsNoneOfA);
    // The other one knows nothing of it: it stays to be told.
    stream.claim([['b', 1]], 0, difference, knowsNoneOfA);
    assert.deepEqual(placesBehind(stream, 2), [7, 8]);
    const position = stream.advance(0, new VersionVector([['b', 1]]));
    assert.equal(position, stream.last);
    stream.claim([['a', 2]], 0, difference, knowsEverything);
    assert.deepEqual(placesBehind(stream, position), [7, 8]);
    const { last } = stream;
    stream.claim([['a', 3]], 0, difference, knowsEverything);
    assert.deepEqual(placesBehind(stream, last), []);
  });

  test('tells it again before the lost source itself goes on where it was and claims it', () => {
    const stream = new ChangeStream({ base: [] });
    const lost = runThatTells(stream, [7]);
    stream.breakOff(lost, knowsNoneOfA);
    stream.append(8, lost);
    const { last } = stream;
    stream.claim([['a', 2]], 0, lost, knowsEverything);
    assert.deepEqual(placesBehind(stream, last), [7]);
  });

  test('tells nothing again of a lost source that is known by the claims of others', () => {
    const stream = new ChangeStream({ base: [] });
    stream.breakOff(runThatTells(stream, [7]), knowsEverything);
    const { last } = stream;
    stream.claim([['b', 1]], 0, new Run({ claimsUntold: true }), knowsEverything);
    assert.deepEqual(placesBehind(stream, last), []);
  });

  test('does not advance past records of one source by a claim of another that did not tell them', () => {
    const stream = new ChangeStream({ base: [] });
    runThatTells(stream, [7]);
    stream.claim([['b', 1]], 0, new Run());
    stream.claim([['a', 1]], 0, new Run({ claimsUntold: true }), knowsEverything);
    const vector = new VersionVector([['b', 1]]);
    assert.equal(stream.advance(0, vector), 0);
    vector.raise('a', 1);
    assert.equal(stream.positionOf(vector), 0, 'its source has not claimed it');
  });

  test('does not advance past a position of which only a part of the claims is known', () => {
    const stream = new ChangeStream({ base: [] });
    stream.append(1);
    stream.claim(
      [
        ['a', 1],
        ['b', 1],
      ],
      0,
    );
    assert.equal(stream.advance(0, new VersionVector([['a', 1]])), 0);
  });

  test('of own writes claims each record by itself', () => {
    const stream = new ChangeStream({ ownOrigin: 'me', base: [] });
    for (const place of [4, 5, 4]) stream.append(place);
    assert.deepEqual(stream.claimsBetween(1, 2), [['me', 2]]);
    assert.equal(stream.positionOf(new VersionVector([['me', 2]])), 2);
    assert.equal(stream.positionOf(new VersionVector([['me', 99]])), 3);
    stream.trim(3);
    assert.equal(stream.positionOf(new VersionVector([['me', 2]])), undefined);
  });

  test('tells since when somebody behind it goes without what it claims', () => {
    const stream = new ChangeStream({ base: [] });
    stream.claim([['a', 1]], 100);
    stream.claim([['a', 2]], 250);
    assert.deepEqual(
      [stream.claimedMs(0), stream.claimedMs(1), stream.claimedMs(2)],
      [100, 250, undefined],
    );
  });

  test('begins with what everybody knows, and only at its beginning', () => {
    const stream = new ChangeStream({ base: [] });
    stream.beginWith([['a', 5]]);
    assert.equal(stream.positionOf(new VersionVector([['a', 4]])), undefined);
    stream.append(1);
    assert.throws(() => stream.beginWith([['a', 6]]), /has begun/);
  });
});
