const comma = 44;
const encoder = new TextEncoder();
const noPieces: readonly Uint8Array[] = [];

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
  isLent: boolean;
}

/**
 * Joins pieces again and again. Pages that are asked for often have what is new at their beginning: it is written before what is
 * there already, which does not move. To join a hundred pieces from all over the memory each time, into memory that was
 * not used before, costs more than all else that a page does.
 *
 * Invariant: nothing is written where somebody may still read.
 */
export class JoinedBytes {
  #room: Room = { bytes: new Uint8Array(), isLent: false };
  /** What was joined last, and where its first piece is. */
  #pieces: readonly Uint8Array[] = noPieces;
  #firstAt = 0;

  /** The pieces, and what stands around them. Requires: pieces are never changed. */
  join(start: string, pieces: readonly Uint8Array[], end: string): Lent {
    const [first, last] = [encoder.encode(start), encoder.encode(end)];
    const length = lengthOf(pieces);
    if (!this.#prepend(pieces, { before: first.length, after: last.length, length })) {
      this.#writeAll(pieces, { before: first.length, after: last.length, length });
    }
    this.#pieces = pieces;
    const room = this.#room;
    const startAt = this.#firstAt - first.length;
    const endAt = this.#firstAt + length;
    room.bytes.set(first, startAt);
    room.bytes.set(last, endAt);
    room.isLent = true;
    return {
      bytes: room.bytes.subarray(startAt, endAt + last.length),
      giveBack: () => (room.isLent = false),
    };
  }

  /** Writes what is new before what is there. False: there is no room, or what was there is not what follows. */
  #prepend(pieces: readonly Uint8Array[], { before, after, length }: Lengths): boolean {
    const { bytes, isLent } = this.#room;
    const [first] = this.#pieces;
    if (isLent || first === undefined) return false;
    const count = pieces.indexOf(first);
    if (count < 0) return false;
    for (let place = count; place < pieces.length; place += 1) {
      if (pieces[place] !== this.#pieces[place - count]) return false;
    }
    let at = this.#firstAt;
    for (let place = 0; place < count; place += 1) at -= (pieces[place]?.length ?? 0) + 1;
    if (at < before || at + length + after > bytes.length) return false;
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
    const whole = before + length + after;
    if (this.#room.isLent || this.#room.bytes.length < whole) {
      this.#room = { bytes: new Uint8Array(2 * whole), isLent: false };
    }
    const { bytes } = this.#room;
    this.#firstAt = bytes.length - after - length - endRoom;
    if (this.#firstAt < before) this.#firstAt = before;
    write(bytes, pieces, this.#firstAt);
  }
}

/** Of what stands before the pieces, of what stands after them, and of the pieces with their commas. */
interface Lengths {
  readonly before: number;
  readonly after: number;
  readonly length: number;
}

const noBytes = new Uint8Array();
/** What stands at the end may be longer the next time. */
const endRoom = 256;

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
