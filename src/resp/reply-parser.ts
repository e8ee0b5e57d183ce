import { AtollError } from '../core/errors.ts';
import { replyLimits } from '../core/limits.ts';
import { ReplyError, type ReplyValue } from './reply-value.ts';

export interface ReplyHandler {
  /** One whole reply, in the order of the commands. */
  onReply(value: ReplyValue): void;
  /** A RESP3 push, out of turn: the kind first (`invalidate`, `change`, …), as text. */
  onPush(values: readonly ReplyValue[]): void;
}

export interface ReplyLimits {
  readonly replyBytesMax: number;
  readonly depthMax: number;
  readonly lineBytesMax: number;
}

/** An aggregate that is not complete yet. */
interface Frame {
  readonly kind: 'array' | 'map' | 'push' | 'attribute';
  readonly values: ReplyValue[];
  missing: number;
}

const noBytes = Buffer.alloc(0);

/**
 * Reads replies, RESP2 and RESP3, out of a stream that may be cut at any byte.
 *
 * Aggregates that are not complete lie on a stack, so nothing is parsed twice; what is left of a cut
 * line or string is kept and the parser waits until it can go on. Parsing the whole reply again at
 * each read would be simpler and quadratic: a large one that comes in small pieces stops the program.
 *
 * A server is not trusted either: depth, line and reply are bounded, and nothing is allocated because
 * of a declared length alone.
 */
export class ReplyParser {
  /** Whether strings are given as text (UTF-8) or as bytes. Read at each string: set it between replies. */
  strings: 'text' | 'bytes' = 'text';
  readonly #handler: ReplyHandler;
  readonly #limits: ReplyLimits;
  readonly #stack: Frame[] = [];
  /** What could not be parsed yet: `#kept[0 … #keptEnd)`. */
  #kept: Buffer = noBytes;
  #keptEnd = 0;
  /** How many kept bytes it takes at least to go on; spares looking at them before. */
  #needed = 0;
  /** So far into the kept bytes there is no line feed. */
  #searched = 0;
  /** Bytes of the unfinished reply that were parsed already. */
  #replyBytes = 0;
  #fault: AtollError | undefined;

  constructor(handler: ReplyHandler, limits: ReplyLimits = replyLimits) {
    this.#handler = handler;
    this.#limits = limits;
  }

