/**
 * A glob pattern as Redis has it (`*`, `?`, `[a-z]`, `[^x]`, `\` before a character that is meant literally),
 * compiled to match in time that is linear in the length of the text.
 *
 * The usual matcher goes back to the last star whenever it is stuck, and `a*a*a*…b` makes that exponential
 * or at best the product of both lengths. This one follows all possibilities at once: a set of states, one bit
 * each, moved on by every byte. State i means that the first i elements of the pattern (stars not counted) have
 * matched; a star before element i lets state i stay as it is.
 */
export class Glob {
  /** The bytes that everything that matches begins with, as far as they are plain to see. */
  readonly literalPrefix: Uint8Array;
  readonly #words: number;
  /** For each byte: the states that it moves on from. `words` integers for each of 256 bytes. */
  readonly #moves: Int32Array;
  /** The states that any byte may leave as they are. */
  readonly #stays: Int32Array;
  readonly #states: Int32Array;
  readonly #elementCount: number;

  /** Requires: at most `patternBytesMax` bytes, because each text is as dear as the pattern has words of 32. */
  constructor(pattern: Uint8Array) {
    const { elements, stars } = parseGlob(pattern);
    const special = pattern.findIndex((byte) => specials.includes(byte));
    this.literalPrefix = pattern.subarray(0, special < 0 ? pattern.length : special);
    this.#elementCount = elements.length;
    this.#words = (elements.length >> 5) + 1;
    this.#moves = new Int32Array(256 * this.#words);
    this.#stays = new Int32Array(this.#words);
    this.#states = new Int32Array(this.#words);
    for (const [state, element] of elements.entries()) {
      for (let byte = 0; byte < 256; byte += 1) {
        if (element(byte)) setBit(this.#moves, byte * this.#words, state);
      }
    }
    for (const state of stars) setBit(this.#stays, 0, state);
  }

  matches(text: Uint8Array, start: number, end: number): boolean {
    return this.#words === 1
      ? this.#matchesInOneWord(text, start, end)
      : this.#matchesInWords(text, start, end);
  }

  #matchesInOneWord(text: Uint8Array, start: number, end: number): boolean {
    const moves = this.#moves;
    const stays = this.#stays[0] ?? 0;
    let states = 1;
    for (let at = start; at < end; at += 1) {
      states = ((states & (moves[text[at] ?? 0] ?? 0)) << 1) | (states & stays);
      if (states === 0) return false;
    }
    return (states & (1 << this.#elementCount)) !== 0;
  }

  #matchesInWords(text: Uint8Array, start: number, end: number): boolean {
    const states = this.#states;
    const words = this.#words;
    states.fill(0);
    states[0] = 1;
    for (let at = start; at < end; at += 1) {
      const row = (text[at] ?? 0) * words;
      let carry = 0;
      let any = 0;
      for (let word = 0; word < words; word += 1) {
        const state = states[word] ?? 0;
        const moved = state & (this.#moves[row + word] ?? 0);
        const next = (moved << 1) | carry | (state & (this.#stays[word] ?? 0));
        carry = moved >>> 31;
        any |= next;
        states[word] = next;
      }
      if (any === 0) return false;
    }
    const last = this.#elementCount;
    return ((states[last >> 5] ?? 0) & (1 << (last & 31))) !== 0;
  }
}

/** Whether a byte can stand where the element stands. */
type Element = (byte: number) => boolean;

interface ParsedGlob {
  readonly elements: readonly Element[];
  /** `i`: a star stands before element i, or at the end if there is none. */
  readonly stars: readonly number[];
}

const [star, question, open, close, backslash, caret, dash] = [42, 63, 91, 93, 92, 94, 45];
const specials: readonly number[] = [star, question, open, backslash];

function parseGlob(pattern: Uint8Array): ParsedGlob {
  const elements: Element[] = [];
  const stars: number[] = [];
  let at = 0;
  while (at < pattern.length) {
    const byte = pattern[at] ?? 0;
    at += 1;
    if (byte === star) stars.push(elements.length);
    else if (byte === question) elements.push(() => true);
    else if (byte === open) {
      const { element, end } = parseClass(pattern, at);
      elements.push(element);
      at = end;
    } else if (byte === backslash && at < pattern.length) {
      const literal = pattern[at];
      elements.push((other) => other === literal);
      at += 1;
    } else elements.push((other) => other === byte);
  }
  return { elements, stars };
}

/** What follows `[`: to the next `]`, or to the end of the pattern as Redis takes it. */
function parseClass(pattern: Uint8Array, start: number): { element: Element; end: number } {
  const members = new Uint8Array(256);
  let at = start;
  const isNegated = pattern[at] === caret;
  if (isNegated) at += 1;
  while (at < pattern.length && pattern[at] !== close) {
    const isEscaped = pattern[at] === backslash && at + 1 < pattern.length;
    const first = pattern[isEscaped ? at + 1 : at] ?? 0;
    if (!isEscaped && pattern[at + 1] === dash && at + 2 < pattern.length) {
      const last = pattern[at + 2] ?? 0;
      members.fill(1, Math.min(first, last), Math.max(first, last) + 1);
      at += 3;
    } else {
      members[first] = 1;
      at += isEscaped ? 2 : 1;
    }
  }
  return { element: (byte) => (members[byte] === 1) !== isNegated, end: at + 1 };
}

function setBit(bits: Int32Array, from: number, bit: number): void {
  const at = from + (bit >> 5);
  bits[at] = (bits[at] ?? 0) | (1 << (bit & 31));
}
