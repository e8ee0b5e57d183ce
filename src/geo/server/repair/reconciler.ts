import { geoLimits } from '../../../core/limits.ts';
import type { EntryView } from './entry-view.ts';
import {
  firstBound,
  lastBound,
  listedIdsMax,
  RangeReader,
  RangeWriter,
  type Bound,
} from './reconcile-format.ts';

/** What a message of the other side leads to. */
export interface ReconcileAnswer {
  /** What to say to that; undefined: nothing, and the reconciliation is over. */
  readonly reply: Uint8Array | undefined;
  /**
   * The places of entries that the other side lacks, in the order of their stamps. By the time they are sent there may
   * be nothing or another entry at a place: to send that does no harm.
   */
  readonly toSend: Int32Array;
  /** Whether all ranges of the message were answered. If not, what is left is for the next reconciliation. */
  readonly isWhole: boolean;
  /** How many entries the reply asks for. */
  readonly wantedCount: number;
}

/**
 * Range-based set reconciliation (Aljoscha Meyer, 2023): finds in which entries two replicas differ, with bytes
 * that grow with the differences and hardly with the entries.
 *
 * Each side knows the sum of the ids of any range of its entries. One says the sums of a few ranges that cover all; the
 * other passes over those that agree and says the sums of parts of those that do not. Small ranges are listed id by id:
 * what the list lacks is sent, what it has and we do not is asked for. What was written lately is at the
 * end of the order, so that differences of one outage share their ranges.
 *
 * No side remembers anything from one message to the next but the way that answers go. An entry that was overwritten on
 * one side is two differences, the old one and the new one; both are sent, and merging takes the later.
 *
 * It ends: an answer has the number of its message plus one, and `repairRoundsMax` is not answered. While both
 * views stay the same, ranges get smaller with every answer, and all are listed long before.
 *
 * It gets on: ranges are answered in their order for as long as they fit a message, and the first always fits. What is
 * left out is found by the next reconciliation, in which all that was repaired before is passed over.
 */
export function openReconciliation(view: EntryView): Uint8Array {
  const message = new RangeWriter(1);
  writeParts(view, message, { from: firstBound, to: lastBound, start: 0, end: view.count });
  return message.take() ?? new Uint8Array(0);
}

/**
 * Answers a message of the other side. Throws `FRAME_INVALID` for what no peer writes. `bytesMax` bounds the
 * reply; requires: at least a KiB.
 */
export function answerReconciliation(
  view: EntryView,
  message: Uint8Array,
  bytesMax: number = geoLimits.repairMessageBytesMax,
): ReconcileAnswer {
  const ranges = new RangeReader(message);
  const answer = new Answer(view, ranges.round + 1);
  let [from, start] = [firstBound, 0];
  while (ranges.next()) {
    if (answer.byteLength > bytesMax - rangeAnswerBytesMax) return answer.take(false);
    const { kind, to } = ranges;
    const end = view.find(to.sortKey, to.idHigh, start);
    const range: Range = { from, to, start, end };
    if (kind === 'fingerprint') answer.toFingerprint(range, ranges.count, ranges.fingerprint);
    else if (kind === 'ids') answer.toIds(range, ranges.ids);
    else if (kind === 'wanted') answer.toWanted(range, ranges.ids);
    [from, start] = [to, end];
  }
  return answer.take(true);
}

/** A range, and the entries of the view that are in it: `start` … `end` (excluded). */
interface Range {
  readonly from: Bound;
  readonly to: Bound;
  readonly start: number;
  readonly end: number;
}

/** An answer that is being made, range by range. */
class Answer {
  readonly #view: EntryView;
  readonly #reply: RangeWriter;
  readonly #toSend: number[] = [];
  #wantedCount = 0;

  constructor(view: EntryView, round: number) {
    this.#view = view;
    this.#reply = new RangeWriter(round);
  }

  get byteLength(): number {
    return this.#reply.byteLength;
  }

