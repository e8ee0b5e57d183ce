import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import fc from 'fast-check';

import { VersionVector, type VectorPairs } from '../../version-vector.ts';
import { Knowledge } from './knowledge.ts';

const steps: fc.Arbitrary<[string, number][]> = fc.array(
  fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.integer({ min: 1, max: 6 })),
  { maxLength: 20 },
);

function raise(knowledge: Knowledge, pairs: readonly (readonly [string, number])[]): void {
  for (const [index, pair] of pairs.entries()) knowledge.raiseAll([pair], index);
}

const sorted = (pairs: VectorPairs): VectorPairs =>
  pairs.toSorted(([one], [other]) => (one < other ? -1 : 1));

describe('what a replica knows', () => {
  test('is the same for whoever heard of a part of it and then of what changed since', () => {
    fc.assert(
      fc.property(steps, fc.nat(20), (pairs, at) => {
        const knowledge = new Knowledge();
        raise(knowledge, pairs.slice(0, at));
        const { state } = knowledge;
        const heard = new VersionVector(knowledge.since(0));
        raise(knowledge, pairs.slice(at));
        heard.raiseAll(knowledge.since(state));
        assert.deepEqual(sorted(heard.pairs()), sorted(knowledge.vector.pairs()));
      }),
    );
  });

  test('has the same print in whatever order it came, and another one as soon as there is news', () => {
    fc.assert(
      fc.property(steps, (pairs) => {
        const [one, other] = [new Knowledge(), new Knowledge()];
        raise(one, pairs);
        raise(other, pairs.toReversed());
        assert.equal(one.print(), other.print());
        other.raiseAll([['new', 1]], 0);
        assert.notEqual(one.print(), other.print());
      }),
    );
  });

  test('tells what was news, and when it changed last', () => {
    const knowledge = new Knowledge();
    knowledge.raiseAll([['a', 2]], 10);
    const news = knowledge.raiseAll(
      [
        ['a', 1],
        ['b', 1],
      ],
      20,
    );
    assert.deepEqual(news, [['b', 1]]);
    assert.deepEqual(knowledge.raiseAll([['a', 2]], 30), []);
    assert.deepEqual([knowledge.state, knowledge.changedMs], [2, 20]);
  });
});
