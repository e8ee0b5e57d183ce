import { assert } from '../assert.ts';
import type { Clock } from '../clock.ts';
import { DurationHistogram, type Durations } from '../duration-histogram.ts';
import type { DiskFile, DiskLock } from '../disk.ts';
import { AtollError } from '../errors.ts';
import { journalLimits } from '../limits.ts';
import type { Random } from '../random.ts';
import type { Timer, Timers } from '../timers.ts';
import type { Boot } from './boot-counter.ts';
import { snapshotName } from './file-names.ts';
import { crcSeedOf } from './format.ts';
import { FrameBatch } from './frame-batch.ts';
import { KeptFiles } from './kept-files.ts';
import type { KeptFilesStart } from './kept-files.ts';
import { ignoreFault } from './journal-folder.ts';
import type { JournalFolder } from './journal-folder.ts';
import { makeSegment } from './segment-file.ts';
import { fillSnapshot, verifySnapshot } from './snapshot-file.ts';

/** When a record counts as kept: after a sync, or at once, with a sync every second. */
export type Durability = 'fsync' | 'interval';

export interface JournalOptions {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly durability: Durability;
  /**
   * With `fsync`: all records up to this one are durable now. Called after each sync, with a number that
   * grows: whoever waits keeps its waiting things in order and lets go those up to it.
   */
  readonly onDurable: (sequence: number) => void;
  /**
   * The journal has failed, once and for good: `DISK_FULL` or `DISK_FAILED`. Records that were not durable
   * are not, and may or may not be there after the next start.
   */
  readonly onFault: (fault: AtollError) => void;
  /** For tests, which want many segments of few records. */
  readonly segmentBytesMax?: number;
  readonly frameBytesMax?: number;
  readonly snapshotsKept?: number;
}

/** What a start made, for the journal to go on with. */
export interface JournalStart extends KeptFilesStart {
  readonly folder: JournalFolder;
  readonly lock: DiskLock;
  readonly boot: Boot;
  /** The segment that was begun, with a header and nothing else. */
  readonly file: DiskFile;
  readonly nextSequence: number;
  /** Bytes of the segments that were loaded. */
  readonly loadedBytes: number;
}

/** From a disk that has memory of its own to one that hangs, as classes of a histogram. */
export const commitBoundsMs: readonly number[] = [
  0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 10_000,
];

/** What a journal did since it was opened. */
export interface JournalStats {
  /** The number of the last record appended, and of the last one known to be durable. */
  readonly lastSequence: number;
  readonly durableSequence: number;
  /** Bytes that wait for their write. */
  readonly pendingBytes: number;
  readonly writtenBytes: number;
  readonly commits: number;
  /** How long the last commit took, write and sync, and the longest. */
  readonly commitMs: number;
  readonly commitMsMax: number;
  /** By `commitBoundsMs`: how long all of them took. */
  readonly commitDurations: Durations;
  readonly segments: number;
  /** Bytes in segments behind the last snapshot: what another one would save at a start. */
  readonly bytesSinceSnapshot: number;
}

/**
 * The journal: records go in, in order; after any crash they come out again, in order, and every one that
 * was said to be durable is among them.
 *
 * Group commit: records that are appended while a write and its sync are under way wait together for the
 * next one. A sync for each record would make a disk of 4,000 syncs a second a store of 4,000 writes; so,
 * the more come, the more share one, and nobody waits for longer than two.
 *
 * Invariant: after one write or sync that failed, nothing is acknowledged any more. To try again would be to
 * believe a disk that has forgotten what it was asked: see `DiskFile.sync`.
 */
