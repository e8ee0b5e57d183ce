import type { ClientLimits } from '../core/limits.ts';
import { batchCommandsMax, type CommandBatch } from './command-batch.ts';
import { escapeBytes } from './escape.ts';
import { splitInline } from './inline-words.ts';

const carriageReturn = 13;
const lineFeed = 10;
const asterisk = 42;
const dollar = 36;

/** The least that an argument takes: `$0`, CR LF, CR LF. */
const argumentBytesMin = 6;
/** Redis names 512 MiB as the most that a bulk string may be declared with. */
const bulkBytesDeclaredMax = 536_870_912;
/** Redis's own bound on the number of arguments; ours is lower and has its own message. */
const argumentsDeclaredMax = 1_048_576;
/** Longer than any number that is allowed in a header. */
const digitsMax = 10;

/**
 * Finds commands in bytes that arrived, as positions; copies nothing and allocates nothing.
 *
 * It keeps no state of a client between calls. A command that is not there whole is looked at again from
 * its start when more has come, but not before `needed` bytes of it have: that is the declared rest of
 * the string, and six bytes at least for each argument to come, so that a command that arrives byte by
 * byte is parsed a few times and not once for each byte.
 *
 * Invariant: no byte at or behind `end` is read. The buffer is reused, and what lies there is an older
 * command; a parser that trusts a header and runs into it finds a lot, none of it sent.
 */
export class CommandParser {
  /** What is wrong with the bytes behind the commands that were found. They cannot be parsed any more. */
  fault: string | undefined;
  /** The fault is that somebody speaks HTTP or TLS: nothing is answered. */
  isForeign = false;
  /** How many bytes from the returned position it takes at least to find another command. */
  needed = 0;
  readonly #batch: CommandBatch;
  /** The words of an inline command, without quotes and escapes. Grown to the longest allowed line. */
  #words: Buffer = Buffer.alloc(0);
  /** Behind the header that `#length` has read. */
  #at = 0;
  /** Positions used by the commands of the batch. */
  #used = 0;

  constructor(batch: CommandBatch) {
    this.#batch = batch;
  }

  /**
   * Fills the batch with at most `commandsMax` whole commands of `bytes[start … end)` and returns where
   * the last of them ends. If `fault` is set then, the bytes from there on are not the Redis protocol.
   * `searched` is what `needed` was at the last call for the same start, or 0.
   */
  parse(
    bytes: Buffer,
    start: number,
    end: number,
    limits: ClientLimits,
    commandsMax: number = batchCommandsMax,
    searched = 0,
  ): number {
    const batch = this.#batch;
    batch.bytes = bytes;
    batch.length = 0;
    batch.hasLongArgument = false;
    this.fault = undefined;
    this.isForeign = false;
    this.needed = 1;
    this.#used = 0;
    let at = start;
    while (at < end && batch.length < commandsMax) {
      const isInline = bytes[at] !== asterisk;
      // The words of an inline command lie in another buffer, so it is a batch of its own.
      if (isInline && batch.length > 0) break;
      const next = isInline
        ? this.#inline(bytes, at, end, limits, at === start ? searched : 0)
        : this.#multibulk(bytes, at, end, limits);
      if (next < 0) break;
      at = next;
      if (isInline && batch.length > 0) break;
    }
    return at;
  }

  /** Reads one command and returns its end; −1 if it is not there whole, is wrong, or has no room. */
  #multibulk(bytes: Buffer, start: number, end: number, limits: ClientLimits): number {
    const batch = this.#batch;
    const positions = batch.positions;
    const count = this.#length(bytes, start + 1, end, 'invalid multibulk length');
    if (count < 0) return this.#incomplete(start, end + 1, limits);
    if (count === 0) return this.#at; // Redis: a command without a name is skipped.
    if (count > limits.argumentsMax) return this.#tooManyArguments(count, limits);
    if (this.#used + count * 2 > positions.length) return -1;
    const keyBytesMax = limits.keyBytesMax;
    let at = this.#at;
    let used = this.#used;
    for (let missing = count - 1; missing >= 0; missing -= 1) {
      const rest = missing * argumentBytesMin;
      if (at >= end) return this.#incomplete(start, at + argumentBytesMin + rest, limits);
      if (bytes[at] !== dollar) {
        return this.#fail(`expected '$', got '${escapeBytes(bytes, at, at + 1, 4)}'`);
      }
      const length = this.#length(bytes, at + 1, end, 'invalid bulk length');
      if (length < 0) {
        return this.#incomplete(start, Math.max(end + 1, at + argumentBytesMin) + rest, limits);
      }
      at = this.#at;
      const stringEnd = at + length;
      if (length > keyBytesMax) {
        if (length > bulkBytesDeclaredMax || length > limits.queryBufferBytesMax) {
          return this.#fail('invalid bulk length');
        }
        batch.hasLongArgument = true;
      }
      if (stringEnd + 2 > end) return this.#incomplete(start, stringEnd + 2 + rest, limits);
      if (bytes[stringEnd] !== carriageReturn || bytes[stringEnd + 1] !== lineFeed) {
        return this.#fail('a bulk string does not end with CR LF where its length says');
      }
      positions[used] = at;
      positions[used + 1] = stringEnd;
      used += 2;
      at = stringEnd + 2;
    }
    batch.firsts[batch.length] = this.#used;
    batch.ends[batch.length] = at;
    batch.length += 1;
    batch.firsts[batch.length] = used;
    this.#used = used;
    return at;
  }

