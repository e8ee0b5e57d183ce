import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { VersionVector } from './version-vector.ts';

describe('a version vector', () => {
  test('knows nothing of an origin that it never heard of', () => {
    const vector = new VersionVector();
    assert.equal(vector.sequenceOf('a'), 0);
    assert.ok(!vector.covers('a', 1));
  });

  test('only grows', () => {
    const vector = new VersionVector([['a', 5]]);
    vector.raise('a', 3);
    assert.equal(vector.sequenceOf('a'), 5);
    vector.raiseAll([
      ['a', 7],
      ['b', 1],
    ]);
    assert.ok(vector.covers('a', 7) && !vector.covers('a', 8) && vector.covers('b', 1));
  });

  test('is the same after it travelled', () => {
    const vector = new VersionVector([
      ['a', 5],
      ['b', 2],
    ]);
    assert.deepEqual(new VersionVector(vector.pairs()).pairs(), vector.pairs());
  });
});
