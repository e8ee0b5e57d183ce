import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  askedOperations,
  nodeEvent,
  ringEvidence,
  type Asked,
} from '../../../../test/support/ring-evidence.ts';
import { checkItems, checkOrder, checkOwners, checkRequests } from './once.ts';

const append = (item: string, startMs: number, endMs: number): Asked => [
  'c1',
  'l',
  { kind: 'append', item, done: true },
  startMs,
  endMs,
];
const read = (items: readonly string[], startMs: number): Asked => [
  'c2',
  'l',
  { kind: 'read', newest: undefined, items },
  startMs,
  startMs + 1,
];
const remove = (item: string, startMs: number): Asked => [
  'c1',
  'l',
  { kind: 'remove', item, done: true },
  startMs,
  startMs + 1,
];

function lostItems(...asked: readonly Asked[]): number {
  return checkItems(ringEvidence({ operations: askedOperations(...asked) })).length;
}

test('an item that was appended is in every later list, once', () => {
  assert.equal(lostItems(append('a', 0, 1), read(['a'], 2)), 0);
  assert.equal(lostItems(append('a', 0, 1), read([], 2)), 1);
  assert.equal(lostItems(append('a', 0, 1), read(['a', 'a'], 2)), 1);
});

test('an item that was removed, or of which nobody knows, need not be in the list', () => {
  assert.equal(lostItems(append('a', 0, 1), remove('a', 2), read([], 4)), 0);
  assert.equal(lostItems(append('a', 0, Infinity), read([], 2)), 0);
  assert.equal(lostItems(append('a', 0, 5), read([], 2)), 0);
});

test('a numbered write that is done twice in one life is told', () => {
  const done = (atMs: number, request: string) =>
    nodeEvent(atMs, '', { kind: 'done', request, client: 'c1' });
  const check = (...events: ReturnType<typeof nodeEvent>[]) =>
    checkRequests(ringEvidence({ events })).length;
  assert.equal(check(done(1, 'c1 1'), done(2, 'c1 2'), done(3, 'c2 1')), 0);
  assert.equal(check(done(1, 'c1 1'), done(2, 'c1 1')), 1);
  assert.equal(check(done(1, 'c1 1'), { ...done(2, 'c1 1'), life: 2 }), 0);
});

test('writes that waited are done in the order in which they came', () => {
  const waits = (request: string) =>
    nodeEvent(1, 'k', { kind: 'waits', because: 'holders', request });
  const settled = nodeEvent(2, 'k', { kind: 'settled', sinceMs: 1, writes: 3 });
  const done = (request: string) => nodeEvent(2, '', { kind: 'done', request, client: 'c1' });
  const before = [waits('a 1'), waits('b 1'), waits('a 2'), settled];
  const check = (...requests: readonly string[]) =>
    checkOrder(ringEvidence({ events: [...before, ...requests.map((each) => done(each))] })).length;
  assert.equal(check('a 1', 'b 1', 'a 2'), 0);
  assert.equal(check('a 1', 'a 2'), 0);
  assert.equal(check('b 1', 'a 1', 'a 2'), 1);
});

test('a change by who does not own the key is told', () => {
  const applied = (isOwner: boolean) => nodeEvent(1, 'k', { kind: 'applied', isOwner });
  assert.deepEqual(checkOwners(ringEvidence({ events: [applied(true)] })), []);
  assert.equal(checkOwners(ringEvidence({ events: [applied(false)] })).length, 1);
});