  /**
   * Reads the number of a header and its CR LF, and sets `#at` behind it. −1: not there whole, or `fault`
   * is set. Only digits, no sign, no leading zero: whoever writes anything else is not a Redis client.
   */
  #length(bytes: Buffer, start: number, end: number, faultMessage: string): number {
    let at = start;
    let value = 0;
    while (at < end) {
      const byte = bytes[at] ?? 0;
      if (byte === carriageReturn) {
        if (at === start) return this.#fail(faultMessage);
        if (at + 1 >= end) return -1;
        if (bytes[at + 1] !== lineFeed) return this.#fail(faultMessage);
        this.#at = at + 2;
        return value;
      }
      const digit = byte - 48;
      const isLeadingZero = at > start && value === 0;
      if (digit < 0 || digit > 9 || isLeadingZero || at - start >= digitsMax) {
        return this.#fail(faultMessage);
      }
      value = value * 10 + digit;
      at += 1;
    }
    return -1;
  }

  /** Reads one line that was typed. */
  #inline(
    bytes: Buffer,
    start: number,
    end: number,
    limits: ClientLimits,
    searched: number,
  ): number {
    const first = bytes[start] ?? 0;
    if (first > 126 || (first < 32 && (first < 9 || first > 13))) {
      this.isForeign = first === 22; // The first byte of a TLS hello.
      return this.#fail(`expected '*' or a word, got '${escapeBytes(bytes, start, start + 1, 4)}'`);
    }
    const searchEnd = Math.min(end, start + limits.inlineBytesMax + 2);
    let at = start + Math.max(0, searched - 1);
    while (at < searchEnd && bytes[at] !== lineFeed) at += 1;
    if (at >= searchEnd) {
      if (end - start > limits.inlineBytesMax) return this.#fail('too big inline request');
      return this.#incomplete(start, end + 1, limits);
    }
    if (this.#words.length < limits.inlineBytesMax) {
      this.#words = Buffer.alloc(limits.inlineBytesMax + 2);
    }
    const batch = this.#batch;
    const line = { bytes, start, end: at };
    const count = splitInline(line, this.#words, batch.positions, limits.argumentsMax);
    if (count === -1) return this.#fail('unbalanced quotes in request');
    if (count === -2) return this.#tooManyArguments(limits.argumentsMax + 1, limits);
    if (count === 0) return at + 1;
    batch.bytes = this.#words;
    batch.length = 1;
    batch.firsts[0] = 0;
    batch.firsts[1] = count * 2;
    batch.ends[0] = at + 1;
    batch.hasLongArgument = at - start > limits.keyBytesMax;
    if (this.#isHttp(count)) {
      batch.length = 0;
      this.isForeign = true;
      return this.#fail('this is HTTP');
    }
    return at + 1;
  }

  /**
   * A browser that a web page made talk to this port sends commands of the attacker's choice in the body of
   * a request: so its first line ends the connection.
   */
  #isHttp(count: number): boolean {
    const batch = this.#batch;
    batch.select(0);
    if (batch.is(0, 'POST') || batch.is(0, 'HOST:')) return true;
    if (count !== 3) return false;
    const start = batch.start(2);
    return (
      batch.end(2) - start >= 7 && batch.bytes.toString('latin1', start, start + 5) === 'HTTP/'
    );
  }

  #tooManyArguments(count: number, limits: ClientLimits): -1 {
    if (count > argumentsDeclaredMax) return this.#fail('invalid multibulk length');
    return this.#fail(`too many arguments: at most ${limits.argumentsMax} are taken`);
  }

  /** The command that begins at `start` ends at `endMin` or later. */
  #incomplete(start: number, endMin: number, limits: ClientLimits): -1 {
    if (this.fault !== undefined) return -1;
    this.needed = endMin - start;
    if (this.needed > limits.queryBufferBytesMax) {
      return this.#fail(`a command is larger than ${limits.queryBufferBytesMax} bytes`);
    }
    return -1;
  }

  #fail(message: string): -1 {
    this.fault = message;
    return -1;
  }
}
