import { compareNewestFirst, type PostRef } from '../post-key.ts';
import type { PostList } from './post-lists.ts';

/** A list, as far as it was read. */
export interface ReadList {
  readonly list: PostList;
  /** Whether it has older keys that were not read. */
  readonly isCut: boolean;
}

/** A Tribble, by its place in a list. */
export interface Pick {
  readonly list: PostList;
  readonly place: number;
}

export interface Merged {
  /** Latest first. */
  readonly picks: readonly Pick[];
  /** Users of whom more must be read to be sure about what comes after the last of `picks`. */
  readonly short: readonly string[];
  /** Whether there may be more than `picks`. */
  readonly hasMore: boolean;
}

/** A list on its way through the merge. */
interface Reader extends ReadList {
  /** The place of the next key to take; −1: none. */
  place: number;
  key: string;
}

/**
 * The `limit` latest Tribbles of all lists, older than `after`: by time, then tie, then name.
 *
 * A list that was cut and is used up hides what could come next: then the merge stops, and says of whom more is needed.
 */
export function mergeNewest(
  lists: readonly ReadList[],
  { limit, after }: { readonly limit: number; readonly after: PostRef | undefined },
): Merged {
  const heap: Reader[] = [];
  const short: string[] = [];
  for (const read of lists) {
    const reader = startReader(read, after);
    if (reader !== undefined) heap.push(reader);
    else if (read.isCut) short.push(read.list.user);
  }
  const picks: Pick[] = [];
  if (short.length > 0) return { picks, short, hasMore: true };
  for (let place = (heap.length >> 1) - 1; place >= 0; place -= 1) siftDown(heap, place);
  while (picks.length < limit) {
    const [first] = heap;
    if (first === undefined) return { picks, short, hasMore: false };
    picks.push({ list: first.list, place: first.place });
    first.place -= 1;
    if (first.place >= 0) {
      first.key = first.list.keys[first.place] ?? '';
    } else {
      if (first.isCut) {
        if (picks.length === limit) return { picks, short, hasMore: true };
        return { picks, short: [first.list.user], hasMore: true };
      }
      const last = heap.pop();
      if (heap.length === 0) return { picks, short, hasMore: false };
      if (last !== undefined) heap[0] = last;
    }
    siftDown(heap, 0);
  }
  return { picks, short, hasMore: true };
}

/** A reader at the latest key that is older than `after`; undefined if there is none. */
function startReader({ list, isCut }: ReadList, after: PostRef | undefined): Reader | undefined {
  const { user, keys } = list;
  for (let place = keys.length - 1; place >= 0; place -= 1) {
    const key = keys[place] ?? '';
    if (after !== undefined && compareNewestFirst({ user, key }, after) <= 0) continue;
    return { list, isCut, place, key };
  }
  return undefined;
}

function siftDown(heap: Reader[], start: number): void {
  const moved = heap[start];
  if (moved === undefined) return;
  let place = start;
  for (;;) {
    let child = 2 * place + 1;
    let least = heap[child];
    if (least === undefined) break;
    const right = heap[child + 1];
    if (right !== undefined && isBefore(right, least)) {
      least = right;
      child += 1;
    }
    if (!isBefore(least, moved)) break;
    heap[place] = least;
    place = child;
  }
  heap[place] = moved;
}

function isBefore(a: Reader, b: Reader): boolean {
  return a.key > b.key || (a.key === b.key && a.list.user < b.list.user);
}
