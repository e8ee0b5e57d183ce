import type { ByteSink, OutputBuffer } from '../output-buffer.ts';
import type { OutputGate } from './output-gate.ts';

/** What is held for more marks at once waits for the last of them: a bound on the books, not on the bytes. */
const marksMax = 64;
/** A longer array is taken over instead of copied, if it fills most of its memory. */
const copiedBytesMax = 65_536;

const noBytes = new Uint8Array(0);

/**
 * The output of one client that is held back at the gate: bytes in one piece, so that a release costs one
 * write, and for each mark where in them its part ends and how many replies it is. Memory comes from the gate's spare buffers: an idle
 * client has none.
 *
 * Invariant: marks and ends rise strictly, and the last end is `byteLength`.
 */
export class HeldOutput implements ByteSink {
  readonly #gate: OutputGate;
  #bytes: Uint8Array = noBytes;
  #byteLength = 0;
  readonly #marks: number[] = [];
  readonly #ends: number[] = [];
  /** How many replies are held for each mark. */
  readonly #replies: number[] = [];
  /** How many of `#marks`, `#ends` and `#replies` count. */
  #count = 0;
  /** Of the last push that was held. */
  #pushMark = 0;
  /** Of whatever was held last; what comes later must not overtake it. */
  #lastMark = 0;

  constructor(gate: OutputGate) {
    this.#gate = gate;
  }

  get byteLength(): number {
    return this.#byteLength;
  }

  /**
   * Takes what `writer` holds if that must wait, for its own mark or for what is held before it: so many replies, or, if it is
   * none, pushes.
   */
  takes(writer: OutputBuffer, replies: number): boolean {
    const mark = Math.max(this.#gate.heldUntil(), this.#lastMark);
    if (mark <= this.#gate.released || writer.byteLength === 0) return false;
    writer.flushTo(this);
    if (this.#count === 0 || (mark > this.#lastMark && this.#count < marksMax)) {
      this.#replies[this.#count] = 0;
      this.#count += 1;
    }
    const last = this.#count - 1;
    this.#marks[last] = mark;
    this.#ends[last] = this.#byteLength;
    this.#replies[last] = (this.#replies[last] ?? 0) + replies;
    this.#lastMark = mark;
    if (replies === 0) this.#pushMark = mark;
    return true;
  }

  /** Called by what `takes` empties. */
  write(bytes: Uint8Array): boolean {
    const length = bytes.length;
    const isMostlyFilled = length * 2 >= bytes.buffer.byteLength;
    if (this.#byteLength === 0 && length > copiedBytesMax && isMostlyFilled) {
      this.#bytes = bytes;
      this.#byteLength = length;
      return false;
    }
    if (this.#byteLength + length > this.#bytes.length) this.#grow(this.#byteLength + length);
    this.#bytes.set(bytes, this.#byteLength);
    this.#byteLength += length;
    return true;
  }

  /** Hands over what is held for marks up to `mark`, in one write. */
  releaseTo(sink: ByteSink, mark: number): void {
    let released = 0;
    while (released < this.#count && (this.#marks[released] ?? 0) <= mark) released += 1;
    if (released === 0) return;
    const end = this.#ends[released - 1] ?? 0;
    const rest = this.#byteLength - end;
    const bytes = this.#bytes;
    const isTaken = sink.write(bytes.subarray(0, end));
    if (rest === 0) this.#bytes = noBytes;
    else if (isTaken) bytes.copyWithin(0, end, this.#byteLength);
    else {
      // The array is the sink's until it has left.
      this.#bytes = this.#gate.takeBuffer(rest);
      this.#bytes.set(bytes.subarray(end, this.#byteLength));
    }
    if (rest === 0 && isTaken) this.#gate.giveBack(bytes);
    this.#byteLength = rest;
    this.#count -= released;
    for (let i = 0; i < this.#count; i += 1) {
      this.#marks[i] = this.#marks[i + released] ?? 0;
      this.#ends[i] = (this.#ends[i + released] ?? 0) - end;
      this.#replies[i] = this.#replies[i + released] ?? 0;
    }
  }

  /** Forgets what is held, which will never be released: how many replies it was; undefined if pushes were among them. */
  lose(): number | undefined {
    let count = 0;
    for (let i = 0; i < this.#count; i += 1) count += this.#replies[i] ?? 0;
    const hasPushes = this.#pushMark > this.#gate.released;
    this.reset();
    this.#lastMark = 0;
    this.#pushMark = 0;
    return hasPushes ? undefined : count;
  }

  /** Forgets everything: the client is over. */
  reset(): void {
    this.#gate.giveBack(this.#bytes);
    this.#bytes = noBytes;
    this.#byteLength = 0;
    this.#count = 0;
  }

  #grow(size: number): void {
    const held = this.#bytes;
    const grown = this.#gate.takeBuffer(held.length === 0 ? size : Math.max(size, held.length * 2));
    grown.set(held.subarray(0, this.#byteLength));
    this.#gate.giveBack(held);
    this.#bytes = grown;
  }
}
