import type { Page } from '../../api-types.ts';
import type { Problem } from './answer.ts';

/**
 * A list that is loaded a page at a time. `loading` is the first page; while further ones are loaded what is there stays, and if
 * they fail it stays too.
 */
export interface Paged<Item> {
  readonly status: 'loading' | 'ready' | 'failed';
  readonly items: readonly Item[];
  readonly next: string | undefined;
  readonly isLoadingMore: boolean;
  /** Why the last request failed; undefined if it did not. */
  readonly problem: Problem | undefined;
  /** Whose part is missing from what is shown. */
  readonly missing: readonly string[];
}

/** A list of which nothing has come yet. */
export const unloaded: Paged<never> = {
  status: 'loading',
  items: [],
  next: undefined,
  isLoadingMore: false,
  problem: undefined,
  missing: [],
};

/** The first page has come. */
export function withFirstPage<Item>(page: Page<Item>): Paged<Item> {
  return {
    ...unloaded,
    status: 'ready',
    items: page.items,
    next: page.next,
    missing: page.partial?.missing ?? [],
  };
}

/** A further page has come; what is known already by its `id` is not shown twice. */
export function withNextPage<Item extends { readonly id: string }>(
  list: Paged<Item>,
  page: Page<Item>,
): Paged<Item> {
  const known = new Set(list.items.map(({ id }) => id));
  return {
    ...list,
    items: [...list.items, ...page.items.filter(({ id }) => !known.has(id))],
    next: page.next,
    isLoadingMore: false,
    problem: undefined,
    missing: [...new Set([...list.missing, ...(page.partial?.missing ?? [])])],
  };
}

/** A page did not come. */
export function withProblem<Item>(list: Paged<Item>, problem: Problem): Paged<Item> {
  const status = list.status === 'loading' ? 'failed' : list.status;
  return { ...list, status, isLoadingMore: false, problem };
}
