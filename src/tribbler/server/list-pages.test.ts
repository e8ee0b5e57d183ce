import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Libstore } from '../../ring/libstore/libstore.ts';
import { MemoryRing } from '../../ring/libstore/memory-libstore.ts';
import { readListPage, type ListCursor } from './list-pages.ts';

async function listOf(count: number): Promise<Libstore> {
  const store = new MemoryRing().open();
  for (let number = 0; number < count; number += 1) await store.appendToList('l', String(number));
  return store;
}

/** All items by pages, with something done between them. */
async function readAll(
  store: Libstore,
  limit: number,
  between: (page: number) => Promise<unknown> = () => Promise.resolve(),
): Promise<readonly string[]> {
  const seen: string[] = [];
  let after: ListCursor | undefined;
  for (let number = 0; ; number += 1) {
    const { items, next } = await readListPage(store, 'l', { limit, after });
    seen.push(...items);
    after = next;
    if (after === undefined) return seen;
    await between(number);
  }
}

const countdown = (from: number): string[] =>
  Array.from({ length: from }, (_, index) => String(from - 1 - index));

test('pages give the whole list, latest first, whatever their size', async () => {
  for (const [count, limit] of [
    [0, 10],
    [1, 1],
    [10, 10],
    [250, 7],
    [250, 100],
  ] as const) {
    assert.deepEqual(await readAll(await listOf(count), limit), countdown(count));
  }
});

test('what is appended between pages moves nothing', async () => {
  const store = await listOf(120);
  const appendMany = async (page: number): Promise<void> => {
    for (let number = 0; number < 90; number += 1)
      await store.appendToList('l', `${page}-${number}`);
  };
  assert.deepEqual(await readAll(store, 50, appendMany), countdown(120));
});

test('when the last item of a page is removed, the next page goes on where it was', async () => {
  const store = await listOf(30);
  const seen = await readAll(store, 10, (page) =>
    store.removeFromList('l', String(30 - 10 * (page + 1))),
  );
  assert.deepEqual(seen, countdown(30));
});
