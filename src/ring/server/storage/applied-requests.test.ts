import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ringLimits } from '../../../core/limits.ts';
import { AppliedRequests } from './applied-requests.ts';

const bounds = { clientsMax: 2, perClientMax: 3 };

test('a write that was applied is answered from memory until its client says that it has the answer', () => {
  const applied = new AppliedRequests(bounds);
  assert.equal(applied.find({ client: 'a', sequence: 1, floor: 0 }), 'new');
  applied.add({ client: 'a', sequence: 1, floor: 0 }, 'ok');
  assert.deepEqual(applied.find({ client: 'a', sequence: 1, floor: 0 }), { reply: 'ok' });
  assert.equal(applied.find({ client: 'a', sequence: 2, floor: 2 }), 'new');
  assert.equal(applied.find({ client: 'a', sequence: 1, floor: 0 }), 'over');
});

test('clients do not share their numbers', () => {
  const applied = new AppliedRequests(bounds);
  applied.add({ client: 'a', sequence: 1, floor: 0 }, 'ok');
  assert.equal(applied.find({ client: 'b', sequence: 1, floor: 0 }), 'new');
});

test('a floor that leaps forgets what is below it, at no more cost than there is', () => {
  const applied = new AppliedRequests(bounds);
  applied.add({ client: 'a', sequence: 1, floor: 0 }, 'ok');
  applied.add({ client: 'a', sequence: 2, floor: 0 }, 1);
  const leap = Number.MAX_SAFE_INTEGER;
  assert.equal(applied.find({ client: 'a', sequence: leap, floor: leap }), 'new');
  const [entry] = [...applied.entries()];
  assert.equal(entry?.replies.size, 0);
});

test('more clients, or more unconfirmed writes of one, than are remembered are refused', () => {
  const applied = new AppliedRequests(bounds);
  for (const sequence of [1, 2, 3]) applied.add({ client: 'a', sequence, floor: 0 }, 'ok');
  assert.equal(applied.find({ client: 'a', sequence: 4, floor: 0 }), 'too many');
  assert.deepEqual(applied.find({ client: 'a', sequence: 3, floor: 0 }), { reply: 'ok' });
  assert.equal(applied.find({ client: 'a', sequence: 4, floor: 2 }), 'new');
  applied.add({ client: 'b', sequence: 1, floor: 0 }, 'ok');
  assert.equal(applied.find({ client: 'c', sequence: 1, floor: 0 }), 'too many');
});

test('a client is forgotten when it was silent for ten ticks that the node lived', () => {
  const applied = new AppliedRequests(bounds);
  applied.add({ client: 'a', sequence: 1, floor: 0 }, 'ok');
  for (let i = 0; i < ringLimits.appliedTicksKept; i += 1) applied.tick();
  assert.deepEqual(applied.find({ client: 'a', sequence: 1, floor: 0 }), { reply: 'ok' });
  // That was a word of it.
  for (let i = 0; i < ringLimits.appliedTicksKept; i += 1) applied.tick();
  assert.equal(applied.clientCount, 1);
  applied.tick();
  assert.equal(applied.clientCount, 0);
});

test('what was remembered is loaded again with its age', () => {
  const applied = new AppliedRequests(bounds);
  applied.add({ client: 'a', sequence: 4, floor: 3 }, 1);
  applied.tick();
  const loaded = new AppliedRequests(bounds);
  for (const entry of applied.entries()) loaded.load(entry);
  assert.deepEqual([...loaded.entries()], [...applied.entries()]);
  for (let i = 0; i < ringLimits.appliedTicksKept; i += 1) loaded.tick();
  assert.equal(loaded.clientCount, 0);
});
