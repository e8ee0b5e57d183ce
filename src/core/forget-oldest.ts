/** A `Map` or a `Set`: both have the order in which keys were added. */
export interface Remembered<Key> {
  readonly size: number;
  keys(): Iterable<Key>;
  delete(key: Key): boolean;
}

/** Forgets what was added first, if more than `countMax` are remembered: called with each that is added, it bounds them. */
export function forgetOldest<Key>(remembered: Remembered<Key>, countMax: number): void {
  if (remembered.size <= countMax) return;
  for (const oldest of remembered.keys()) {
    remembered.delete(oldest);
    return;
  }
}
