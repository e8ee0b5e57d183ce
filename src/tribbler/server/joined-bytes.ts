const comma = 44;
const encoder = new TextEncoder();
const noPieces: readonly Uint8Array[] = [];

/**
 * Joins pieces with commas between, again and again. Pages that are asked for often differ in what is new at their beginning: what
 * they had before is copied as one block, instead of a hundred pieces from all over the memory.
 */
export class JoinedBytes {
  /** What was joined last, and where the first piece begins. */
  #pieces: readonly Uint8Array[] = noPieces;
  #joined: Uint8Array = new Uint8Array();
  #firstAt = 0;

  /** The pieces, and what stands around them. Requires: neither pieces nor what is given are ever changed. */
  join(start: string, pieces: readonly Uint8Array[], end: string): Uint8Array {
    const [first, last] = [encoder.encode(start), encoder.encode(end)];
    let length = first.length + Math.max(0, pieces.length - 1) + last.length;
    for (const piece of pieces) length += piece.length;
    const joined = new Uint8Array(length);
    joined.set(first);
    let at = first.length;
    const block = this.#blockOf(pieces);
    for (let place = 0; place < pieces.length;) {
      if (place > 0) joined[at++] = comma;
      const isBlock = place === block.place;
      const bytes = isBlock ? block.bytes : (pieces[place] ?? encoder.encode());
      joined.set(bytes, at);
      at += bytes.length;
      place += isBlock ? block.count : 1;
    }
    joined.set(last, at);
    this.#pieces = pieces;
    this.#joined = joined;
    this.#firstAt = first.length;
    return joined;
  }

  /** The pieces that were joined last and are so again, from the first one of then. */
  #blockOf(pieces: readonly Uint8Array[]): { place: number; count: number; bytes: Uint8Array } {
    const before = this.#pieces;
    const [first] = before;
    const place = first === undefined ? -1 : pieces.indexOf(first);
    let count = 0;
    let length = -1;
    for (; place >= 0 && count < before.length; count += 1) {
      const piece = before[count];
      if (piece === undefined || piece !== pieces[place + count]) break;
      length += piece.length + 1;
    }
    const bytes = this.#joined.subarray(this.#firstAt, this.#firstAt + Math.max(0, length));
    return { place, count, bytes };
  }
}
