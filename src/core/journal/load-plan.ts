import type { AtollError } from '../errors.ts';
import { isSameId } from './boot-counter.ts';
import { segmentName, segmentsOf, snapshotName, snapshotsOf } from './file-names.ts';
import { crcSeedOf, fileHeaderBytes } from './format.ts';
import { corrupt, isCorrupt } from './journal-folder.ts';
import type { JournalFolder } from './journal-folder.ts';
import { isClaimedDurable, readFrames } from './read-frames.ts';
import type { Frame } from './read-frames.ts';
import { verifySnapshot } from './snapshot-file.ts';

/** A segment that belongs to what is loaded. */
export interface SegmentPlan {
  readonly firstSequence: number;
  /** Where its good frames end. */
  readonly goodBytes: number;
}

/** What there is to load, all of it read once and found whole. */
export interface LoadPlan {
  /** The snapshot to begin with, by the last record that it stands for. */
  readonly snapshot: number | undefined;
  /** Those to go on with, in order. */
  readonly segments: readonly SegmentPlan[];
  /** The number of the first record to be written. */
  readonly nextSequence: number;
  /** Bytes of an unfinished write at the end of the last segment. */
  readonly cutBytes: number;
  /** Whether all of the last segment is known to be durable. */
  readonly isTailDurable: boolean;
  /** Snapshots that are damaged and were done without. */
  readonly damagedSnapshots: readonly number[];
  /** What is damaged behind what is loaded. */
  readonly fault: AtollError | undefined;
}

/**
 * Reads all that a start needs and decides what of it to load, before anything is handed out: the newest
 * snapshot that is whole, and the segments behind it. A damaged snapshot is replaced by an older one, if
 * there is one, and costs nothing but time.
 *
 * What cannot be replaced is a `fault`: the plan then ends before it. An unfinished write at the very end
 * is none, see `isClaimedDurable`.
 */
export async function planLoad(
  folder: JournalFolder,
  journalId: Uint8Array,
  names: readonly string[],
  onRead: (bytes: number) => void | Promise<void>,
): Promise<LoadPlan> {
  const damagedSnapshots: number[] = [];
  let snapshotFault: AtollError | undefined;
  let snapshot: number | undefined;
  for (const sequence of snapshotsOf(names).toReversed()) {
    try {
      await verifySnapshot(folder, journalId, sequence, onRead);
      snapshot = sequence;
      break;
    } catch (error) {
      if (!isCorrupt(error)) throw error;
      snapshotFault ??= error;
      damagedSnapshots.push(sequence);
    }
  }
  const baseSequence = snapshot ?? 0;
  const all = segmentsOf(names);
  const first = all.findLast((sequence) => sequence <= baseSequence + 1);
  if (first === undefined) {
    const isNew = all.length === 0 && snapshotsOf(names).length === 0;
    const missing = (): AtollError =>
      corrupt(folder.disk, segmentName(baseSequence + 1), 0, 'the segment is missing');
    return {
      snapshot,
      segments: [],
      nextSequence: baseSequence + 1,
      cutBytes: 0,
      isTailDurable: true,
      damagedSnapshots,
      fault: isNew ? undefined : (snapshotFault ?? missing()),
    };
  }
  const needed = all.filter((sequence) => sequence >= first);
  const tail = await new SegmentCheck(folder, journalId, onRead).check(needed);
  // A snapshot has only what was durable in the log: fewer records there are a loss.
  const isShort = tail.nextSequence <= baseSequence;
  const shortFault = isShort
    ? corrupt(folder.disk, segmentName(first), 0, `ends before record ${baseSequence}`)
    : undefined;
  return {
    ...tail,
    snapshot,
    nextSequence: Math.max(tail.nextSequence, baseSequence + 1),
    damagedSnapshots,
    fault: tail.fault ?? shortFault,
  };
}

type Tail = Omit<LoadPlan, 'snapshot' | 'damagedSnapshots'>;

/** Reads segments in order and holds each to what the others say of it. */
class SegmentCheck {
  readonly #folder: JournalFolder;
  readonly #journalId: Uint8Array;
  readonly #onRead: (bytes: number) => void | Promise<void>;
  readonly #segments: SegmentPlan[] = [];
  #nextSequence = 0;
  #isTailDurable = true;
  #cutBytes = 0;

  constructor(
    folder: JournalFolder,
    journalId: Uint8Array,
    onRead: (bytes: number) => void | Promise<void>,
  ) {
    this.#folder = folder;
    this.#journalId = journalId;
    this.#onRead = onRead;
  }

  async check(firstSequences: readonly number[]): Promise<Tail> {
    this.#nextSequence = firstSequences[0] ?? 1;
    let fault: AtollError | undefined;
    for (const [index, firstSequence] of firstSequences.entries()) {
      try {
        await this.#checkSegment(firstSequence, index + 1 === firstSequences.length);
      } catch (error) {
        if (!isCorrupt(error)) throw error;
        fault = error;
        break;
      }
    }
    return {
      segments: this.#segments,
      nextSequence: this.#nextSequence,
      cutBytes: this.#cutBytes,
      isTailDurable: this.#isTailDurable,
      fault,
    };
  }

  async #checkSegment(firstSequence: number, isLast: boolean): Promise<void> {
    const { disk, bugs } = this.#folder;
    const name = segmentName(firstSequence);
    const cutsAll = bugs.has('cuts at every bad frame');
    if (cutsAll) this.#nextSequence = firstSequence;
    if (this.#nextSequence !== firstSequence) {
      const missing = `records ${this.#nextSequence} to ${firstSequence - 1} are missing before it`;
      throw corrupt(disk, name, 0, missing);
    }
    const { file, header } = await this.#folder.openFile(name, 'segment');
    try {
      if (header.sequence !== firstSequence || !isSameId(header.journalId, this.#journalId)) {
        throw corrupt(disk, name, 0, 'the file is of another journal, or was renamed');
      }
      let durableSequence = 0;
      const crcSeed = crcSeedOf(this.#journalId);
      const end = await readFrames({
        file,
        at: fileHeaderBytes,
        crcSeed,
        trustsPayloads: bugs.has('skips the checksum of records'),
        onProgress: (at) => this.#onRead(at),
        visit: (frame: Frame) => {
          if (frame.firstSequence !== this.#nextSequence) {
            return `expected record ${this.#nextSequence}, found ${frame.firstSequence}`;
          }
          this.#nextSequence += frame.recordCount;
          durableSequence = frame.durableSequence;
          return undefined;
        },
      });
      this.#segments.push({ firstSequence, goodBytes: end.at });
      this.#isTailDurable = durableSequence >= this.#nextSequence - 1 && end.fault === undefined;
      if (end.fault === undefined || cutsAll) return;
      const mustBeWhole =
        !isLast || (await isClaimedDurable(file, end.at, this.#nextSequence, crcSeed));
      if (mustBeWhole) throw corrupt(disk, name, end.at, end.fault);
      this.#cutBytes = file.length - end.at;
    } finally {
      await file.close();
    }
  }
}

/** The files of a plan and of what is behind its fault, for setting aside: later segments last. */
export function namesBehind(plan: LoadPlan, names: readonly string[]): string[] {
  const lastPlanned = plan.segments.at(-1)?.firstSequence ?? plan.snapshot ?? 0;
  return [
    ...plan.damagedSnapshots.map(snapshotName),
    ...segmentsOf(names)
      .filter((sequence) => sequence > lastPlanned)
      .map(segmentName),
  ];
}
