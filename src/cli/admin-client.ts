import { AtollError } from '../core/errors.ts';
import { formatHostPort, mustParseHostPort } from '../core/network.ts';
import { faultWords } from '../platform/fault-words.ts';

/** An answer of words comes within this, or not at all. */
const answerMs = 10_000;

/**
 * Asks the admin port of a server, of which `Status` is what it tells of itself. Rejects with `CONNECT_FAILED`, and with
 * `RESP_REPLY_ERROR` for a no, in its words.
 */
export class AdminClient<Status extends object> {
  readonly #at: string;

  /** Throws `USAGE` for what is no address. */
  constructor(address: string) {
    this.#at = formatHostPort(mustParseHostPort(address));
  }

  async status(): Promise<Status> {
    const response = await this.#ask('GET', '/status', AbortSignal.timeout(answerMs));
    return (await response.json()) as Status;
  }

  /** Whether it was a member. */
  async forget(id: string): Promise<void> {
    const response = await this.#ask(
      'POST',
      `/members/${id}/forget`,
      AbortSignal.timeout(answerMs),
    );
    await response.text();
  }

  /** Everything that the server has, as it comes. */
  async backup(): Promise<AsyncIterable<Uint8Array>> {
    const { body } = await this.#ask('GET', '/backup', undefined);
    if (body === null) throw new AtollError('CONNECTION_LOST', `${this.#at} sent nothing`);
    // Taken at once: fetch cancels a body that nobody reads yet when the collector comes for its response.
    const pieces = (body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
    return this.#received({ [Symbol.asyncIterator]: () => pieces });
  }

  async *#received(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    try {
      yield* pieces;
    } catch (error) {
      const text = `the connection to ${this.#at} ended before the backup did: ${faultWords(error)}`;
      throw new AtollError('CONNECTION_LOST', text, { cause: error });
    }
  }

  async #ask(method: string, path: string, signal: AbortSignal | undefined): Promise<Response> {
    const response = await this.#fetch(method, path, signal);
    if (response.ok) return response;
    const words = (await response.text()).trim();
    throw new AtollError('RESP_REPLY_ERROR', `the server at ${this.#at} says: ${words}`);
  }

  async #fetch(method: string, path: string, signal: AbortSignal | undefined): Promise<Response> {
    try {
      return await fetch(`http://${this.#at}${path}`, {
        method,
        ...(signal === undefined ? {} : { signal }),
      });
    } catch (error) {
      const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
      const text = `no connection to the admin port ${this.#at}: ${faultWords(cause)}`;
      throw new AtollError('CONNECT_FAILED', text, { cause: error });
    }
  }
}
