import { readLatin1, readUtf16 } from '../../core/latin1.ts';
import { actorLimits } from '../../core/limits.ts';
import { AtollError } from '../../core/errors.ts';
import { ActorRef } from '../actor-ref.ts';
import { parseAddress } from '../address.ts';
import { shortLatin1Max, tags } from './batch-format.ts';
import { ShortStrings } from './short-strings.ts';

/**
 * Reads the messages of a batch (`batch-format.ts`), trusting nothing: every position is checked against the
 * end, nothing is allocated from a declared length that the bytes cannot fill, nesting is bounded, and no name
 * reaches a prototype. What is wrong throws `FRAME_INVALID`, and the sender's connection is at fault.
 */
export class BatchReader {
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  #end = 0;
  #counter = 0;
  readonly #shapes: (readonly string[])[] = [];
  /** The addresses of this batch by where they stand. */
  readonly #addresses: Map<number, string> = new Map();
  #start = 0;
  readonly #shortStrings = new ShortStrings();
  #isInPlace = false;

  /** Begins to read `bytes[start … end)`, which must not change until the last message is read. */
  open(bytes: Uint8Array, start: number, end: number): void {
    this.#bytes = Buffer.isBuffer(bytes)
      ? bytes
      : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#start = start;
    this.#at = start;
    this.#end = end;
    this.#shapes.length = 0;
    if (this.#addresses.size > 0) this.#addresses.clear();
  }

  /** Goes to the next message: reads whom it is for. False at the end of the batch. */
  next(): boolean {
    if (this.#at === this.#end) return false;
    this.#counter = this.#varint();
    return true;
  }

  /** Whom the message is for. */
  get counter(): number {
    return this.#counter;
  }

  /** The message. To be called once for each `next`. */
  message(): unknown {
    return this.#value(0);
  }

  /**
   * The message, whose Uint8Arrays are parts of the batch, and lent as that is. To be called once for each `next`, instead of `message`.
   */
  messageInPlace(): unknown {
    this.#isInPlace = true;
    try {
      return this.#value(0);
    } finally {
      this.#isInPlace = false;
    }
  }

  #value(depth: number): unknown {
    const tag = this.#byte();
    if (tag <= 0x7f) return tag;
    if (tag >= tags.shortLatin1) return this.#shortLatin1(tag - tags.shortLatin1);
    switch (tag) {
      case tags.null:
        return null;
      case tags.false:
        return false;
      case tags.true:
        return true;
      case tags.int32:
        return this.#bytes.readInt32LE(this.#take(4));
      case tags.float64:
        return this.#bytes.readDoubleLE(this.#take(8));
      case tags.latin1:
      case tags.utf16:
        return this.#longString(tag);
      case tags.bytes:
        return this.#uint8Array();
      case tags.object:
      case tags.shape:
        return this.#object(tag, depth);
      case tags.array:
        return this.#array(depth);
      case tags.dictionary:
        return this.#dictionary(depth);
      case tags.ref:
      case tags.address:
        return this.#ref(tag);
      case tags.bigintPositive:
        return this.#bigint();
      case tags.bigintNegative:
        return -this.#bigint();
      default:
        throw invalid(`an unknown tag ${tag}`);
    }
  }

  #object(tag: number, depth: number): unknown {
    if (depth >= actorLimits.messageDepthMax) throw invalid('a message nested too deeply');
    const names = tag === tags.shape ? this.#newShape() : this.#shapes[this.#varint()];
    if (names === undefined) throw invalid('a shape that was not defined');
    const object: Record<string, unknown> = {};
    for (const name of names) object[name] = this.#value(depth + 1);
    return object;
  }

  #newShape(): readonly string[] {
    const count = this.#varint();
    const names: string[] = [];
    for (let index = 0; index < count; index += 1) names.push(this.#name());
    this.#shapes.push(names);
    return names;
  }

  #dictionary(depth: number): unknown {
    if (depth >= actorLimits.messageDepthMax) throw invalid('a message nested too deeply');
    const count = this.#varint();
    const object: Record<string, unknown> = {};
    for (let index = 0; index < count; index += 1) {
      const name = this.#name();
      object[name] = this.#value(depth + 1);
    }
    return object;
  }

  #array(depth: number): unknown {
    if (depth >= actorLimits.messageDepthMax) throw invalid('a message nested too deeply');
    const count = this.#varint();
    const values: unknown[] = [];
    for (let index = 0; index < count; index += 1) values.push(this.#value(depth + 1));
    return values;
  }

  #uint8Array(): Uint8Array {
    const length = this.#varint();
    const at = this.#take(length);
    const bytes = this.#bytes;
    if (this.#isInPlace) return new Uint8Array(bytes.buffer, bytes.byteOffset + at, length);
    const copy = new Uint8Array(length);
    copy.set(bytes.subarray(at, at + length));
    return copy;
  }

  #ref(tag: number): ActorRef<never> {
    const place = this.#at - 1 - this.#start;
    let address: string | undefined;
    if (tag === tags.address) {
      address = this.#string();
      if (parseAddress(address) === undefined) throw invalid('a ref without a valid address');
      this.#addresses.set(place, address);
    } else {
      address = this.#addresses.get(this.#varint());
      if (address === undefined) throw invalid('an address that was not written out');
    }
    return new ActorRef(address, this.#varint());
  }

  #bigint(): bigint {
    const length = this.#varint();
    const at = this.#take(length);
    if (length === 0) return 0n;
    const magnitude = Buffer.from(this.#bytes.subarray(at, at + length)).reverse();
    return BigInt(`0x${magnitude.toString('hex')}`);
  }

  #name(): string {
    const name = this.#string();
    if (name === '__proto__') throw invalid('a property called __proto__');
    return name;
  }

  #string(): string {
    const tag = this.#byte();
    if (tag >= tags.shortLatin1) return this.#shortLatin1(tag - tags.shortLatin1);
    return this.#longString(tag);
  }

  #shortLatin1(length: number): string {
    if (length > shortLatin1Max) throw invalid('an unknown tag');
    const at = this.#take(length);
    return this.#shortStrings.read(this.#bytes, at, at + length);
  }

  #longString(tag: number): string {
    const length = this.#varint();
    const at = this.#take(length);
    if (tag === tags.latin1) return readLatin1(this.#bytes, at, at + length);
    if (tag === tags.utf16 && length % 2 === 0) return readUtf16(this.#bytes, at, at + length);
    throw invalid('something else than a string');
  }

  #byte(): number {
    const byte = this.#at < this.#end ? this.#bytes[this.#at] : undefined;
    if (byte === undefined) throw invalid('a batch that ends in the middle of a message');
    this.#at += 1;
    return byte;
  }

  /** Moves on by `length` bytes and returns where they begin. */
  #take(length: number): number {
    const at = this.#at;
    if (length > this.#end - at) throw invalid('a batch that ends in the middle of a message');
    this.#at = at + length;
    return at;
  }

  #varint(): number {
    let byte = this.#byte();
    let value = byte & 0x7f;
    let factor = 0x80;
    while (byte > 0x7f) {
      byte = this.#byte();
      value += (byte & 0x7f) * factor;
      factor *= 0x80;
      if (value > Number.MAX_SAFE_INTEGER) throw invalid('a number above 2⁵³ − 1');
    }
    return value;
  }
}

function invalid(what: string): AtollError {
  return new AtollError('FRAME_INVALID', `expected a batch of messages, got ${what}`);
}
