/**
 * A reply as plain data. An error is a value here, because one inside an array is no reason to lose the
 * rest; whoever waits for the reply decides what it means.
 *
 * Simple and bulk strings, verbatim texts: string or bytes, as the parser is told. Integers beyond
 * ±(2⁵³ − 1) and big numbers: bigint. Sets: arrays. Maps: `Map`, with keys always as text.
 */
export type ReplyValue =
  | string
  | Uint8Array
  | number
  | bigint
  | boolean
  | null
  | ReplyError
  | readonly ReplyValue[]
  | ReadonlyMap<ReplyValue, ReplyValue>;

/** An error that the server answered with: `-CODE message`. Not an `Error`: it has no stack to capture. */
export class ReplyError {
  /** The first word of the line: `ERR`, `WRONGTYPE`, `NOAUTH`, … */
  readonly code: string;
  /** What follows it. */
  readonly message: string;

  constructor(line: string) {
    const space = line.indexOf(' ');
    this.code = space < 0 ? line : line.slice(0, space);
    this.message = space < 0 ? '' : line.slice(space + 1);
  }
}
