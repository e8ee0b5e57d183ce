import assert from 'node:assert/strict';
import { test } from 'node:test';

import { LeaseCache, type CacheBounds, type Grant } from './lease-cache.ts';
import { QueryTimes } from './query-counter.ts';

const source = {};

function grant(parts: Partial<Grant> = {}): Grant {
  return {
    leaseId: 1,
    expiresMs: 10_000,
    content: 'v',
    newest: undefined,
    source,
    times: new QueryTimes(3),
    ...parts,
  };
}

function filled(key: string, parts: Partial<Grant> = {}, bounds?: CacheBounds): LeaseCache {
  const cache = new LeaseCache(bounds);
  cache.keep(cache.ask(key), grant(parts), 0);
  return cache;
}

test('a copy is used until its lease is over, and no moment longer', () => {
  const cache = filled('k');
  assert.equal(cache.value('k', 9_999.9)?.content, 'v');
  assert.equal(cache.value('k', 10_000), undefined);
});

// Tribbler §4.4
test('a query that waited for a copy is not counted when it gets it: it was when it was asked', () => {
  const times = new QueryTimes(1);
  const cache = filled('k', { times });
  cache.keep(cache.ask('l'), grant({ times, content: ['a', 'b'], newest: 2 }), 0);
  assert.equal(cache.copy('k', undefined, 1)?.content, 'v');
  assert.deepEqual(cache.copy('l', 2, 1)?.content, ['a', 'b']);
  assert.equal(cache.copy('l', 3, 1), undefined);
  assert.equal(cache.copy('l', undefined, 1), undefined);
  assert.equal(cache.copy('k', 2, 1), undefined);
  assert.equal(times.oldestMs, -Infinity);
  cache.value('k', 5);
  assert.equal(times.oldestMs, 5);
});

test('a copy that was found before is used as long as it is kept', () => {
  const cache = filled('l', { content: ['a'], newest: 5 });
  const before = cache.list('l', 5, 1);
  assert.equal(cache.list('l', 5, 1, before), before);
  assert.equal(cache.list('l', 5, 10_000, before), undefined);
  cache.revoke('l', 1);
  assert.equal(cache.list('l', 5, 1, before), undefined);
  cache.keep(cache.ask('l'), grant({ leaseId: 2, content: ['b'], newest: 5 }), 1);
  assert.deepEqual(cache.list('l', 5, 1, before)?.content, ['b']);
});

test('that there is no entry is remembered like a value', () => {
  const copy = filled('k', { content: undefined }).value('k', 1);
  assert.ok(copy !== undefined);
  assert.equal(copy.content, undefined);
});

test('a revoked copy is not used', () => {
  const cache = filled('k');
  cache.revoke('k', 1);
  assert.equal(cache.value('k', 1), undefined);
});

// B4
test('a grant whose revocation was seen before it is not kept, and a later one is', () => {
  const cache = new LeaseCache();
  const asking = cache.ask('k');
  const later = cache.ask('k');
  cache.revoke('k', 7);
  cache.keep(asking, grant({ leaseId: 7 }), 0);
  assert.equal(cache.value('k', 1), undefined);
  cache.keep(later, grant({ leaseId: 8 }), 0);
  assert.equal(cache.value('k', 1)?.content, 'v');
});

test('a write drops the copy, and what was asked for before it is not kept', () => {
  const cache = filled('k');
  const asking = cache.ask('k');
  cache.written('k');
  assert.equal(cache.value('k', 1), undefined);
  cache.keep(asking, grant({ leaseId: 2 }), 0);
  assert.equal(cache.value('k', 1), undefined);
  cache.keep(cache.ask('k'), grant({ leaseId: 3 }), 0);
  assert.equal(cache.value('k', 1)?.content, 'v');
});

test('the copies of a connection end with it, and no others', () => {
  const cache = filled('a');
  cache.keep(cache.ask('b'), grant({ source: {} }), 0);
  cache.sourceOver(source);
  assert.equal(cache.value('a', 1), undefined);
  assert.equal(cache.value('b', 1)?.content, 'v');
});

test('a list answers for what it holds', () => {
  const items = ['a', 'b', 'c'];
  const part = filled('l', { content: items, newest: 3 });
  assert.deepEqual(part.list('l', 2, 1)?.content, items);
  assert.equal(part.list('l', 4, 1), undefined);
  const whole = filled('l', { content: items, newest: 10 });
  assert.deepEqual(whole.list('l', Infinity, 1)?.content, items);
  const none = filled('l', { content: undefined, newest: 1 });
  assert.ok(none.list('l', Infinity, 1) !== undefined);
});

test('a list is no value and a value is no list', () => {
  assert.equal(filled('l', { content: ['a'], newest: 1 }).value('l', 1), undefined);
  assert.equal(filled('k').list('k', 1, 1), undefined);
});

test('beyond its bounds the copies go that end first', () => {
  const cache = filled('a', { expiresMs: 100 }, { entriesMax: 2, bytesMax: 10_000 });
  for (const key of ['b', 'c']) cache.keep(cache.ask(key), grant(), 0);
  assert.equal(cache.size, 2);
  assert.equal(cache.value('a', 1), undefined);
  cache.keep(cache.ask('d'), grant({ content: 'x'.repeat(4_800) }), 0);
  assert.equal(cache.size, 1);
  assert.ok(cache.value('d', 1) !== undefined);
});

test('what is larger than the cache is not kept', () => {
  const cache = filled('k', { content: 'x'.repeat(1_000) }, { entriesMax: 2, bytesMax: 1_000 });
  assert.equal(cache.size, 0);
});
