import { assert } from '../../core/assert.ts';
import type { Replica } from '../../geo/server/replica.ts';
import type { Table, Version } from '../../geo/server/table.ts';
import type { HowChanged, ReplicaEntry } from './evidence.ts';

type OnChange = (how: HowChanged, entry: ReplicaEntry) => void;

/**
 * Watches one replica by its table: every entry that comes and goes, with its stamp, at the moment at which it
 * does. What clients see cannot tell a write that lost against a later one from a write that was lost.
 *
 * The methods of the table that change entries are replaced, on this one table, by ones that also tell. The
 * table is the narrowest place: whatever a server does to its replica, it does through it.
 */
export class ReplicaObserver {
  readonly #replica: Replica;
  readonly #table: Table;
  readonly #onChange: OnChange;
  /** Of its own writes. */
  #lastSequence: number;

  /** Tells everything that is there already, then every change. */
  constructor(replica: Replica, onChange: OnChange) {
    this.#replica = replica;
    this.#table = replica.table;
    this.#onChange = onChange;
    this.#lastSequence = replica.sequence;
    for (const entry of this.entries()) onChange('loaded', entry);
    this.#observePuts();
    this.#observeTombstones();
  }

  /** All that the replica has, tombstones too, in the order of keys. */
  entries(): ReplicaEntry[] {
    const table = this.#table;
    const entries: ReplicaEntry[] = [];
    const count = table.size + table.tombstoneCount;
    for (let place = 0; entries.length < count; place += 1) {
      assert(place < placesMax, 'a table has more entries than it says');
      const reference = table.atPlace(place);
      if (reference > 0) entries.push(this.#read(reference));
    }
    return entries.toSorted((a, b) => (a.key < b.key ? -1 : 1));
  }

  /** Whoever merges a tombstone puts an empty value first, and buries that: no value here is empty. */
  #observePuts(): void {
    const table = this.#table;
    const put = table.put.bind(table);
    table.put = (...args): number => {
      const reference = put(...args);
      if (table.valueLength(reference) > 0) this.#tell(reference);
      return reference;
    };
    const putAt = table.putAt.bind(table);
    table.putAt = (...args): number => {
      const reference = putAt(...args);
      if (table.valueLength(reference) > 0) this.#tell(reference);
      return reference;
    };
    const setExpiry = table.setExpiry.bind(table);
    table.setExpiry = (reference, expiryMs, version): void => {
      setExpiry(reference, expiryMs, version);
      this.#tell(reference);
    };
  }

  #observeTombstones(): void {
    const table = this.#table;
    const bury = table.bury.bind(table);
    table.bury = (reference, version): number => {
      const isMerge = table.valueLength(reference) === 0;
      const tombstone = bury(reference, version);
      this.#tell(tombstone, version === undefined && !isMerge ? 'ended' : undefined);
      return tombstone;
    };
    const dropTombstones = table.dropTombstones.bind(table);
    table.dropTombstones = (countMax): number => {
      let count = 0;
      for (; count < countMax && table.tombstoneCount > 0; count += 1) {
        const entry = this.#read(table.firstTombstone());
        dropTombstones(1);
        this.#onChange('forgotten', entry);
      }
      return count;
    };
  }

  #tell(reference: number, how?: HowChanged): void {
    const entry = this.#read(reference);
    // What it wrote and forgot may come back from another replica.
    const isNew = entry.stamp.origin === this.#replica.uid && entry.sequence > this.#lastSequence;
    if (isNew) this.#lastSequence = entry.sequence;
    this.#onChange(how ?? (isNew ? 'written' : 'merged'), entry);
  }

  #read(reference: number): ReplicaEntry {
    const table = this.#table;
    const isLive = table.isLive(reference);
    const key = Buffer.alloc(table.keyLength(reference));
    table.readKey(reference, key);
    const value = Buffer.alloc(isLive ? table.valueLength(reference) : 0);
    if (isLive) table.readValue(reference, value, 0);
    const version: Version = { wallMs: 0, counter: 0, origin: 0, sequence: 0 };
    table.readVersion(reference, version);
    const { wallMs, counter, sequence } = version;
    return {
      key: key.toString(),
      value: isLive ? value.toString() : undefined,
      expiryMs: table.expiryMs(reference),
      stamp: { wallMs, counter, origin: this.#replica.origins.uid(version.origin) },
      sequence,
    };
  }
}

/** Simulated stores are small. */
const placesMax = 1_000_000;
