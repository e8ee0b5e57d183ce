import type { Disk, DiskLock } from '../disk.ts';
import type { AtollError } from '../errors.ts';
import { guessBoot, raiseBoot, readBoot } from './boot-counter.ts';
import type { Boot } from './boot-counter.ts';
import {
  bootFile,
  isData,
  isQuarantined,
  isTemporary,
  quarantinedName,
  segmentName,
  segmentsOf,
  snapshotsOf,
} from './file-names.ts';
import { fileHeaderBytes } from './format.ts';
import { ignoreFault, isCorrupt, JournalFolder } from './journal-folder.ts';
import { makeSegment } from './segment-file.ts';
import { Journal } from './journal.ts';
import type { JournalOptions } from './journal.ts';
import { namesBehind, planLoad } from './load-plan.ts';
import type { LoadPlan } from './load-plan.ts';
import { bytesToLoad, LoadProgress } from './load-progress.ts';
import { loadPlanned } from './load-records.ts';
import { noBugs } from './planted-bugs.ts';
import type { PlantedBugs } from './planted-bugs.ts';
import type { TakeRecord } from './read-frames.ts';

export interface OpenJournalOptions extends JournalOptions {
  readonly disk: Disk;
  /** Hears who this is as soon as that is durable, before any record. The opening waits for what it returns. */
  readonly onBoot?: (boot: Boot) => void | Promise<void>;
  /**
   * Takes the records of the newest snapshot, in the order in which its source gave them. Bytes are lent for
   * the time of the call; the numbers count within the snapshot.
   */
  readonly loadSnapshot: TakeRecord;
  /** Takes the records behind the snapshot, in order, with their numbers. Called after all of the snapshot's. */
  readonly loadRecord: TakeRecord;
  /** After every mebibyte or so of reading: how much is read of how much. Reading waits for what it returns. */
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void | Promise<void>;
  /**
   * What to do about damaged files: refuse to open (the default), or set them aside, load what is before the
   * damage and go on from there.
   */
  readonly onCorrupt?: 'refuse' | 'quarantine';
  /** For tests of tests. */
  readonly bugs?: PlantedBugs;
}

/** What a start found. */
export interface Recovery extends Boot {
  /** Records that were handed out, of the snapshot and of the log. */
  readonly snapshotRecords: number;
  readonly logRecords: number;
  /** Bytes of an unfinished write, cut off at the end of the log. */
  readonly cutBytes: number;
  /** Damage that cost nothing: snapshots that an older one and the log stood in for. */
  readonly damagedSnapshots: number;
  /** With `quarantine`: what was damaged. Records may be lost. */
  readonly fault: AtollError | undefined;
  /** All files in the folder that were set aside, now or earlier: a start may crash after it did so. */
  readonly quarantined: readonly string[];
}

/**
 * Opens the journal of a folder, or makes one: locks the folder, raises the incarnation, reads everything and
 * checks it, hands out the records, makes sure that what it handed out is durable, and begins a segment.
 *
 * Rejects with `DISK_LOCKED`, `JOURNAL_CORRUPT`, `JOURNAL_VERSION`, `DISK_FULL` or `DISK_FAILED`; the folder is
 * unlocked then, and what it held is still there.
 */
export async function openJournal(
  options: OpenJournalOptions,
): Promise<{ journal: Journal; recovery: Recovery }> {
  const lock = await options.disk.lock();
  try {
    return await new Opening(options).open(lock);
  } catch (error) {
    await lock.release().catch(ignoreFault);
    throw error;
  }
}

class Opening {
  readonly #options: OpenJournalOptions;
  readonly #folder: JournalFolder;
  #names: readonly string[] = [];

  constructor(options: OpenJournalOptions) {
    this.#options = options;
    this.#folder = new JournalFolder(options.disk, options.bugs ?? noBugs);
  }

