import { assert } from '../../../core/assert.ts';
import { copyBytes } from '../../../core/copy-words.ts';
import type { Random } from '../../../core/random.ts';
import type { Reply } from '../../../resp/reply.ts';
import { prefetchKeysMax, type ListRange, type Table, type Version } from '../table.ts';
import { Arena } from '../../../core/arena/arena.ts';
import { CachedView } from '../../../core/arena/cached-view.ts';
import { createHashSecret, hashBytes, type HashSecret } from '../../../core/arena/hash-bytes.ts';
import { HashIndex } from '../../../core/arena/hash-index.ts';
import { KeyMatcher } from '../../../core/arena/key-matcher.ts';
import { auditTable } from './audit-table.ts';
import { Entries } from './entries.ts';
import { ExpiryQueue } from './expiry-queue.ts';
import { keyLayout } from './entry-layout.ts';
import { KeyOrder } from './key-order.ts';
import { KeyRange } from './key-range.ts';
import { Places } from './places.ts';
import { TombstoneQueue } from './tombstone-queue.ts';

/** How much an entry takes in the indexes: a pair in the hash index, filled by half, two places. */
const indexBytes = 24;

/**
 * The table in one arena of bytes: entries, hash index, key order, places, expiries, all of it blocks.
 *
 * Objects and strings cost the collector a walk over all of them and the processor a cache miss for each
 * step from one to the next. Here an entry is one run of bytes, found by one look into an array of numbers.
 *
 * A reference is the block of an entry. It changes when a value outgrows its block or is buried, so `put`
 * and `bury` say what it is now. What must not change with it holds the entry's place.
 */
export class ArenaTable implements Table {
  readonly #arena = new Arena();
  readonly #entries: Entries = new Entries(this.#arena);
  readonly #index: HashIndex = new HashIndex(this.#arena, new KeyMatcher(this.#arena, keyLayout));
  readonly #places: Places = new Places(this.#arena);
  readonly #order: KeyOrder = new KeyOrder(this.#arena, this.#entries, this.#places);
  readonly #expiries: ExpiryQueue = new ExpiryQueue(this.#arena);
  readonly #tombstones: TombstoneQueue = new TombstoneQueue(this.#arena);
  readonly #secret: HashSecret;
  /** Of what is given, mostly the read buffer of the thread, and of what is read into. */
  readonly #source = new CachedView();
  readonly #target = new CachedView();
  /** Hashes, then entries. */
  readonly #prefetched = new Int32Array(prefetchKeysMax);

  /** `random` makes the hashes of keys unguessable. */
  constructor(random: Random) {
    this.#secret = createHashSecret(random);
  }

  get size(): number {
    return this.#order.size;
  }

  get tombstoneCount(): number {
    return this.#tombstones.size;
  }

  get expiringCount(): number {
    return this.#expiries.size;
  }

  get placesEnd(): number {
    return this.#places.length;
  }

  get byteLength(): number {
    return this.#arena.usedBytes + this.#entries.largeBytes;
  }