export class Journal {
  readonly #options: JournalOptions;
  readonly #folder: JournalFolder;
  readonly #lock: DiskLock;
  readonly #boot: Boot;
  readonly #crcSeed: number;
  #file: DiskFile;
  readonly #files: KeptFiles;
  /** Where records are collected, and the one that is being written meanwhile. */
  #collecting: FrameBatch;
  #writing: FrameBatch;
  #lastSequence: number;
  #writtenSequence: number;
  #durableSequence: number;
  #isCommitting = false;
  #syncing: Promise<void> | undefined;
  #syncTimer: Timer | undefined;
  #waiting: Waiting[] = [];
  #fault: AtollError | undefined;
  #isClosed = false;
  #snapshotting: Promise<number> | undefined;
  #writtenBytes = 0;
  #bytesSinceSnapshot = 0;
  #commits = 0;
  #commitMs = 0;
  #commitMsMax = 0;
  readonly #commitDurations = new DurationHistogram(commitBoundsMs);

  /** Made by `openJournal`. */
  constructor(options: JournalOptions, start: JournalStart) {
    this.#options = options;
    this.#folder = start.folder;
    this.#lock = start.lock;
    this.#boot = start.boot;
    this.#crcSeed = crcSeedOf(start.boot.journalId);
    this.#file = start.file;
    const keptCount = options.snapshotsKept ?? journalLimits.snapshotsKept;
    this.#files = new KeptFiles(start.folder, keptCount, start);
    this.#collecting = new FrameBatch(options.frameBytesMax);
    this.#writing = new FrameBatch(options.frameBytesMax);
    this.#lastSequence = start.nextSequence - 1;
    this.#writtenSequence = this.#lastSequence;
    this.#durableSequence = this.#lastSequence;
    this.#bytesSinceSnapshot = start.loadedBytes;
  }

  get stats(): JournalStats {
    return {
      lastSequence: this.#lastSequence,
      durableSequence: this.#durableSequence,
      pendingBytes: this.pendingBytes,
      writtenBytes: this.#writtenBytes,
      commits: this.#commits,
      commitMs: this.#commitMs,
      commitMsMax: this.#commitMsMax,
      commitDurations: this.#commitDurations.report(),
      segments: this.#files.segmentCount,
      bytesSinceSnapshot: this.#bytesSinceSnapshot,
    };
  }

  /** The number of the last record appended. */
  get lastSequence(): number {
    return this.#lastSequence;
  }

  /** Bytes that wait for their write. */
  get pendingBytes(): number {
    return this.#collecting.length + this.#writing.length;
  }

  /** Bytes in segments behind the last snapshot: what another one would save at a start. */
  get bytesSinceSnapshot(): number {
    return this.#bytesSinceSnapshot;
  }

  /** The number of the last record that is durable for certain. */
  get durableSequence(): number {
    return this.#durableSequence;
  }

  /** Why the journal has failed; undefined as long as it has not. */
  get fault(): AtollError | undefined {
    return this.#fault;
  }

