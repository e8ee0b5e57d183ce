import { ByteReader } from '../../../core/byte-reader.ts';
import { ByteWriter } from '../../../core/byte-writer.ts';
import { geoLimits } from '../../../core/limits.ts';

/** A moment between entries: before those with this sort key whose id begins with this half, and all later ones. */
export interface Bound {
  /** Up to `sortKeysEnd`. */
  readonly sortKey: number;
  readonly idHigh: number;
}

/** Sort keys are below it: all safe integers. */
const sortKeysEnd: number = 2 ** 53;
export const firstBound: Bound = { sortKey: 0, idHigh: 0 };
export const lastBound: Bound = { sortKey: sortKeysEnd, idHigh: 0 };

/** What is said of a range, by the number in its first byte. */
const rangeKinds = ['skip', 'fingerprint', 'ids', 'wanted'] as const;
type RangeKind = (typeof rangeKinds)[number];

/** A shorter range is not worth being narrowed down: its ids take as much as the fingerprints of 16 parts. */
export const listedIdsMax = 32;

/**
 * Fingerprints and ids are the low 48 bits of 64.
 *
 * An entry that the other side lacks is overlooked if one of the ids listed for its range equals its own: 32 / 2⁴⁸, once
 * in 10¹³ entries; or if a fingerprint around it agrees all the same: 2⁻⁴⁸ for each of six or so. Five bytes would
 * save a seventh and overlook one in 10¹⁰. The fingerprint of all live entries, which has 64 bits, still tells that
 * something is left, and the next write in the range changes what is compared.
 */
const shortIdBytes = 6;

const boundKinds = { key: 0, keyAndId: 1, end: 2 } as const;
const idHighBytes = 4;
/** The unit of a bound is 16 to the power of this at most: 2⁵². */
const exponentMax = 13;
/** Places of a table are int32. */
const entriesMax = 2 ** 31;

/**
 * Writes the bytes of a message (`docs/formats/repair.md`): its number, then ranges in their order, each from where the
 * one before has ended. What lies between those that are written, and behind the last, is passed over.
 */
export class RangeWriter {
  readonly #out = new ByteWriter();
  readonly #round: number;
  #end: Bound = firstBound;

  /** `round`: the first message is 1, its answer 2, … */
  constructor(round: number) {
    this.#round = round;
    this.#out.byte(round);
  }

  get byteLength(): number {
    return this.#out.byteLength;
  }

  /** Whether it has no range. */
  get isEmpty(): boolean {
    return this.#end === firstBound;
  }

  fingerprint(from: Bound, to: Bound, count: number, fingerprint: number): void {
    this.#begin('fingerprint', from, to);
    this.#out.varint(count);
    if (count > 0) this.#out.uint(fingerprint, shortIdBytes);
  }

  /** The ids of all entries of the range, or those of it that are wanted. Requires: count ≤ `listedIdsMax`. */
  list(kind: 'ids' | 'wanted', from: Bound, to: Bound, ids: readonly number[]): void {
    this.#begin(kind, from, to);
    this.#out.byte(ids.length);
    for (const id of ids) this.#out.uint(id, shortIdBytes);
  }

