/** Bytes, a text, or what goes on for as long as somebody reads. */
export type AnswerBody = Uint8Array | string | ReadableStream<Uint8Array>;

/** What the API answers. Whoever listens adds what HTTP needs besides: lengths, dates, whether the connection is kept. */
export class Answer {
  readonly status: number;
  /** Names and values in turn. Most answers have the same ones, so nobody makes them anew for each. */
  readonly headers: readonly string[];
  /** Undefined: none, which the status says as well. */
  readonly body: AnswerBody | undefined;
  /** Called when nobody reads the body any more. */
  readonly onSent: (() => void) | undefined;

  constructor(status: number, headers: readonly string[], body?: AnswerBody, onSent?: () => void) {
    this.status = status;
    this.headers = headers;
    this.body = body;
    this.onSent = onSent;
  }
}
