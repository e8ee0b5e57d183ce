/**
 * Where a command's handler writes its reply. RESP2 clients get the flat forms of RESP3's types; a
 * handler does not ask which protocol is spoken. Replies leave in one write for each read event.
 *
 * Every handler writes exactly one reply; an aggregate is begun with its size and followed by so many.
 */
export interface Reply {
  /** Bytes written and not sent yet, of all replies of the turn: for handlers that stop at a size. */
  readonly byteLength: number;
  /** How many errors were ever written: compared before and after, it tells whether a command failed. */
  readonly errorCount: number;
  /** `+text`. Requires: no CR or LF. */
  simple(text: string): void;
  /** `+OK` */
  ok(): void;
  /** `-CODE message`. Control characters are escaped; the line is cut at a sane length. */
  error(code: string, message: string): void;
  integer(value: number): void;
  /** A binary-safe string from `bytes[start … end)`. Copied. */
  bulk(bytes: Uint8Array, start: number, end: number): void;
  /** The same for who keeps a view of the bytes: positions are those of the view. Copied. */
  bulkView(bytes: DataView, start: number, end: number): void;
  /** A binary-safe string of which each character is one byte. */
  bulkLatin1(text: string): void;
  /** A binary-safe string in UTF-8. */
  bulkText(text: string): void;
  /** RESP3 `_`; RESP2 `$-1`. */
  nil(): void;
  /** RESP3 `#t`; RESP2 `:1`. */
  boolean(value: boolean): void;
  /** RESP3 `,1.5`; RESP2 a bulk string. */
  double(value: number): void;
  /** Followed by `size` replies. */
  array(size: number): void;
  /** Followed by 2 × `size` replies: RESP2 gets a flat array. */
  map(size: number): void;
  /** Followed by `size` replies: RESP2 gets an array. */
  set(size: number): void;
  /** RESP3 `>`, out of turn; RESP2 an array. Followed by `size` replies. */
  push(size: number): void;
  /** RESP3 `=`, a text that people read; RESP2 a bulk string. */
  verbatim(text: string): void;
}
