const comma = 44;
const encoder = new TextEncoder();
const noPieces: readonly Uint8Array[] = [];
const noBytes = new Uint8Array();
/** What stands at the end may be longer the next time. */
const endRoom = 256;

/** Pieces with commas between, and what stands around them. */
export function joinBytes(start: string, pieces: readonly Uint8Array[], end: string): Uint8Array {
  const [first, last] = [encoder.encode(start), encoder.encode(end)];
  const joined = new Uint8Array(first.length + lengthOf(pieces) + last.length);
  joined.set(first);
  joined.set(last, write(joined, pieces, first.length));
  return joined;
}

/** What was joined, until it is given back. */
export interface Lent {
  readonly bytes: Uint8Array;
  /** From now on `bytes` may become anything. */
  readonly giveBack: () => void;
}

/** Where it is joined. */
interface Room {
  readonly bytes: Uint8Array;
  /** Who may still read it. */
  readers: number;
}

/**
 * Joins pieces again and again. Pages that are asked for often have what is new at their beginning: it is written before what is
 * there already, which moves only when the room before it is used up. To join a hundred pieces from all over the memory each time, into
 * memory that was not used before, costs more than all else that a page does.
 *
 * Invariant: nothing is written where somebody may still read.
 */
export class JoinedBytes {
  #room: Room = { bytes: noBytes, readers: 0 };
  /** What was joined last, and where its first piece is. */
  #pieces: readonly Uint8Array[] = noPieces;
  #firstAt = 0;
  #around: readonly [string, string] | undefined;
  #joined: Uint8Array = noBytes;

  /** The pieces, and what stands around them. Requires: pieces are never changed, nor is the array of them. */
  join(start: string, pieces: readonly Uint8Array[], end: string): Lent {
    const isSame =
      pieces === this.#pieces && start === this.#around?.[0] && end === this.#around[1];
    if (!isSame) {
      // At most three bytes for a unit of UTF-16.
      const around = { before: 3 * start.length, after: 3 * end.length };
      const lengths = { ...around, length: lengthOf(pieces) };
      if (!this.#prepend(pieces, lengths)) this.#writeAll(pieces, lengths);
      this.#pieces = pieces;
      this.#around = [start, end];
      this.#joined = this.#writeAround(start, end, lengths);
    }
    const room = this.#room;
    room.readers += 1;
    let isGivenBack = false;
    return {
      bytes: this.#joined,
      giveBack: () => {
        if (!isGivenBack) room.readers -= 1;
        isGivenBack = true;
      },
    };
  }

  #writeAround(start: string, end: string, { length }: Lengths): Uint8Array {
    const { bytes } = this.#room;
    const startAt = this.#firstAt - lengthOfText(start);
    writeText(bytes, start, startAt);
    const endAt = this.#firstAt + length;
    return bytes.subarray(startAt, writeText(bytes, end, endAt));
  }

  /** Writes what is new before what is there. False: there is no room, or what was there is not what follows. */
  #prepend(pieces: readonly Uint8Array[], { before, after, length }: Lengths): boolean {
    const { bytes, readers } = this.#room;
    const [first] = this.#pieces;
    if (readers > 0 || first === undefined) return false;
    const count = pieces.indexOf(first);
    if (count < 0) return false;
    for (let place = count; place < pieces.length; place += 1) {
      if (pieces[place] !== this.#pieces[place - count]) return false;
    }
    let added = 0;
    for (let place = 0; place < count; place += 1) added += (pieces[place]?.length ?? 0) + 1;
    let at = this.#firstAt - added;
    if (at < before || at + length + after > bytes.length) {
      const firstAt = bytes.length - endRoom - (length - added);
      at = firstAt - added;
      if (at < before || after > endRoom) return false;
      bytes.copyWithin(firstAt, this.#firstAt, this.#firstAt + length - added);
    }
    this.#firstAt = at;
    for (let place = 0; place < count; place += 1) {
      const piece = pieces[place] ?? noBytes;
      bytes.set(piece, at);
      at += piece.length;
      bytes[at++] = comma;
    }
    return true;
  }

  /** Writes everything, at the end of the room: it grows towards its beginning. */
  #writeAll(pieces: readonly Uint8Array[], { before, after, length }: Lengths): void {
    const whole = before + length + Math.max(after, endRoom);
    if (this.#room.readers > 0 || this.#room.bytes.length < whole) {
      this.#room = { bytes: new Uint8Array(2 * whole), readers: 0 };
    }
    const { bytes } = this.#room;
    this.#firstAt = bytes.length - length - Math.max(after, endRoom);
    write(bytes, pieces, this.#firstAt);
  }
}

/** Of what stands before the pieces and of what stands after them, at most; and of the pieces with their commas. */
interface Lengths {
  readonly before: number;
  readonly after: number;
  readonly length: number;
}

/** Writes pieces with commas between; returns where they end. */
function write(bytes: Uint8Array, pieces: readonly Uint8Array[], from: number): number {
  let at = from;
  for (const piece of pieces) {
    if (at > from) bytes[at++] = comma;
    bytes.set(piece, at);
    at += piece.length;
  }
  return at;
}

function lengthOf(pieces: readonly Uint8Array[]): number {
  let length = Math.max(0, pieces.length - 1);
  for (const piece of pieces) length += piece.length;
  return length;
}

/**
 * Writes a text as UTF-8; returns where it ends. What stands around pieces is ASCII as a rule and short: to call the encoder for it costs
 * more than to write it.
 */
function writeText(bytes: Uint8Array, text: string, from: number): number {
  for (let place = 0; place < text.length; place += 1) {
    const code = text.charCodeAt(place);
    if (code > 127) return from + encoder.encodeInto(text, bytes.subarray(from)).written;
    bytes[from + place] = code;
  }
  return from + text.length;
}

/** Of a text in UTF-8. */
function lengthOfText(text: string): number {
  for (let place = 0; place < text.length; place += 1) {
    if (text.charCodeAt(place) > 127) return encoder.encode(text).length;
  }
  return text.length;
}