  /**
   * Takes `bytes[start … end)`, which are not kept, and calls the handler for what they complete.
   * Returns the fault if they cannot be RESP: the stream is lost then, and so is what comes later.
   */
  push(bytes: Uint8Array, start: number, end: number): AtollError | undefined {
    if (this.#fault !== undefined) return this.#fault;
    if (this.#keptEnd === 0) {
      const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const parsed = this.#parse(view, start, end);
      if (this.#fault === undefined) this.#keep(view, parsed, end);
    } else {
      this.#keep(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), start, end);
      if (this.#keptEnd < this.#needed) return undefined;
      const kept = this.#kept;
      const keptEnd = this.#keptEnd;
      const parsed = this.#parse(kept, 0, keptEnd);
      this.#keptEnd = 0;
      if (this.#fault === undefined && parsed < keptEnd) {
        kept.copyWithin(0, parsed, keptEnd);
        this.#keptEnd = keptEnd - parsed;
      } else if (kept.length > 65_536) this.#kept = noBytes;
    }
    return this.#fault;
  }

  /** Appends to the kept bytes. They grow with what came, at most twice of it. */
  #keep(bytes: Buffer, start: number, end: number): void {
    const total = this.#keptEnd + end - start;
    if (total > this.#kept.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(256, total * 2));
      this.#kept.copy(grown, 0, 0, this.#keptEnd);
      this.#kept = grown;
    }
    bytes.copy(this.#kept, this.#keptEnd, start, end);
    this.#keptEnd = total;
  }

  /** Parses all that is complete and returns where the rest begins. */
  #parse(bytes: Buffer, start: number, end: number): number {
    let at = start;
    this.#needed = 0;
    while (at < end && this.#fault === undefined) {
      const next = this.#parseOne(bytes, at, end);
      if (next < 0) break;
      this.#replyBytes = this.#stack.length === 0 ? 0 : this.#replyBytes + next - at;
      if (this.#replyBytes > this.#limits.replyBytesMax) this.#fail('a reply is too large');
      at = next;
    }
    return at;
  }

  /** Parses one scalar or the head of one aggregate; −1 if it is not there whole. */
  #parseOne(bytes: Buffer, start: number, end: number): number {
    // The search goes on where it ended: `#searched` counts from the start of the unparsed bytes.
    const lineFeedAt = indexOfLineFeed(bytes, start + this.#searched, end);
    if (lineFeedAt < 0) {
      this.#searched = end - start;
      if (this.#searched > this.#limits.lineBytesMax) this.#fail('a line is too long');
      return -1;
    }
    if (lineFeedAt - start > this.#limits.lineBytesMax) return this.#fail('a line is too long');
    if (lineFeedAt - start < 2 || bytes[lineFeedAt - 1] !== 13) {
      return this.#fail('a line does not end with CR LF');
    }
    const lineStart = start + 1;
    const lineEnd = lineFeedAt - 1;
    const type = bytes[start];
    switch (type) {
      case 36: // $
      case 61: // =
      case 33: // !
        return this.#parseBulk(bytes, start, lineEnd, end);
      case 42: // *
      case 126: // ~
      case 62: // >
      case 37: // %
      case 124: // |
        this.#beginAggregate(type, bytes, lineStart, lineEnd);
        break;
      default:
        this.#parseLine(type, bytes, lineStart, lineEnd);
    }
    this.#searched = 0;
    return lineFeedAt + 1;
  }

  /** A string with its length before it. */
  #parseBulk(bytes: Buffer, start: number, lineEnd: number, end: number): number {
    const length = decimal(bytes, start + 1, lineEnd);
    if (length === -1 && bytes[start] === 36) {
      this.#searched = 0;
      this.#value(null); // RESP2: a nil is a string of length −1.
      return lineEnd + 2;
    }
    if (length === undefined || length < 0) return this.#fail('a string has no valid length');
    if (length + this.#replyBytes > this.#limits.replyBytesMax) {
      return this.#fail('a reply is too large');
    }
    const textStart = lineEnd + 2;
    const textEnd = textStart + length;
    if (textEnd + 2 > end) {
      this.#needed = textEnd + 2 - start;
      return -1;
    }
    if (bytes[textEnd] !== 13 || bytes[textEnd + 1] !== 10) {
      return this.#fail('a string does not end where it should');
    }
    this.#searched = 0;
    if (bytes[start] === 33) {
      this.#value(new ReplyError(bytes.toString('utf8', textStart, textEnd)));
    } else {
      // RESP3: a verbatim string names its format in the first four bytes, `txt:`.
      const skipped = bytes[start] === 61 ? Math.min(4, length) : 0;
      this.#value(this.#string(bytes, textStart + skipped, textEnd));
    }
    return textEnd + 2;
  }

  #string(bytes: Buffer, start: number, end: number): string | Uint8Array {
    const frame = this.#stack.at(-1);
    const isName =
      frame !== undefined &&
      ((frame.kind === 'map' && frame.values.length % 2 === 0) ||
        (frame.kind === 'push' && frame.values.length === 0));
    if (this.strings === 'text' || isName) return bytes.toString('utf8', start, end);
    return new Uint8Array(bytes.subarray(start, end));
  }

  /** A value that is its line. */
  #parseLine(type: number | undefined, bytes: Buffer, start: number, end: number): void {
    switch (type) {
      case 43: // +
        this.#value(bytes.toString('utf8', start, end));
        break;
      case 45: // -
        this.#value(new ReplyError(bytes.toString('utf8', start, end)));
        break;
      case 58: // :
        this.#number(decimal(bytes, start, end) ?? wholeNumber(bytes, start, end));
        break;
      case 40: // (
        this.#number(wholeNumber(bytes, start, end));
        break;
      case 44: // ,
        this.#number(double(bytes.toString('latin1', start, end)));
        break;
      case 35: // #
        if (end - start !== 1 || (bytes[start] !== 116 && bytes[start] !== 102)) {
          this.#fail('a boolean is neither t nor f');
        } else this.#value(bytes[start] === 116);
        break;
      case 95: // _
        if (start === end) this.#value(null);
        else this.#fail('a null has content');
        break;
      default:
        this.#fail('a reply has an unknown type');
    }
  }

  #number(value: number | bigint | undefined): void {
    if (value === undefined) this.#fail('a number is malformed');
    else this.#value(value);
  }

  #beginAggregate(type: number, bytes: Buffer, start: number, end: number): void {
    const size = decimal(bytes, start, end);
    if (size === -1 && type === 42) return this.#value(null); // RESP2: a nil array.
    if (size === undefined || size < 0 || size > this.#limits.replyBytesMax) {
      this.#fail('an aggregate has no valid size');
      return;
    }
    if (this.#stack.length >= this.#limits.depthMax) {
      this.#fail('a reply is nested too deeply');
      return;
    }
    if (type === 62 && this.#stack.length > 0) {
      this.#fail('a push stands inside a reply');
      return;
    }
    const isPairs = type === 37 || type === 124;
    const frame: Frame = { kind: frameKind(type), values: [], missing: isPairs ? size * 2 : size };
    if (frame.missing === 0) this.#complete(frame);
    else this.#stack.push(frame);
  }

