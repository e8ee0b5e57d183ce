import { readLatin1 } from '../core/latin1.ts';
import { clientLimits } from '../core/limits.ts';
import type { Client } from './client.ts';
import type { Command } from './command.ts';

/** Commands that are parsed ahead of their execution, so that the store may prefetch for all of them. */
export const batchCommandsMax = 64;

/** Fewer commands gain less from that than it costs to look at each twice. */
export const prefetchedCommandsMin = 4;

/** Positions: a start and an end for each argument. One command of the largest kind always fits. */
const positionsMax = Math.max(2 * clientLimits.argumentsMax, 16 * batchCommandsMax);

/**
 * Some whole commands of one client, as positions in the bytes that were read, and a cursor over them:
 * the batch itself is the `Command` that handlers see. There is one batch for each server, filled again
 * and again; an object for each command would cost more than the command.
 *
 * Who executes it writes
 *
 *     while (batch.next()) table.dispatch(target, batch, batch.client);
 *
 * and may before that look at every command with `select` in order to prefetch. `next` ends early when
 * the client is to be closed or suspended, or its replies have become too many; the connection goes on
 * later, exactly behind the last command that `next` gave.
 */
export class CommandBatch implements Command {
  bytes: Buffer = Buffer.alloc(0);
  /** How many commands there are. */
  length = 0;
  argumentCount = 0;
  /** Whether an argument is longer than a key may be: lengths need to be looked at only then. */
  hasLongArgument = false;
  readonly positions: Int32Array = new Int32Array(positionsMax);
  /** Where the positions of each command begin; one more entry than commands. */
  readonly firsts: Int32Array = new Int32Array(batchCommandsMax + 1);
  /** Where each command ends in the bytes that were parsed. */
  readonly ends: Int32Array = new Int32Array(batchCommandsMax);
  #client: Client | undefined;
  #replyBytesMax = 0;
  #first = 0;
  #next = 0;

  /** Whose commands these are. Requires: it is being executed. */
  get client(): Client {
    if (this.#client === undefined) throw new TypeError('a batch was used after its execution');
    return this.#client;
  }

  /** How many commands `next` has given. */
  get executed(): number {
    return this.#next;
  }

  /** Whether it is being executed. */
  get isRunning(): boolean {
    return this.#client !== undefined;
  }

  /** The connection calls this before it hands the batch out, and `finish` after. */
  begin(client: Client, replyBytesMax: number): void {
    this.#client = client;
    this.#replyBytesMax = replyBytesMax;
    this.#next = 0;
  }

  finish(): void {
    this.#client = undefined;
  }

  /** `next` gives no further command. */
  cut(): void {
    this.#replyBytesMax = 0;
  }

  /** Moves on to the next command to execute; false if there is none to be executed now. */
  next(): boolean {
    const client = this.client;
    if (this.#next >= this.length) return false;
    if (client.isClosing || client.reply.byteLength >= this.#replyBytesMax) return false;
    this.select(this.#next);
    this.#next += 1;
    return true;
  }

  /** Shows command `index` without executing it. Requires: index < length. */
  select(index: number): void {
    const first = this.firsts[index] ?? 0;
    this.#first = first;
    this.argumentCount = ((this.firsts[index + 1] ?? 0) - first) >> 1;
  }

  /**
   * Where the first argument of each command lies, which is a key of nearly all: start and end, one after another in
   * `ranges`. Returns how many there are. Requires: room for `batchCommandsMax`.
   */
  firstArguments(ranges: Int32Array): number {
    let count = 0;
    for (let i = 0; i < this.length; i += 1) {
      this.select(i);
      if (this.argumentCount < 2) continue;
      ranges[count * 2] = this.start(1);
      ranges[count * 2 + 1] = this.end(1);
      count += 1;
    }
    return count;
  }

  start(index: number): number {
    return this.positions[this.#first + index * 2] ?? 0;
  }

  end(index: number): number {
    return this.positions[this.#first + index * 2 + 1] ?? 0;
  }

  latin1(index: number): string {
    return readLatin1(this.bytes, this.start(index), this.end(index));
  }

  text(index: number): string {
    return this.bytes.toString('utf8', this.start(index), this.end(index));
  }

  copy(index: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.bytes.subarray(this.start(index), this.end(index)));
  }

  integer(index: number): number | undefined {
    const bytes = this.bytes;
    const end = this.end(index);
    let at = this.start(index);
    const isNegative = bytes[at] === 45;
    if (isNegative) at += 1;
    const digits = end - at;
    if (digits < 1 || digits > 16) return undefined;
    // As Redis writes numbers: no leading zero, no plus, no minus zero.
    if (bytes[at] === 48 && (digits > 1 || isNegative)) return undefined;
    let value = 0;
    for (; at < end; at += 1) {
      const digit = (bytes[at] ?? 0) - 48;
      if (digit < 0 || digit > 9) return undefined;
      value = value * 10 + digit;
    }
    if (value > Number.MAX_SAFE_INTEGER) return undefined;
    return isNegative ? -value : value;
  }

  is(index: number, word: string): boolean {
    const start = this.start(index);
    const length = word.length;
    if (this.end(index) - start !== length) return false;
    for (let i = 0; i < length; i += 1) {
      const byte = this.bytes[start + i] ?? 0;
      const upper = byte >= 97 && byte <= 122 ? byte - 32 : byte;
      if (upper !== word.charCodeAt(i)) return false;
    }
    return true;
  }
}
