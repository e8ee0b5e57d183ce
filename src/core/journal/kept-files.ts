import { segmentName, snapshotName } from './file-names.ts';
import type { JournalFolder } from './journal-folder.ts';

export interface KeptFilesStart {
  /** The first records of all segments, ascending; the last one is being written. */
  readonly segments: readonly number[];
  /** The snapshots that may be good, ascending, and those that are not. */
  readonly snapshots: readonly number[];
  readonly damagedSnapshots: readonly number[];
}

/** Which segments and snapshots there are, and which of them a start may still need. */
export class KeptFiles {
  readonly #folder: JournalFolder;
  /** How many snapshots are kept. */
  readonly #count: number;
  #segments: number[];
  #snapshots: number[];
  #damagedSnapshots: readonly number[];

  constructor(folder: JournalFolder, count: number, start: KeptFilesStart) {
    this.#folder = folder;
    this.#count = count;
    this.#segments = [...start.segments];
    this.#snapshots = [...start.snapshots];
    this.#damagedSnapshots = start.damagedSnapshots;
  }

  get segmentCount(): number {
    return this.#segments.length;
  }

  hasSnapshot(sequence: number): boolean {
    return this.#snapshots.includes(sequence);
  }

  addSegment(firstSequence: number): void {
    this.#segments.push(firstSequence);
  }

  /** A snapshot is there and was read back: what it makes superfluous goes. */
  async addSnapshot(sequence: number): Promise<void> {
    this.#snapshots.push(sequence);
    await this.#drop();
  }

  /**
   * Removes all snapshots but the newest, then the segments that the oldest of those left does not need. The
   * order is that in which a crash may stop it: without its segments a snapshot is no use.
   */
  async #drop(): Promise<void> {
    const { disk } = this.#folder;
    const kept = this.#snapshots.slice(-this.#count);
    for (const sequence of [...this.#damagedSnapshots, ...this.#snapshots.slice(0, -this.#count)]) {
      if (!kept.includes(sequence)) await disk.remove(snapshotName(sequence));
    }
    this.#damagedSnapshots = [];
    this.#snapshots = kept;
    // With fewer snapshots than that, the beginning of the log stands for the one that is not there.
    const oldest = kept.length < this.#count ? 0 : (kept[0] ?? 0);
    for (;;) {
      const [segment, next] = this.#segments;
      if (segment === undefined || next === undefined || next > oldest + 1) return;
      await disk.remove(segmentName(segment));
      this.#segments.shift();
    }
  }
}