  async open(lock: DiskLock): Promise<{ journal: Journal; recovery: Recovery }> {
    const folder = this.#folder;
    await this.#clearAway();
    const boot = await this.#boot();
    await this.#options.onBoot?.(boot);
    const onRead = await this.#progress();
    const plan = await planLoad(folder, boot.journalId, this.#names, onRead);
    if (plan.fault !== undefined && this.#options.onCorrupt !== 'quarantine') throw plan.fault;
    const { snapshotRecords, logRecords } = await loadPlanned(folder, boot.journalId, plan, {
      onRead,
      loadSnapshot: this.#options.loadSnapshot,
      loadRecord: this.#options.loadRecord,
    });
    // Nothing that was handed out may vanish with the next power cut, and nothing be written behind a hole.
    await this.#hardenTail(plan, boot);
    if (plan.fault !== undefined) await this.#setAside(namesBehind(plan, this.#names), boot);

    const first = plan.nextSequence;
    const file = await makeSegment(folder, boot, first, this.#options.durability);
    const names = await folder.disk.list();
    const journal = new Journal(this.#options, {
      folder,
      lock,
      boot,
      file,
      segments: segmentsOf(names),
      snapshots: snapshotsOf(names).filter((name) => !plan.damagedSnapshots.includes(name)),
      damagedSnapshots: snapshotsOf(names).filter((name) => plan.damagedSnapshots.includes(name)),
      nextSequence: first,
      loadedBytes: plan.segments.reduce((sum, { goodBytes }) => sum + goodBytes, 0),
    });
    const recovery = {
      ...boot,
      snapshotRecords,
      logRecords,
      cutBytes: plan.cutBytes,
      damagedSnapshots: plan.damagedSnapshots.length,
      fault: plan.fault,
      quarantined: names.filter(isQuarantined),
    };
    return { journal, recovery };
  }

  async #progress(): Promise<(at: number) => void | Promise<void>> {
    const { onProgress, disk } = this.#options;
    if (onProgress === undefined) return () => {};
    const progress = new LoadProgress(await bytesToLoad(disk, this.#names), onProgress);
    return (at) => progress.onRead(at);
  }

  /** Removes what a crash left unfinished. */
  async #clearAway(): Promise<void> {
    const { disk } = this.#options;
    const names = await disk.list();
    for (const name of names.filter(isTemporary)) await disk.remove(name);
    this.#names = names.filter((name) => !isTemporary(name));
  }

  async #boot(): Promise<Boot> {
    const folder = this.#folder;
    let before: Boot | undefined;
    try {
      before = await readBoot(folder, this.#names);
    } catch (error) {
      if (!isCorrupt(error) || this.#options.onCorrupt !== 'quarantine') throw error;
      before = await guessBoot(folder, this.#names);
      if (before === undefined) {
        // Without the id no checksum can be checked: nothing here can be believed.
        const data = this.#names.filter(isData);
        await this.#setAside(data, { incarnation: 0 });
      }
      if (this.#names.includes(bootFile)) {
        await this.#setAside([bootFile], { incarnation: before?.incarnation ?? 0 });
      }
    }
    const journalId = before?.journalId ?? this.#options.random.bytes(8);
    const boot = { journalId, incarnation: (before?.incarnation ?? 0) + 1 };
    await raiseBoot(folder, boot);
    return boot;
  }

  /**
   * Writes the good part of the last segment anew. It was readable, but that may be the memory of the
   * operating system speaking: after a failed sync the disk never gets it, and a sync now would say nothing.
   */
  async #hardenTail(plan: LoadPlan, boot: Boot): Promise<void> {
    const last = plan.segments.at(-1);
    const isDamaged = plan.fault !== undefined && plan.segments.length > 0;
    if (last === undefined || (plan.isTailDurable && !isDamaged)) return;
    // Without records it is replaced by the new segment, which has the same name.
    if (last.goodBytes === fileHeaderBytes && !isDamaged) return;
    const { disk, bugs } = this.#folder;
    const name = segmentName(last.firstSequence);
    const file = await disk.open(name);
    try {
      if (isDamaged && file.length > last.goodBytes) {
        const aside = quarantinedName(name, boot.incarnation);
        const kept = await this.#folder.makeWhole(aside, (made) => copy(file, made, file.length));
        await kept.close();
      }
      if (bugs.has('believes a tail that was never synced')) {
        await file.truncate(last.goodBytes);
        await file.sync();
        return;
      }
      const made = await this.#folder.makeWhole(name, (copied) =>
        copy(file, copied, last.goodBytes),
      );
      await made.close();
    } finally {
      await file.close();
    }
  }

  async #setAside(
    names: readonly string[],
    { incarnation }: { readonly incarnation: number },
  ): Promise<void> {
    // The last first: whatever a crash leaves of it is a journal with the same damage, not with another.
    for (const name of names.toReversed()) {
      await this.#folder.disk.rename(name, quarantinedName(name, incarnation));
    }
    await this.#folder.disk.syncFolder();
    this.#names = this.#names.filter((name) => !names.includes(name));
  }
}

async function copy(
  from: { read(at: number, into: Uint8Array): Promise<number> },
  to: { append(bytes: Uint8Array): Promise<void> },
  length: number,
): Promise<void> {
  const buffer = new Uint8Array(Math.min(length, 1 << 20));
  for (let at = 0; at < length;) {
    const piece = buffer.subarray(0, Math.min(buffer.length, length - at));
    const count = await from.read(at, piece);
    if (count === 0) return;
    await to.append(piece.subarray(0, count));
    at += count;
  }
}
