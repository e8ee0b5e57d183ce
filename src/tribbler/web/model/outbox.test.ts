import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDrafts, withDraftState } from './outbox.ts';

const draft = { key: 'k', text: 'Hello', written: '2026-11-26T08:30:00.000Z' };

test('drafts that were kept wait to be sent, with the keys that they had', () => {
  const drafts = parseDrafts(JSON.stringify([draft]));
  assert.deepEqual(drafts, [{ ...draft, state: { kind: 'waiting' } }]);
});

test('what somebody else has left in the storage does no harm', () => {
  for (const kept of [undefined, '', '{', 'null', '{"key":1}', '[null,1,{"key":"k"}]']) {
    assert.deepEqual(parseDrafts(kept), [], kept);
  }
});

test('the state of one draft is changed and no other', () => {
  const drafts = parseDrafts(JSON.stringify([draft, { ...draft, key: 'l' }]));
  const changed = withDraftState(drafts, 'l', { kind: 'sending' });
  assert.deepEqual(
    changed.map(({ state }) => state.kind),
    ['waiting', 'sending'],
  );
});
