import { assert } from '../../core/assert.ts';
import { writeLatin1, writeUtf16 } from '../../core/latin1.ts';
import { actorLimits } from '../../core/limits.ts';
import { ActorRef } from '../actor-ref.ts';
import { shortLatin1Max, tags } from './batch-format.ts';
import { bigintBytes, findRefusal, refused, weights } from './plain-data.ts';
import { ShapeTrie, type ShapeNode } from './shape-trie.ts';

/**
 * Marshals messages into a batch: the bytes that go to another thread or another system (`batch-format.ts`).
 *
 * Validating, snapshotting and packing are one walk over the message, straight into the batch; a message that is
 * refused in the middle leaves no trace. The buffer is reused from batch to batch.
 */
export class BatchWriter {
  #bytes: Buffer = Buffer.allocUnsafeSlow(bufferBytesFirst);
  #end = 0;
  #count = 0;
  #weight = 0;
  #weightMax: number = actorLimits.messageBytesMax;
  readonly #shapes = new ShapeTrie();
  /** Numbers of the addresses written out in this batch. */
  readonly #addresses: Map<string, number> = new Map();

  /** Messages in the batch. */
  get count(): number {
    return this.#count;
  }

  get byteLength(): number {
    return this.#end;
  }

  /** The batch so far. Lent: valid until the next call of `add` or `clear`. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#end);
  }

  clear(): void {
    const { length } = this.#bytes;
    // A large buffer stays as long as it is filled, or each large batch would make one.
    if (length > bufferBytesKept && this.#end * 4 < length)
      this.#bytes = Buffer.allocUnsafeSlow(bufferBytesFirst);
    this.#end = 0;
    this.#count = 0;
    this.#shapes.startBatch();
    if (this.#addresses.size > 0) this.#addresses.clear();
  }

  /**
   * Appends a message. Throws the `AtollError` that says what is not plain data. What the threads of a system tell
   * each other may be larger than a message: a batch for another system, for example.
   */
  add(counter: number, message: unknown, bytesMax: number = actorLimits.messageBytesMax): void {
    const startOfMessage = this.#end;
    const shapesBefore = this.#shapes.count;
    this.#weight = 0;
    this.#weightMax = bytesMax;
    try {
      this.#varint(counter);
      this.#value(message, 0);
      if (this.#weight > this.#weightMax) throw refused;
      this.#count += 1;
    } catch (error) {
      this.#end = startOfMessage;
      this.#shapes.forgetFrom(shapesBefore);
      this.#forgetAddressesFrom(startOfMessage);
      if (error !== refused) throw error;
      const refusal = findRefusal(message, bytesMax);
      assert(refusal !== undefined, 'the writer refused what the rules allow');
      throw refusal;
    }
  }

  #value(value: unknown, depth: number): void {
    this.#weight += weights.value;
    switch (typeof value) {
      case 'number':
        return this.#number(value);
      case 'string':
        this.#weight += value.length * weights.character;
        return this.#string(value);
      case 'boolean':
        return this.#byte(value ? tags.true : tags.false);
      case 'object':
        return value === null ? this.#byte(tags.null) : this.#object(value, depth);
      case 'bigint':
        return this.#bigint(value);
      default:
        throw refused;
    }
  }

