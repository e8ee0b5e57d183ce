/**
 * Lists of post keys by time. They are in the order of appending, which is the same but where the clocks of application servers
 * differ.
 *
 * To look at every key of every list costs more than all the rest of a timeline. A list that a Libstore has a copy of is the same
 * array each time, so it is looked at once.
 */
export class KeyOrder {
  /** By the array as it came; itself, if it was ordered. */
  readonly #ordered: WeakMap<readonly string[], readonly string[]> = new WeakMap();

  /** Requires: the array is never changed. */
  order(keys: readonly string[]): readonly string[] {
    const known = this.#ordered.get(keys);
    if (known !== undefined) return known;
    const ordered = isOrdered(keys) ? keys : keys.toSorted();
    this.#ordered.set(keys, ordered);
    return ordered;
  }
}

function isOrdered(keys: readonly string[]): boolean {
  for (let place = 1; place < keys.length; place += 1) {
    if ((keys[place - 1] ?? '') > (keys[place] ?? '')) return false;
  }
  return true;
}