  /** Puts a value where it belongs, and whatever it completes where that belongs. */
  #value(value: ReplyValue): void {
    const frame = this.#stack.at(-1);
    if (frame === undefined) {
      this.#handler.onReply(value);
      return;
    }
    frame.values.push(value);
    frame.missing -= 1;
    if (frame.missing > 0) return;
    this.#stack.pop();
    this.#complete(frame);
  }

  #complete(frame: Frame): void {
    switch (frame.kind) {
      case 'array':
        this.#value(frame.values);
        break;
      case 'map':
        this.#value(pairs(frame.values));
        break;
      case 'push':
        this.#handler.onPush(frame.values);
        break;
      case 'attribute':
        // RESP3: attributes describe the value that follows; whoever does not know them skips them.
        break;
    }
  }

  #fail(message: string): -1 {
    this.#fault ??= new AtollError('RESP_PROTOCOL', `the server does not speak RESP: ${message}`);
    return -1;
  }
}

/** A loop: lines are short, and a native search would run on into old bytes behind `end`. */
function indexOfLineFeed(bytes: Buffer, start: number, end: number): number {
  for (let at = start; at < end; at += 1) if (bytes[at] === 10) return at;
  return -1;
}

function pairs(values: readonly ReplyValue[]): ReadonlyMap<ReplyValue, ReplyValue> {
  const map = new Map<ReplyValue, ReplyValue>();
  for (let i = 0; i + 1 < values.length; i += 2) map.set(values[i] ?? null, values[i + 1] ?? null);
  return map;
}

/** Digits with an optional sign, up to 15 of them; undefined for anything else. Allocates nothing. */
function decimal(bytes: Buffer, start: number, end: number): number | undefined {
  let at = start;
  const sign = bytes[at];
  if (sign === 45 || sign === 43) at += 1;
  if (at >= end || end - at > 15) return undefined;
  let value = 0;
  for (; at < end; at += 1) {
    const digit = (bytes[at] ?? 0) - 48;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return sign === 45 ? 0 - value : value;
}

function wholeNumber(bytes: Buffer, start: number, end: number): number | bigint | undefined {
  const text = bytes.toString('latin1', start, end);
  if (!/^[+-]?\d+$/.test(text)) return undefined;
  const value = BigInt(text);
  const asNumber = Number(value);
  return Number.isSafeInteger(asNumber) ? asNumber : value;
}

function double(text: string): number | undefined {
  if (text === 'inf') return Infinity;
  if (text === '-inf') return -Infinity;
  if (text === 'nan' || text === '-nan') return NaN;
  return /^[+-]?\d+(\.\d*)?([eE][+-]?\d+)?$/.test(text) ? Number(text) : undefined;
}

/** By type byte: `>`, `%`, `|`; `*` and `~` are both arrays here. */
function frameKind(type: number): Frame['kind'] {
  if (type === 62) return 'push';
  if (type === 37) return 'map';
  return type === 124 ? 'attribute' : 'array';
}
