/** The post keys of one user, as they were read. */
export interface PostList {
  readonly user: string;
  /** Oldest first. */
  readonly keys: readonly string[];
  /** What was read of the Tribbles, each at the place of its key: the reader's book, so that a page looks nothing up by its key. */
  texts: (Uint8Array | undefined)[] | undefined;
}

/**
 * Lists of post keys by time. They are in the order of appending, which is the same but where the clocks of application servers
 * differ.
 *
 * To look at every key of every list costs more than all the rest of a timeline. A list that a Libstore has a copy of is the same
 * array each time, so it is looked at once.
 */
export class PostLists {
  /** By the array as it came. */
  readonly #lists: WeakMap<readonly string[], PostList> = new WeakMap();

  /** Requires: the array is never changed, and only of this user. */
  listOf(user: string, keys: readonly string[]): PostList {
    const known = this.#lists.get(keys);
    if (known !== undefined) return known;
    const ordered = isOrdered(keys) ? keys : keys.toSorted();
    const list: PostList = { user, keys: ordered, texts: undefined };
    this.#lists.set(keys, list);
    return list;
  }
}

function isOrdered(keys: readonly string[]): boolean {
  for (let place = 1; place < keys.length; place += 1) {
    if ((keys[place - 1] ?? '') > (keys[place] ?? '')) return false;
  }
  return true;
}