  #object(value: object, depth: number): void {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Object.prototype || prototype === null) {
      return this.#plain(value as Record<string, unknown>, depth);
    }
    if (value instanceof ActorRef) return this.#ref(value as ActorRef<never>);
    if (prototype === Array.prototype && Array.isArray(value)) return this.#array(value, depth);
    if (value instanceof Uint8Array) return this.#uint8Array(value);
    throw refused;
  }

  #plain(value: Record<string, unknown>, depth: number): void {
    // The depth also ends cycles; the weight ends what is shared again and again.
    if (depth >= actorLimits.messageDepthMax) throw refused;
    let node: ShapeNode | undefined = this.#shapes.root;
    for (const name in value) {
      node = name === node.likelyName ? node.likelyNode : this.#shapes.follow(node, name);
      if (node === undefined) break;
    }
    if (node === undefined) return this.#dictionary(value, depth);
    if (this.#shapes.isKnown(node)) {
      this.#byte(tags.object);
      this.#varint(node.number);
    } else {
      this.#defineShape(node);
    }
    this.#weight += node.weight;
    if (this.#weight > this.#weightMax) throw refused;
    for (const name in value) this.#value(value[name], depth + 1);
  }

  #defineShape(node: ShapeNode): void {
    const names = node.names;
    this.#byte(tags.shape);
    this.#varint(names.length);
    for (const name of names) this.#string(name);
    this.#shapes.define(node);
  }

  #dictionary(value: Record<string, unknown>, depth: number): void {
    const names = Object.keys(value);
    this.#byte(tags.dictionary);
    this.#varint(names.length);
    for (const name of names) {
      if (name === '__proto__') throw refused;
      this.#weight += name.length * weights.character + weights.property;
      if (this.#weight > this.#weightMax) throw refused;
      this.#string(name);
      this.#value(value[name], depth + 1);
    }
  }

  #array(values: unknown[], depth: number): void {
    if (depth >= actorLimits.messageDepthMax) throw refused;
    // Before the walk, which makes room for all that it finds; and what is shared is walked again and again.
    const weight = this.#weight + values.length * weights.value;
    if (weight > this.#weightMax) throw refused;
    this.#byte(tags.array);
    this.#varint(values.length);
    for (const value of values) this.#value(value, depth + 1);
  }

  #uint8Array(value: Uint8Array): void {
    this.#weight += value.length;
    if (this.#weight > this.#weightMax) throw refused;
    this.#byte(tags.bytes);
    this.#varint(value.length);
    this.#reserve(value.length);
    this.#bytes.set(value, this.#end);
    this.#end += value.length;
  }

  #ref(ref: ActorRef<never>): void {
    this.#weight += ref.address.length * weights.character + weights.value;
    const known = this.#addresses.get(ref.address);
    if (known === undefined) {
      this.#addresses.set(ref.address, this.#end);
      this.#byte(tags.address);
      this.#string(ref.address);
    } else {
      this.#byte(tags.ref);
      this.#varint(known);
    }
    this.#varint(ref.counter);
  }

  #number(value: number): void {
    this.#reserve(9);
    const int32 = value | 0;
    if (int32 !== value) {
      this.#bytes[this.#end] = tags.float64;
      this.#bytes.writeDoubleLE(value, this.#end + 1);
      this.#end += 9;
    } else if (int32 >= 0 && int32 <= 0x7f) {
      this.#bytes[this.#end] = int32;
      this.#end += 1;
    } else {
      const bytes = this.#bytes;
      const at = this.#end;
      bytes[at] = tags.int32;
      bytes[at + 1] = int32;
      bytes[at + 2] = int32 >> 8;
      bytes[at + 3] = int32 >> 16;
      bytes[at + 4] = int32 >> 24;
      this.#end = at + 5;
    }
  }

  #bigint(value: bigint): void {
    const length = bigintBytes(value);
    this.#weight += length;
    if (this.#weight > this.#weightMax) throw refused;
    this.#byte(value < 0n ? tags.bigintNegative : tags.bigintPositive);
    this.#varint(length);
    this.#reserve(length);
    const hex = (value < 0n ? -value : value).toString(16).padStart(2 * length, '0');
    this.#bytes.write(hex, this.#end, 'hex');
    this.#bytes.subarray(this.#end, this.#end + length).reverse();
    this.#end += length;
  }

  #string(text: string): void {
    const { length } = text;
    // Before room is made for it: the weight bounds what one message may reserve.
    if (this.#weight > this.#weightMax) throw refused;
    this.#reserve(2 * length + 6);
    if (length <= shortLatin1Max) {
      const bytes = this.#bytes;
      const at = this.#end;
      bytes[at] = tags.shortLatin1 + length;
      for (let index = 0; index < length; index += 1) {
        const unit = text.charCodeAt(index);
        if (unit > 0xff) return this.#utf16(text);
        bytes[at + 1 + index] = unit;
      }
      this.#end = at + 1 + length;
    } else if (beyondLatin1.test(text)) {
      this.#utf16(text);
    } else {
      this.#byte(tags.latin1);
      this.#varint(length);
      this.#end += writeLatin1(this.#bytes, text, this.#end);
    }
  }

  /** Keeps every unit, also a lone surrogate, which UTF-8 would replace. */
  #utf16(text: string): void {
    this.#byte(tags.utf16);
    this.#varint(2 * text.length);
    this.#end += writeUtf16(this.#bytes, text, this.#end);
  }

  #byte(byte: number): void {
    if (this.#end === this.#bytes.length) this.#reserve(1);
    this.#bytes[this.#end] = byte;
    this.#end += 1;
  }

  /** Seven bits a byte, the low ones first; a set high bit says that more follow. */
  #varint(value: number): void {
    this.#reserve(8);
    let rest = value;
    while (rest > 0x7f) {
      this.#bytes[this.#end] = (rest % 0x80) | 0x80;
      this.#end += 1;
      rest = rest > 0x7fff_ffff ? Math.floor(rest / 0x80) : rest >> 7;
    }
    this.#bytes[this.#end] = rest;
    this.#end += 1;
  }

  #reserve(count: number): void {
    const needed = this.#end + count;
    if (needed <= this.#bytes.length) return;
    const bytes = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#bytes.length));
    bytes.set(this.#bytes.subarray(0, this.#end));
    this.#bytes = bytes;
  }

  /** Addresses are numbered by where they stand, so those of a refused message are those behind its start. */
  #forgetAddressesFrom(start: number): void {
    for (const [address, at] of this.#addresses) {
      if (at >= start) this.#addresses.delete(address);
    }
  }
}

/** A batch of a quiet destination stays small; there may be many destinations. */
const bufferBytesFirst = 4_096;
/** Not more than this is kept for small batches; what a journal is sent under load is smaller. */
const bufferBytesKept = 1_048_576;
const beyondLatin1 = /[\u0100-\uffff]/;
