import { tribblerLimits } from '../../core/limits.ts';
import type { Libstore } from '../../ring/libstore/libstore.ts';

/** Where a page of a list ended: its last item, and its place from the newest end, counted from 1. */
export interface ListCursor {
  readonly item: string;
  readonly newer: number;
}

/** Some items of a list, latest first. `next` is where they end; undefined at the list's end. */
export interface ListPage {
  readonly items: readonly string[];
  readonly next: ListCursor | undefined;
}

/**
 * Reads a list page by page from its newest end, which is all that a Libstore can cut off. A page costs with its depth, not with
 * the length of the list.
 *
 * Items that are appended meanwhile push the others deeper: the cursor's item is looked for where it was, then further down. If
 * it was removed, the page begins where it was.
 */
export async function readListPage(
  store: Libstore,
  key: string,
  { limit, after }: { readonly limit: number; readonly after: ListCursor | undefined },
): Promise<ListPage> {
  let newest = (after?.newer ?? 0) + limit + 1 + tribblerLimits.pageSlackItems;
  for (;;) {
    const items = (await store.getList(key, { newest })) ?? [];
    const isWhole = items.length < newest;
    const end = after === undefined ? items.length : items.lastIndexOf(after.item);
    if (end < 0 && !isWhole) {
      newest *= 4;
      continue;
    }
    // Removed meanwhile: where it was, as far as that is known; it is not among those that were newer any more.
    const from = end < 0 ? Math.max(0, items.length - (after?.newer ?? 1) + 1) : end;
    const start = from - limit;
    if (start < 0 && !isWhole) {
      newest = items.length - from + limit + 1 + tribblerLimits.pageSlackItems;
      continue;
    }
    const page = items.slice(Math.max(0, start), from).toReversed();
    const last = page.at(-1);
    const isEnd = isWhole && start <= 0;
    const next =
      isEnd || last === undefined ? undefined : { item: last, newer: items.length - start };
    return { items: page, next };
  }
}