  /** The message; undefined: it says nothing. */
  take(): Uint8Array | undefined {
    if (this.#end === firstBound || this.#round > geoLimits.repairRoundsMax) return undefined;
    return this.#out.take();
  }

  #begin(kind: RangeKind, from: Bound, to: Bound): void {
    if (compareBounds(this.#end, from) < 0) this.#begin('skip', this.#end, from);
    const { sortKey, idHigh } = to;
    const kindBits = rangeKinds.indexOf(kind);
    if (sortKey === sortKeysEnd) {
      this.#out.byte(kindBits | (boundKinds.end << 2));
    } else {
      const boundKind = idHigh === 0 ? boundKinds.key : boundKinds.keyAndId;
      let [exponent, unit] = [0, 1];
      while (exponent < exponentMax && sortKey % (unit * 16) === 0) {
        exponent += 1;
        unit *= 16;
      }
      this.#out.byte(kindBits | (boundKind << 2) | (exponent << 4));
      this.#out.varint(sortKey / unit - Math.floor(this.#end.sortKey / unit));
      if (idHigh !== 0) this.#out.uint(idHigh, idHighBytes);
    }
    this.#end = to;
  }
}

/**
 * Reads the ranges of a message, trusting nothing. Throws `FRAME_INVALID` for what no writer writes. Nothing is
 * allocated for what the message only says it has.
 */
export class RangeReader {
  /** Which message it is. */
  readonly round: number;
  kind: RangeKind = 'skip';
  /** Where the range that was read last ends. */
  to: Bound = firstBound;
  /** Of a fingerprint: how many entries the sender has in the range. */
  count = 0;
  fingerprint = 0;
  /** Of ids and wanted ones. */
  ids: number[] = [];
  readonly #in: ByteReader;
  #countSum = 0;

  constructor(message: Uint8Array) {
    this.#in = new ByteReader(message, 'ranges to reconcile');
    const { repairMessageBytesMax: bytesMax, repairRoundsMax: roundsMax } = geoLimits;
    if (message.length > bytesMax) throw this.#in.invalid(`${message.length} bytes`);
    this.round = this.#in.byte();
    if (this.round === 0 || this.round > roundsMax) throw this.#in.invalid(`round ${this.round}`);
    if (this.#in.isAtEnd) throw this.#in.invalid('none');
  }

  /** Moves to the next range; false at the end. */
  next(): boolean {
    const source = this.#in;
    const wasSkip = this.kind === 'skip' && this.to !== firstBound;
    if (source.isAtEnd) {
      if (wasSkip) throw source.invalid('one at the end that says nothing');
      return false;
    }
    if (this.to.sortKey === sortKeysEnd) throw source.invalid('one behind the last');
    const head = source.byte();
    this.kind = rangeKinds[head & 3] ?? 'skip';
    if (wasSkip && this.kind === 'skip') throw source.invalid('two in a row that say nothing');
    this.#readBound((head >> 2) & 3, head >> 4);
    if (this.kind === 'fingerprint') this.#readFingerprint();
    else if (this.kind !== 'skip') this.#readList();
    return true;
  }

  #readBound(boundKind: number, exponent: number): void {
    const source = this.#in;
    const before = this.to;
    if (boundKind === boundKinds.end && exponent === 0) {
      this.to = lastBound;
      return;
    }
    if (boundKind > boundKinds.keyAndId || exponent > exponentMax) {
      throw source.invalid('an unknown bound');
    }
    const unit = 16 ** exponent;
    const sortKey = (Math.floor(before.sortKey / unit) + source.varint()) * unit;
    const idHigh = boundKind === boundKinds.key ? 0 : source.uint(idHighBytes);
    if (sortKey >= sortKeysEnd) throw source.invalid('a bound behind the last');
    this.to = { sortKey, idHigh };
    if (compareBounds(before, this.to) >= 0) throw source.invalid('some that are not in order');
  }

  #readFingerprint(): void {
    this.count = this.#in.varint();
    this.fingerprint = this.count === 0 ? 0 : this.#in.uint(shortIdBytes);
    this.#countSum += this.count;
    if (this.#countSum > entriesMax) {
      throw this.#in.invalid(`${this.#countSum} entries, more than a table has`);
    }
  }

  #readList(): void {
    const count = this.#in.byte();
    if (count > listedIdsMax || (count === 0 && this.kind === 'wanted')) {
      throw this.#in.invalid(`a list of ${count} ids`);
    }
    this.ids = [];
    for (let index = 0; index < count; index += 1) this.ids.push(this.#in.uint(shortIdBytes));
  }
}

function compareBounds(a: Bound, b: Bound): number {
  return a.sortKey === b.sortKey ? a.idHigh - b.idHigh : a.sortKey - b.sortKey;
}