  /**
   * Takes a record, `record[start … end)`, which is copied, and returns its number. With `fsync` it is kept
   * when `onDurable` has come to this number, with `interval` it counts as kept now.
   *
   * Throws the journal's fault if it has failed, and `JOURNAL_BEHIND` if too much waits already; the record
   * is not taken then. Requires: at most `recordBytesMax` bytes.
   */
  append(record: Uint8Array, start = 0, end: number = record.length): number {
    assert(!this.#isClosed, 'the journal is closed');
    assert(end - start <= journalLimits.recordBytesMax, 'a record is larger than one may be');
    if (this.#fault !== undefined) throw this.#fault;
    const waitingBytes = this.#collecting.length + end - start;
    if (waitingBytes > journalLimits.pendingBytesMax) {
      throw new AtollError(
        'JOURNAL_BEHIND',
        `${this.#collecting.length} bytes wait for the disk: expected it to take them sooner`,
      );
    }
    this.#collecting.add(record, start, end);
    this.#lastSequence++;
    if (!this.#isCommitting) {
      this.#isCommitting = true;
      // Not at once: all that this turn of the event loop brings shares the first write.
      this.#options.timers.nextTurn(() => void this.#commitAll());
    }
    return this.#lastSequence;
  }

  /**
   * Makes all that was appended durable, whatever the level says. Rejects with the journal's fault if that
   * cannot be.
   */
  async sync(): Promise<void> {
    await this.#whenDurable(this.#lastSequence);
  }

  /**
   * Writes a snapshot and drops what it makes superfluous. `source` gives the state as records, in any form
   * that `loadSnapshot` understands; each is lent until the next is asked for.
   *
   * Requires of the source: what it gives has the effect of every record appended before this call; records
   * appended later may have had theirs or not, so loading them again must do no harm.
   *
   * Resolves with the number of the last record that it stands for. Rejects with a coded fault if it cannot
   * be written (then everything is as before), or does not read back as it was written.
   */
  async snapshot(source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<number> {
    assert(this.#snapshotting === undefined, 'one snapshot at a time');
    assert(!this.#isClosed, 'the journal is closed');
    if (this.#fault !== undefined) throw this.#fault;
    // Nothing was appended since: another one would say the same, and had to replace this one.
    if (this.#files.hasSnapshot(this.#lastSequence)) return this.#lastSequence;
    this.#snapshotting = this.#writeSnapshot(this.#lastSequence, source);
    try {
      return await this.#snapshotting;
    } finally {
      this.#snapshotting = undefined;
    }
  }

  /**
   * Writes what waits, makes it durable, and lets the folder go, when a snapshot that is under way has ended.
   * Rejects with the fault of the journal, if it
   * has one, when the folder is free all the same.
   */
  async close(): Promise<void> {
    assert(!this.#isClosed, 'the journal is closed already');
    this.#isClosed = true;
    try {
      await this.#whenDurable(this.#lastSequence);
      // Says that all before it is durable: the next start need not write the tail anew.
      const end = new FrameBatch();
      end.beginFrame();
      const next = this.#lastSequence + 1;
      await this.#file.append(end.seal(next, this.#durableSequence, this.#crcSeed));
      await this.#file.sync();
    } finally {
      this.#syncTimer?.cancel();
      // Its fault is for whoever asked for it.
      await this.#snapshotting?.catch(ignoreFault);
      await this.#file.close().catch(ignoreFault);
      await this.#lock.release();
    }
  }

  /** Writes until nothing waits. Never rejects: what fails is the journal. */
  async #commitAll(): Promise<void> {
    try {
      while (this.#collecting.length > 0 && this.#fault === undefined) await this.#commit();
      this.#isCommitting = false;
      // With `interval`, for those who began to wait after the last write.
      if (this.#waiting.length > 0) await this.#syncFile();
    } catch (error) {
      this.#fail(error);
    }
  }

  async #commit(): Promise<void> {
    const { clock, durability } = this.#options;
    const startMs = clock.monotonicMs();
    const batch = this.#collecting;
    this.#collecting = this.#writing;
    this.#writing = batch;
    if (this.#file.length >= (this.#options.segmentBytesMax ?? journalLimits.segmentBytes)) {
      await this.#beginSegment();
    }
    const first = this.#writtenSequence + 1;
    const bytes = batch.seal(first, this.#durableSequence, this.#crcSeed);
    const last = this.#writtenSequence + batch.recordCount;
    if (this.#folder.bugs.has('acknowledges before the sync')) this.#advance(last);
    await this.#file.append(bytes);
    this.#writtenSequence = last;
    this.#writtenBytes += bytes.length;
    this.#bytesSinceSnapshot += bytes.length;
    batch.clear();
    if (durability === 'fsync') await this.#syncFile();
    else if (this.#waiting.length > 0) await this.#syncFile();
    else this.#syncLater();
    this.#commits++;
    this.#commitMs = clock.monotonicMs() - startMs;
    this.#commitDurations.add(this.#commitMs);
    this.#commitMsMax = Math.max(this.#commitMsMax, this.#commitMs);
  }

  /** Makes durable what is written. Calls share a sync only if it begins after them. */
  async #syncFile(): Promise<void> {
    while (this.#syncing !== undefined) await this.#syncing;
    if (this.#fault !== undefined || this.#durableSequence === this.#writtenSequence) return;
    const sequence = this.#writtenSequence;
    this.#syncing = this.#file.sync();
    try {
      await this.#syncing;
    } catch (error) {
      if (!this.#folder.bugs.has('acknowledges after a failed sync')) throw error;
    } finally {
      this.#syncing = undefined;
    }
    this.#advance(sequence);
  }

  /** With `interval`: a sync in a second, for all that is written until then. */
  #syncLater(): void {
    this.#syncTimer ??= this.#options.timers.setTimer(journalLimits.syncIntervalMs, () => {
      this.#syncTimer = undefined;
      this.#syncFile().catch((error: unknown) => this.#fail(error));
    });
  }

  /**
   * Ends the segment and begins another. All of the old one is durable first: that is what makes a bad frame
   * in any but the last segment corruption, and not an unfinished write.
   */
  async #beginSegment(): Promise<void> {
    await this.#syncFile();
    const first = this.#writtenSequence + 1;
    const old = this.#file;
    this.#file = await makeSegment(this.#folder, this.#boot, first, this.#options.durability);
    this.#files.addSegment(first);
    await old.close();
  }

  #advance(sequence: number): void {
    // A commit that was under way when the journal failed may still end well. It does not count.
    if (this.#fault !== undefined || sequence <= this.#durableSequence) return;
    this.#durableSequence = sequence;
    const isReached = this.#waiting.filter((waiting) => waiting.sequence <= sequence);
    this.#waiting = this.#waiting.filter((waiting) => waiting.sequence > sequence);
    for (const { resolve } of isReached) resolve();
    this.#options.onDurable(sequence);
  }

  /** Ends the journal if the disk is at fault. Bugs go on as what they are. */
  #fail(error: unknown): void {
    if (!(error instanceof AtollError)) throw error;
    if (this.#fault !== undefined) return;
    this.#fault = error;
    this.#syncTimer?.cancel();
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { reject } of waiting) reject(error);
    this.#options.onFault(error);
  }

  #whenDurable(sequence: number): Promise<void> {
    if (this.#fault !== undefined) return Promise.reject(this.#fault);
    if (sequence <= this.#durableSequence) return Promise.resolve();
    const promise = new Promise<void>((resolve, reject) => {
      this.#waiting.push({ sequence, resolve, reject });
    });
    // What is being written is synced then; what is written already waits for nothing else.
    if (!this.#isCommitting) this.#syncFile().catch((error: unknown) => this.#fail(error));
    return promise;
  }

  async #writeSnapshot(
    sequence: number,
    source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  ): Promise<number> {
    const { disk, bugs } = this.#folder;
    const dropsEarly = bugs.has('drops segments before the snapshot is there');
    if (dropsEarly) await this.#files.addSnapshot(sequence);
    const name = snapshotName(sequence);
    const bytesBefore = this.#bytesSinceSnapshot;
    const file = await this.#folder.makeWhole(name, async (made) => {
      await fillSnapshot(made, this.#boot, sequence, source);
      // The state may have the effect of records that are not durable yet. If they were lost and the
      // snapshot were not, it would hold what the journal says never was.
      if (bugs.has('names a snapshot before the log behind it is durable')) return;
      await this.#whenDurable(this.#lastSequence);
    });
    await file.close();
    if (!bugs.has('does not read a snapshot back')) {
      await verifySnapshot(this.#folder, this.#boot.journalId, sequence, () => {}).catch(
        async (error: unknown) => {
          await disk.remove(name).catch(ignoreFault);
          throw error;
        },
      );
    }
    this.#bytesSinceSnapshot -= bytesBefore;
    if (!dropsEarly) await this.#files.addSnapshot(sequence);
    return sequence;
  }
}

interface Waiting {
  readonly sequence: number;
  readonly resolve: () => void;
  readonly reject: (fault: AtollError) => void;
}
