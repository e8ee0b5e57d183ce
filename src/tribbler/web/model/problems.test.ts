import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isPassing, problemOf } from './problems.ts';

test('what may go well later is told from what will not', () => {
  assert.ok(isPassing(problemOf({ kind: 'lost' })));
  const told = (code: string): boolean =>
    isPassing(problemOf({ kind: 'problem', problem: { code, title: '', detail: '' } }));
  assert.ok(told('unavailable'));
  assert.ok(told('too-many-requests'));
  assert.ok(!told('too-long'));
});
