import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askedOperations, ringEvidence } from '../../../../test/support/ring-evidence.ts';
import { checkKeys } from './linearizability.ts';

test('each key is judged by itself, values and lists each in their way', () => {
  const operations = askedOperations(
    ['c1', 'v', { kind: 'put', value: 'a' }, 0, 1],
    ['c1', 'l', { kind: 'append', item: 'a', done: true }, 0, 1],
    ['c2', 'l', { kind: 'read', newest: 1, items: ['a'] }, 2, 3],
    ['c2', 'v', { kind: 'get', value: undefined }, 2, 3],
  );
  const violations = checkKeys(ringEvidence({ operations }));
  assert.deepEqual(
    violations.map(({ invariant }) => invariant),
    ['B1'],
  );
  assert.match(violations[0]?.text ?? '', /^v: .* c2 get v: nothing/);
});
