import { assert } from '../../../core/assert.ts';
import type { Arena } from '../../../core/arena/arena.ts';
import type { Entries } from './entries.ts';
import type { ExpiryQueue } from './expiry-queue.ts';
import type { HashIndex } from '../../../core/arena/hash-index.ts';
import type { KeyOrder } from './key-order.ts';
import type { Places } from './places.ts';
import type { TombstoneQueue } from './tombstone-queue.ts';

/** Everything of which a table consists. */
export interface TableParts {
  readonly arena: Arena;
  readonly entries: Entries;
  readonly index: HashIndex;
  readonly places: Places;
  readonly order: KeyOrder;
  readonly expiries: ExpiryQueue;
  readonly tombstones: TombstoneQueue;
  readonly hashOf: (entry: number) => number;
}

/**
 * Walks everything and checks what must hold inside each part and between them: each entry is in the index under
 * its hash, at its place, and in the order or among the tombstones; every block in use has exactly one
 * owner. Slow, and allocates: for tests.
 */
export function auditTable(parts: TableParts): void {
  const { arena, entries, index, places, order, expiries, tombstones, hashOf } = parts;
  const unowned = arena.audit();
  const unownedLarge = entries.audit();
  const own = (block: number): void => {
    assert(unowned.delete(block), 'a block is in use and has one owner');
  };
  const all = new Set<number>();
  index.audit(own, (hash, entry) => {
    own(entry);
    all.add(entry);
    assert(hash === hashOf(entry), 'an entry is found by the hash of its key');
    if (!entries.isLarge(entry)) return;
    assert(unownedLarge.delete(entries.largeNumber(entry)), 'a large value has one owner');
  });
  let placed = 0;
  places.audit(own, (place, entry) => {
    placed += 1;
    assert(all.has(entry) && entries.place(entry) === place, 'an entry stands at its place');
  });
  assert(placed === all.size, 'each entry has a place');
  order.audit(own, (place) => {
    assert(entries.isLive(places.entry(place)), 'only what is live is in the order');
  });
  tombstones.audit((entry) => {
    assert(all.has(entry) && !entries.isLive(entry), 'a tombstone is an entry that is not live');
  });
  assert(order.size + tombstones.size === all.size, 'an entry is live or a tombstone');
  expiries.audit(own, (entry) => {
    assert(all.has(entry) && entries.isLive(entry), 'only what is live ends');
  });
  assert(unowned.size === 0 && unownedLarge.size === 0, 'nothing is in use without an owner');
}
