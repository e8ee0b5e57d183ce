import type { Random } from '../../core/random.ts';
import { clientLimits } from '../../core/limits.ts';
import { readLatin1 } from '../../core/latin1.ts';
import type { Command } from '../../resp/command.ts';
import type { CommandBatch } from '../../resp/command-batch.ts';
import type { HybridClock } from '../hybrid-clock.ts';
import type { VectorPairs } from '../version-vector.ts';
import { compareTimes } from '../stamp.ts';
import { Origins } from './origins.ts';
import { clockWith, noBugs, type PlantedBugs } from './planted-bugs.ts';
import { PrefixWatches } from './prefix-watches.ts';
import { ChangeStream } from './sync/change-stream.ts';
import type { WriteLog } from './query/write-log.ts';
import { EntryPackReader } from './sync/entry-pack-reader.ts';
import { prefetchKeysMax, type Table, type Version } from './table.ts';

export interface ReplicaOptions {
  /** The origin of what is written here: an actor in one life of its server. */
  readonly uid: string;
  /** What is known when it begins: of earlier lives, from the disk. */
  readonly known?: VectorPairs;
  readonly table: Table;
  readonly random: Random;
  readonly bugs?: PlantedBugs;
}

/** What became of a write of another replica. */
export type MergeOutcome = 'applied' | 'stale' | 'duplicate' | 'refused';

/** What a replica counts since its start. */
export interface ReplicaCounters {
  /** Puts, deletes and changes of expiry that were taken here. */
  writes: number;
  /** Reads of one key that found it, and that did not. */
  hits: number;
  misses: number;
  /** Values that ended. */
  expired: number;
  tombstonesDropped: number;
}

/**
 * One query actor's copy of all keys, and all rules about changing it: every write gets a stamp and a dot,
 * what has ended is not seen, whoever watches is told. CMUD §3.
 *
 * It does no I/O and reads no clock: `begin` sets the time for the commands of a batch. Commands work on
 * it; they reach the table for reading and never write to it past this class.
 *
 * Invariant: the stamps of its own writes strictly increase, their sequence counts 1, 2, 3, … without a gap.
 */
export class Replica {
  /** For reading. */
  readonly table: Table;
  /** The origin of its writes. */
  readonly uid: string;
  readonly origins: Origins = new Origins();
  readonly watches: PrefixWatches = new PrefixWatches();
  readonly clock: HybridClock;
  readonly random: Random;
  readonly counters: ReplicaCounters = {
    writes: 0,
    hits: 0,
    misses: 0,
    expired: 0,
    tombstonesDropped: 0,
  };
  /** Where own writes went, for those who have not heard of them. */
  readonly changes: ChangeStream;
  /** Own writes for the journal, if there is one, as they were made. */
  log: WriteLog | undefined;
  /** Another number after each change of the table by a write or a merge. */
  changeCount = 0;
  /** Where the entry of the last merge is; −1: there is none. */
  mergedPlace = -1;
  /** Whether a tombstone may be forgotten: every member of the cluster has confirmed the write. */
  isConfirmedByAll: (origin: string, sequence: number) => boolean = () => true;
  /** Ids of the servers that tombstones wait for, as far as anybody said. */
  tombstoneHolders: readonly string[] = [];
  /** Wall milliseconds of the batch that is executed. */
  nowMs = 0;
  /** The version of the last own write. */
  readonly #version: Version;
  /** Where the keys of a batch lie. */
  readonly #ranges = new Int32Array(prefetchKeysMax * 2);
  readonly #seen: Version = { wallMs: 0, counter: 0, origin: 0, sequence: 0 };
  readonly #mergesByArrival: boolean;
  readonly #keyBytes: Buffer = Buffer.alloc(clientLimits.keyBytesMax);

  constructor({ uid, table, random, known = [], bugs = noBugs }: ReplicaOptions) {
    this.uid = uid;
    this.clock = clockWith(bugs);
    this.#mergesByArrival = bugs.includes('merges by arrival');
    this.changes = new ChangeStream({ ownOrigin: uid, base: known });
    this.table = table;
    this.random = random;
    this.#version = { wallMs: 0, counter: 0, origin: this.origins.numberOf(uid), sequence: 0 };
  }

  /** The number of the own origin. */
  get origin(): number {
    return this.#version.origin;
  }