  take(isAnswered: boolean): ReconcileAnswer {
    const { isEmpty } = this.#reply;
    const reply = this.#reply.take();
    const isWhole = isAnswered && (reply !== undefined || isEmpty);
    const wantedCount = reply === undefined ? 0 : this.#wantedCount;
    return { reply, toSend: new Int32Array(this.#toSend), isWhole, wantedCount };
  }

  toFingerprint(range: Range, theirCount: number, theirFingerprint: number): void {
    const { from, to, start, end } = range;
    const count = end - start;
    const fingerprint = this.#view.fingerprint(start, end);
    if (count === theirCount && fingerprint === theirFingerprint) return;
    if (theirCount === 0) {
      this.#sendAll(range);
    } else if (count <= listedIdsMax) {
      this.#reply.list('ids', from, to, this.#ids(range));
      if (count === 0) this.#wantedCount += theirCount;
    } else if (theirCount <= listedIdsMax) {
      // They list what they have: cheaper than to split what we have.
      this.#reply.fingerprint(from, to, count, fingerprint);
    } else {
      writeParts(this.#view, this.#reply, range);
    }
  }

  toIds(range: Range, theirs: readonly number[]): void {
    if (theirs.length === 0) return this.#sendAll(range);
    const wanted = new Set(theirs);
    for (let index = range.start; index < range.end; index += 1) {
      const id = this.#view.shortId(index);
      if (theirs.includes(id)) wanted.delete(id);
      else this.#toSend.push(this.#view.place(index));
    }
    if (wanted.size === 0) return;
    this.#reply.list('wanted', range.from, range.to, [...wanted]);
    this.#wantedCount += wanted.size;
  }

  toWanted({ start, end }: Range, theirs: readonly number[]): void {
    for (let index = start; index < end; index += 1) {
      if (theirs.includes(this.#view.shortId(index))) this.#toSend.push(this.#view.place(index));
    }
  }

  #sendAll({ start, end }: Range): void {
    for (let index = start; index < end; index += 1) this.#toSend.push(this.#view.place(index));
  }

  #ids({ start, end }: Range): number[] {
    const ids: number[] = [];
    for (let index = start; index < end; index += 1) ids.push(this.#view.shortId(index));
    return ids;
  }
}

/** Writes the fingerprints of parts of a range, of equally many entries. */
function writeParts(view: EntryView, message: RangeWriter, { from, to, start, end }: Range): void {
  const count = end - start;
  const parts = Math.max(1, Math.min(partsMax, Math.ceil(count / partEntriesMin)));
  let [partFrom, partStart] = [from, start];
  for (let part = 1; part <= parts; part += 1) {
    const cut = start + Math.floor((count * part) / parts);
    const partTo = part === parts ? to : boundBefore(view, cut);
    // Entries that nothing can tell apart stay in one part.
    if (partTo === undefined) continue;
    message.fingerprint(partFrom, partTo, cut - partStart, view.fingerprint(partStart, cut));
    [partFrom, partStart] = [partTo, cut];
  }
}

/**
 * A bound between entry `index` and the one before, undefined if there is none: of all sort keys between them the
 * one with the most zeroes at its end, because that is the shortest to write.
 */
function boundBefore(view: EntryView, index: number): Bound | undefined {
  const [before, after] = [view.sortKey(index - 1), view.sortKey(index)];
  if (before === after) {
    const idHigh = view.idHigh(index);
    return idHigh === view.idHigh(index - 1) ? undefined : { sortKey: after, idHigh };
  }
  let [unit, sortKey] = [1, after];
  while (Math.floor(after / (unit * 16)) * unit * 16 > before) {
    unit *= 16;
    sortKey = Math.floor(after / unit) * unit;
  }
  return { sortKey, idHigh: 0 };
}

/** Into how many parts a range is split: more cost more bytes, fewer more messages. */
const partsMax = 16;
/** Parts of fewer entries cost more than their ids. */
const partEntriesMin = 16;
/** What one range is answered with at most: 16 fingerprints of 24 bytes each, and what is passed over before. */
const rangeAnswerBytesMax = 400;
