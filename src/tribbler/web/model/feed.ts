import { compareNewestFirst } from '../../post-key.ts';
import { unloaded, withFirstPage, withNextPage, withProblem } from './paged.ts';
import type { Paged } from './paged.ts';
import type { Page, Tribble } from '../../api-types.ts';
import type { Problem } from './answer.ts';

/** A Tribble in a feed. */
export interface FeedItem {
  readonly id: string;
  /** What the item is known by on the page: it stays when a draft becomes a Tribble, so that nothing is drawn anew. */
  readonly place: string;
  readonly tribble: Tribble;
  /** It is gone, but its place is kept: what stands below must not move under the reader's eyes. */
  readonly isGone: boolean;
}

/**
 * A list of Tribbles, newest first.
 *
 * Invariant: what has come by the stream is in `waiting` until the reader asks for it; `items` never changes its order, and only
 * grows above by what the reader did.
 */
export interface Feed {
  readonly list: Paged<FeedItem>;
  readonly waiting: readonly Tribble[];
  /** More was missed than the stream could tell: what is shown has to be loaded anew. */
  readonly isStale: boolean;
}

export const unloadedFeed: Feed = { list: unloaded, waiting: [], isStale: false };

/** The first page is there. What came by the stream meanwhile and is not on it waits. */
export function feedLoaded(feed: Feed, page: Page<Tribble>): Feed {
  const known = new Set(page.items.map(({ id }) => id));
  const newest = page.items[0];
  const waiting = feed.waiting.filter(
    (tribble) =>
      !known.has(tribble.id) && (newest === undefined || compareNewestFirst(tribble, newest) < 0),
  );
  return { list: withFirstPage(asItems(page)), waiting, isStale: false };
}

/** A further page is there. */
export function feedContinued(feed: Feed, page: Page<Tribble>): Feed {
  return { ...feed, list: withNextPage(feed.list, asItems(page)) };
}

/** A page did not come. */
export function feedFailed(feed: Feed, problem: Problem): Feed {
  return { ...feed, list: withProblem(feed.list, problem) };
}

/** The stream tells of a Tribble. It may tell twice, and of what is shown already. */
export function tribbleArrived(feed: Feed, tribble: Tribble): Feed {
  const isKnown =
    feed.waiting.some(({ id }) => id === tribble.id) ||
    feed.list.items.some(({ id }) => id === tribble.id);
  if (isKnown) return feed;
  return { ...feed, waiting: [...feed.waiting, tribble].toSorted(compareNewestFirst) };
}

/** The reader asks for what waits. */
export function waitingShown(feed: Feed): Feed {
  const { list, waiting } = feed;
  const shown = [...waiting.map(asItem), ...list.items];
  // Usually what waits is newer than all that is shown. One that was late goes to where it belongs.
  const items = shown.toSorted((left, right) => compareNewestFirst(left.tribble, right.tribble));
  return { ...feed, list: { ...list, items }, waiting: [] };
}

/** A Tribble of the reader's own has been taken by the server; `place` is that of its draft. */
export function ownPosted(feed: Feed, tribble: Tribble, place: string): Feed {
  const waiting = feed.waiting.filter(({ id }) => id !== tribble.id);
  if (feed.list.items.some(({ id }) => id === tribble.id)) return { ...feed, waiting };
  const items = [{ ...asItem(tribble), place }, ...feed.list.items];
  return { ...feed, list: { ...feed.list, items }, waiting };
}

/** A Tribble is gone: it no longer waits, and where it was shown its place is kept. */
export function tribbleGone(feed: Feed, id: string): Feed {
  const items = feed.list.items.map((item) => (item.id === id ? { ...item, isGone: true } : item));
  return {
    ...feed,
    list: { ...feed.list, items },
    waiting: feed.waiting.filter((tribble) => tribble.id !== id),
  };
}

function asItem(tribble: Tribble): FeedItem {
  return { id: tribble.id, place: tribble.id, tribble, isGone: false };
}

function asItems(page: Page<Tribble>): Page<FeedItem> {
  return { ...page, items: page.items.map(asItem) };
}