  /** Who wrote an entry, and when. Lent: the next call overwrites it. */
  versionOf(reference: number): Version {
    this.table.readVersion(reference, this.#seen);
    return this.#seen;
  }

  /** How many writes were taken here: the sequence of the last one. */
  get sequence(): number {
    return this.#version.sequence;
  }

  /** A batch of commands, or a turn of upkeep, begins at `nowMs`. */
  begin(nowMs: number): void {
    this.nowMs = nowMs;
  }

  /** A batch of commands is to be executed: nearly all of them begin with a key. */
  prefetch(batch: CommandBatch): void {
    this.table.prefetch(batch.bytes, this.#ranges, batch.firstArguments(this.#ranges));
  }

  /** The live entry whose key is argument `index`; −1: there is none, or its time is over. */
  find(command: Command, index: number): number {
    const reference = this.table.find(command.bytes, command.start(index), command.end(index));
    if (reference < 0 || !this.table.isLive(reference)) return -1;
    return this.#expireIfDue(reference) ? -1 : reference;
  }

  /** `find` that counts as a read of the key. */
  read(command: Command, index: number): number {
    const reference = this.find(command, index);
    if (reference < 0) this.counters.misses += 1;
    else this.counters.hits += 1;
    return reference;
  }

  /** Whether the time of a live entry is over: it is passed over by whoever cannot bury it. */
  isDue(reference: number): boolean {
    const expiryMs = this.table.expiryMs(reference);
    return expiryMs !== 0 && expiryMs <= this.nowMs;
  }

  /** Puts argument `value` under the key that is argument `key`. `expiryMs` 0: it never ends. */
  put(command: Command, key: number, value: number, expiryMs: number): void {
    const { bytes } = command;
    const [keyStart, keyEnd] = [command.start(key), command.end(key)];
    const [valueStart, valueEnd] = [command.start(value), command.end(value)];
    const version = this.#issue();
    const { table, log } = this;
    const reference = table.put(bytes, keyStart, keyEnd, valueStart, valueEnd, expiryMs, version);
    this.#note(reference);
    log?.addPut(bytes, keyStart, keyEnd, valueStart, valueEnd, expiryMs, version);
    if (!this.watches.isEmpty) this.#publishPut(reference);
  }

  /** Sets when a live entry ends; 0: never. */
  setExpiry(reference: number, expiryMs: number): void {
    this.table.setExpiry(reference, expiryMs, this.#issue());
    this.#note(reference);
    this.log?.add(this.table, reference, this.sequence);
    if (!this.watches.isEmpty) this.#publishPut(reference);
  }

  /** Deletes a live entry: it becomes a tombstone with a stamp of its own. */
  delete(reference: number): void {
    const tombstone = this.table.bury(reference, this.#issue());
    this.#note(tombstone);
    this.log?.add(this.table, tombstone, this.sequence);
    if (!this.watches.isEmpty) this.#publishDelete(tombstone);
  }

  /** A live entry, each as likely as any other; −1: there is none. */
  drawKey(): number {
    for (;;) {
      const reference = this.table.random(this.random);
      // One that has ended is buried, so this comes to an end.
      if (reference < 0 || !this.#expireIfDue(reference)) return reference;
    }
  }

  /** Deletes every live entry: each becomes a tombstone with a stamp of its own. */
  deleteAll(): void {
    const { table, log, changes } = this;
    const before = changes.last;
    table.buryAll((reference) => {
      if (!this.watches.isEmpty) this.#publishDelete(reference);
      this.#note(reference);
      return this.#issue();
    });
    if (log === undefined) return;
    for (let sequence = before + 1; sequence <= changes.last; sequence += 1) {
      log.add(table, table.atPlace(changes.place(sequence)), sequence);
    }
  }

  /** Whether something may have ended, or is to be forgotten, without anybody asking for it. */
  get needsUpkeep(): boolean {
    return this.table.expiringCount > 0 || this.table.tombstoneCount > 0;
  }

  /**
   * Upkeep: buries what has ended, and forgets tombstones that every member of the cluster has confirmed; at
   * most `countMax` of each.
   */
  sweep(countMax: number): void {
    const { table } = this;
    for (let count = 0; count < countMax; count += 1) {
      const reference = table.firstToExpire();
      if (reference < 0 || !this.#expireIfDue(reference)) break;
    }
    for (let count = 0; count < countMax; count += 1) {
      const reference = table.firstTombstone();
      if (reference < 0 || !this.#isForgettable(reference)) break;
      this.counters.tombstonesDropped += table.dropTombstones(1);
    }
  }

  /**
   * Merges a write of another replica: the later stamp wins (CMUD §5), here and everywhere. Requires: `begin` has set
   * the time. A stamp too far ahead of our clock is refused, unless it was given by the same clock: an actor of this server, or
   * an earlier life of it, whose clock may have been put back since.
   */
  merge(entry: EntryPackReader, isOwnClock = false): MergeOutcome {
    const { table } = this;
    const { version, bytes } = entry;
    this.mergedPlace = -1;
    if (!entry.isVersionValid || !this.#mergeClock(version, isOwnClock)) return 'refused';
    const known = table.find(bytes, entry.keyStart, entry.keyEnd);
    if (known >= 0) {
      const order = this.#compareToKnown(version, known);
      if (order <= 0 && !(order < 0 && this.#mergesByArrival)) {
        this.mergedPlace = table.place(known);
        return order === 0 ? 'duplicate' : 'stale';
      }
    } else if (entry.isTombstone && this.#isConfirmed(version)) {
      // Everybody has forgotten it, and so had we.
      return 'stale';
    }
    const wasLive = known >= 0 && table.isLive(known);
    const { keyStart, keyEnd, valueStart, valueEnd, expiryMs } = entry;
    let merged =
      known >= 0
        ? table.putAt(known, bytes, valueStart, valueEnd, expiryMs, version)
        : table.put(bytes, keyStart, keyEnd, valueStart, valueEnd, expiryMs, version);
    if (entry.isTombstone) merged = table.bury(merged);
    this.mergedPlace = table.place(merged);
    if (this.watches.isEmpty) return 'applied';
    if (!entry.isTombstone) this.#publishPut(merged);
    else if (wasLive) this.#publishDelete(merged);
    return 'applied';
  }

  /** Takes over a pack of entries of an earlier life. */
  load(pack: Uint8Array): void {
    const reader = new EntryPackReader(pack, this.origins, this.table);
    while (reader.next()) this.merge(reader, true);
  }

  /** Positive: `version` is later than that of the known entry. */
  #compareToKnown(version: Version, reference: number): number {
    const known = this.versionOf(reference);
    const { wallMs, counter } = known;
    const byTime = compareTimes(version.wallMs, version.counter, wallMs, counter);
    if (byTime !== 0 || version.origin === known.origin) return byTime;
    // CMUD §5: ties are broken by the uid, the same way everywhere.
    return this.origins.uid(version.origin) < this.origins.uid(known.origin) ? -1 : 1;
  }

  #mergeClock({ wallMs, counter }: Version, isOwnClock: boolean): boolean {
    if (!isOwnClock) return this.clock.merge(wallMs, counter, this.nowMs);
    this.clock.adopt(wallMs, counter);
    return true;
  }

  #isForgettable(reference: number): boolean {
    return this.#isConfirmed(this.versionOf(reference));
  }

  #isConfirmed({ origin, sequence }: Version): boolean {
    return this.isConfirmedByAll(this.origins.uid(origin), sequence);
  }

  #note(reference: number): void {
    this.changes.append(this.table.place(reference));
    this.changeCount += 1;
  }

  #issue(): Version {
    const version = this.#version;
    this.clock.issue(this.nowMs);
    version.wallMs = this.clock.wallMs;
    version.counter = this.clock.counter;
    version.sequence += 1;
    this.counters.writes += 1;
    return version;
  }

  /** What has ended by itself is not a write: the tombstone keeps the version of the put. */
  #expireIfDue(reference: number): boolean {
    if (!this.isDue(reference)) return false;
    const tombstone = this.table.bury(reference);
    this.counters.expired += 1;
    if (!this.watches.isEmpty) this.#publishDelete(tombstone);
    return true;
  }

  #publishPut(reference: number): void {
    this.watches.publish(this.#keyOf(reference), 'put', (reply) => {
      this.table.writeKey(reference, reply);
      this.table.writeValue(reference, reply);
    });
  }

  #publishDelete(reference: number): void {
    this.watches.publish(this.#keyOf(reference), 'delete', (reply) => {
      this.table.writeKey(reference, reply);
    });
  }

  #keyOf(reference: number): string {
    return readLatin1(this.#keyBytes, 0, this.table.readKey(reference, this.#keyBytes));
  }
}
