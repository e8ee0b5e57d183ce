/**
 * One parsed command: positions in the bytes that were read, never copies of them.
 *
 * A handler reads its arguments here and copies what it wants to keep. The view is lent: the connection
 * moves it on to the next command, and the bytes under it are overwritten by the next read.
 * Argument 0 is the command's own name.
 */
export interface Command {
  /** The bytes that the positions point into. */
  readonly bytes: Uint8Array;
  /** How many arguments there are, the name included. */
  readonly argumentCount: number;
  /** Where argument `index` begins in `bytes`. Requires: index < argumentCount. */
  start(index: number): number;
  /** Where argument `index` ends in `bytes` (excluded). */
  end(index: number): number;
  /** A copy as a string with one character for each byte: the form in which keys live in Maps. */
  latin1(index: number): string;
  /** A copy as text, UTF-8; malformed bytes become U+FFFD. */
  text(index: number): string;
  /** A copy of the bytes. */
  copy(index: number): Uint8Array<ArrayBuffer>;
  /** A whole number within ±(2⁵³ − 1) written as Redis writes it, or undefined. */
  integer(index: number): number | undefined;
  /** Whether the argument equals `word`, given in upper-case ASCII, in any case. Allocates nothing. */
  is(index: number, word: string): boolean;
}
