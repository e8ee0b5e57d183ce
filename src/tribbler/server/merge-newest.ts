import { compareNewestFirst, type PostRef } from '../post-key.ts';

/** The post keys of one user, as far as they were read. */
export interface PostList {
  readonly user: string;
  /** Oldest first: ordered. */
  readonly keys: readonly string[];
  /** Whether the list has older ones that were not read. */
  readonly isCut: boolean;
}

export interface Merged {
  /** Latest first. */
  readonly refs: readonly PostRef[];
  /** Users of whom more must be read to be sure about what comes after the last of `refs`. */
  readonly short: readonly string[];
  /** Whether there may be more than `refs`. */
  readonly hasMore: boolean;
}

/** A list on its way through the merge. */
interface Reader {
  readonly user: string;
  readonly keys: readonly string[];
  readonly isCut: boolean;
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
  lists: readonly PostList[],
  { limit, after }: { readonly limit: number; readonly after: PostRef | undefined },
): Merged {
  const heap: Reader[] = [];
  const short: string[] = [];
  for (const list of lists) {
    const reader = startReader(list, after);
    if (reader !== undefined) heap.push(reader);
    else if (list.isCut) short.push(list.user);
  }
  const refs: PostRef[] = [];
  if (short.length > 0) return { refs, short, hasMore: true };
  for (let place = (heap.length >> 1) - 1; place >= 0; place -= 1) siftDown(heap, place);
  while (refs.length < limit) {
    const [first] = heap;
    if (first === undefined) return { refs, short, hasMore: false };
    refs.push({ user: first.user, key: first.key });
    first.place -= 1;
    if (first.place >= 0) {
      first.key = first.keys[first.place] ?? '';
    } else {
      if (first.isCut) {
        if (refs.length === limit) return { refs, short, hasMore: true };
        return { refs, short: [first.user], hasMore: true };
      }
      const last = heap.pop();
      if (heap.length === 0) return { refs, short, hasMore: false };
      if (last !== undefined) heap[0] = last;
    }
    siftDown(heap, 0);
  }
  return { refs, short, hasMore: true };
}

/** A reader at the latest key that is older than `after`; undefined if there is none. */
function startReader(
  { user, keys, isCut }: PostList,
  after: PostRef | undefined,
): Reader | undefined {
  for (let place = keys.length - 1; place >= 0; place -= 1) {
    const key = keys[place] ?? '';
    if (after !== undefined && compareNewestFirst({ user, key }, after) <= 0) continue;
    return { user, keys, isCut, place, key };
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
  return a.key > b.key || (a.key === b.key && a.user < b.user);
}