  prefetch(bytes: Uint8Array, ranges: Int32Array, count: number): void {
    const view = this.#source.of(bytes);
    const found = this.#prefetched;
    for (let i = 0; i < count; i += 1) {
      found[i] = hashBytes(this.#secret, view, ranges[i * 2] ?? 0, ranges[i * 2 + 1] ?? 0);
    }
    this.#index.prefetch(found, count);
    for (let i = 0; i < count; i += 1) this.#arena.touch(found[i] ?? 0);
  }

  find(bytes: Uint8Array, start: number, end: number): number {
    const view = this.#source.of(bytes);
    const hash = hashBytes(this.#secret, view, start, end);
    const entry = this.#index.find(hash, view, start, end);
    return entry === 0 ? -1 : entry;
  }

  put(
    bytes: Uint8Array,
    keyStart: number,
    keyEnd: number,
    valueStart: number,
    valueEnd: number,
    expiryMs: number,
    version: Version,
  ): number {
    const view = this.#source.of(bytes);
    const hash = hashBytes(this.#secret, view, keyStart, keyEnd);
    const found = this.#index.find(hash, view, keyStart, keyEnd);
    if (found !== 0) return this.putAt(found, bytes, valueStart, valueEnd, expiryMs, version);
    const entry = this.#entries.create(view, keyStart, keyEnd, valueStart, valueEnd);
    const place = this.#places.take(entry);
    this.#entries.setPlace(entry, place);
    this.#index.add(hash, entry);
    this.#order.add(place, view, keyStart, keyEnd);
    this.#expiries.set(entry, expiryMs);
    this.#entries.setVersion(entry, version);
    return entry;
  }

  putAt(
    reference: number,
    bytes: Uint8Array,
    valueStart: number,
    valueEnd: number,
    expiryMs: number,
    version: Version,
  ): number {
    const isRevived = !this.#entries.isLive(reference);
    if (isRevived) this.#tombstones.remove(reference);
    const entry = this.#entries.setValue(reference, this.#source.of(bytes), valueStart, valueEnd);
    if (entry !== reference) this.#follow(this.#hashOf(entry), reference, entry);
    if (isRevived) {
      const start = this.#entries.keyStart(entry);
      const end = start + this.#entries.keyLength(entry);
      this.#order.add(this.#entries.place(entry), this.#arena.chunk(entry).view, start, end);
    }
    this.#expiries.set(entry, expiryMs);
    this.#entries.setVersion(entry, version);
    return entry;
  }

  prefetchPlaces(places: Int32Array, count: number, references: Int32Array): void {
    for (let i = 0; i < count; i += 1) {
      const place = places[i] ?? -1;
      references[i] = place < 0 ? -1 : this.atPlace(place);
    }
    for (let i = 0; i < count; i += 1) {
      const reference = references[i] ?? -1;
      if (reference > 0) this.#arena.touch(reference);
    }
  }

  setExpiry(reference: number, expiryMs: number, version: Version): void {
    assert(this.isLive(reference), 'only what is live can end');
    this.#expiries.set(reference, expiryMs);
    this.#entries.setVersion(reference, version);
  }

  bury(reference: number, version?: Version): number {
    assert(this.isLive(reference), 'only what is live can be buried');
    const { view } = this.#arena.chunk(reference);
    const start = this.#entries.keyStart(reference);
    const end = start + this.#entries.keyLength(reference);
    this.#order.remove(this.#entries.place(reference), view, start, end);
    const tombstone = this.#dropValue(reference);
    if (version !== undefined) this.#entries.setVersion(tombstone, version);
    return tombstone;
  }

  buryAll(versionFor: (reference: number) => Version): void {
    const { length } = this.#places;
    for (let place = 0; place < length; place += 1) {
      const entry = this.#places.entry(place);
      if (entry <= 0 || !this.isLive(entry)) continue;
      this.#entries.setVersion(entry, versionFor(entry));
      this.#dropValue(entry);
    }
    this.#order.removeAll();
  }

  dropTombstones(countMax: number): number {
    let count = 0;
    for (; count < countMax && this.#tombstones.size > 0; count += 1) {
      const entry = this.#tombstones.first;
      this.#tombstones.remove(entry);
      this.#index.remove(this.#hashOf(entry), entry);
      this.#places.give(this.#entries.place(entry));
      this.#entries.drop(entry);
    }
    // An empty table takes no room, however large it once was.
    if (count > 0 && this.#order.size + this.#tombstones.size === 0) this.clear();
    return count;
  }

  clear(): void {
    this.#index.clear();
    this.#order.clear();
    this.#places.clear();
    this.#expiries.clear();
    this.#tombstones.clear();
    this.#entries.clear();
    this.#arena.clear();
  }

  isLive(reference: number): boolean {
    return this.#entries.isLive(reference);
  }

  keyLength(reference: number): number {
    return this.#entries.keyLength(reference);
  }

  readKey(reference: number, target: Buffer, at = 0): number {
    const start = this.#entries.keyStart(reference);
    const end = start + this.#entries.keyLength(reference);
    copyBytes(this.#arena.chunk(reference).view, start, end, this.#target.of(target), at);
    return end - start;
  }

  writeKey(reference: number, reply: Reply): void {
    const start = this.#entries.keyStart(reference);
    const end = start + this.#entries.keyLength(reference);
    reply.bulkView(this.#arena.chunk(reference).view, start, end);
  }

  valueLength(reference: number): number {
    return this.#entries.valueLength(reference);
  }

  readValue(reference: number, target: Buffer, at: number): number {
    const entries = this.#entries;
    assert(entries.isLive(reference), 'only what is live has a value');
    const length = entries.valueLength(reference);
    if (entries.isLarge(reference)) {
      const { buffer, byteOffset } = entries.largeValue(reference);
      target.set(new Uint8Array(buffer, byteOffset, length), at);
      return length;
    }
    const from = entries.keyStart(reference) + entries.keyLength(reference);
    copyBytes(this.#arena.chunk(reference).view, from, from + length, this.#target.of(target), at);
    return length;
  }

  writeValue(reference: number, reply: Reply): void {
    this.writeValueSlice(reference, 0, this.#entries.valueLength(reference), reply);
  }

  writeValueSlice(reference: number, start: number, end: number, reply: Reply): void {
    const entries = this.#entries;
    assert(entries.isLive(reference), 'only what is live has a value');
    if (entries.isLarge(reference)) {
      reply.bulkView(entries.largeValue(reference), start, end);
    } else {
      const from = entries.keyStart(reference) + entries.keyLength(reference);
      reply.bulkView(this.#arena.chunk(reference).view, from + start, from + end);
    }
  }

  expiryMs(reference: number): number {
    return this.#entries.isLive(reference) ? this.#expiries.expiryMs(reference) : 0;
  }

  readVersion(reference: number, target: Version): void {
    this.#entries.readVersion(reference, target);
  }

  entryBytes(reference: number): number {
    return this.#entries.bytesOf(reference) + indexBytes;
  }

  place(reference: number): number {
    return this.#entries.place(reference);
  }

  atPlace(place: number): number {
    if (place >= this.#places.length) return -1;
    return Math.max(-1, this.#places.entry(place));
  }

  firstTombstone(): number {
    return this.#tombstones.size === 0 ? -1 : this.#tombstones.first;
  }

  firstToExpire(): number {
    return this.#expiries.first;
  }

  random(random: Random): number {
    if (this.size === 0) return -1;
    return this.#places.draw(random, (entry) => this.isLive(entry));
  }

  list(range: ListRange, visit: (reference: number) => boolean): void {
    const keys = new KeyRange(range, this.#source.of(range.prefix), this.#source.of(range.after));
    this.#order.visitFrom(keys.bytes, keys.start, keys.end, (entry) => {
      const { view } = this.#arena.chunk(entry);
      const start = this.#entries.keyStart(entry);
      const length = this.#entries.keyLength(entry);
      if (!keys.hasPrefix(view, start, length)) return false;
      return keys.isAfter(view, start, length) ? true : visit(entry);
    });
  }

  scan(cursor: number, count: number, visit: (reference: number) => void): number {
    const end = Math.min(cursor + count, this.#places.length);
    for (let place = cursor; place < end; place += 1) {
      const entry = this.#places.entry(place);
      if (entry > 0 && this.isLive(entry)) visit(entry);
    }
    return end === this.#places.length ? 0 : end;
  }

  /** Checks all that must hold between and inside the parts. Slow: for tests. */
  audit(): void {
    auditTable({
      arena: this.#arena,
      entries: this.#entries,
      index: this.#index,
      places: this.#places,
      order: this.#order,
      expiries: this.#expiries,
      tombstones: this.#tombstones,
      hashOf: (entry) => this.#hashOf(entry),
    });
  }

  /** A live entry becomes a tombstone, in all but the order. Returns its block. */
  #dropValue(entry: number): number {
    this.#expiries.set(entry, 0);
    const tombstone = this.#entries.strip(entry);
    if (tombstone !== entry) this.#follow(this.#hashOf(tombstone), entry, tombstone);
    this.#tombstones.add(tombstone);
    return tombstone;
  }

  /** An entry has another block: who names it by that has to know. */
  #follow(hash: number, entry: number, moved: number): void {
    this.#index.replace(hash, entry, moved);
    this.#places.set(this.#entries.place(moved), moved);
  }

  #hashOf(entry: number): number {
    const start = this.#entries.keyStart(entry);
    const end = start + this.#entries.keyLength(entry);
    return hashBytes(this.#secret, this.#arena.chunk(entry).view, start, end);
  }
}
