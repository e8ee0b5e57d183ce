import { setTimeout as delay } from 'node:timers/promises';

import { AtollError } from '../../core/errors.ts';
import type { ProblemDetails } from '../../tribbler/api-types.ts';

export interface ApiClientOptions {
  /** Without a slash at its end. */
  readonly server: string;
  readonly token: string | undefined;
  readonly timeoutMs: number;
  /** How often a repeatable request is sent before it counts as failed; 3 if not given. */
  readonly attemptsMax?: number;
}

export interface ApiRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** It may be sent again when nothing is known of it. */
  readonly isRepeatable?: boolean;
}

/** An answer that is a problem (RFC 9457). */
export class ProblemAnswer extends Error {
  override readonly name = 'ProblemAnswer';
  readonly details: ProblemDetails;

  constructor(details: ProblemDetails) {
    super(details.detail);
    this.details = details;
  }
}

const pauseMs = 500;

/** The HTTP API of Tribbler from the side of a program. */
export class ApiClient {
  readonly #options: ApiClientOptions;

  constructor(options: ApiClientOptions) {
    this.#options = options;
  }

  get isLoggedIn(): boolean {
    return this.#options.token !== undefined;
  }

  /**
   * The body of the answer as JSON; undefined if it has none. Rejects with a `ProblemAnswer`, with `CONNECT_FAILED`, or with
   * `DEADLINE_EXCEEDED`.
   */
  async ask<Body>(path: string, request: ApiRequest = {}): Promise<Body> {
    const { attemptsMax = 3 } = this.#options;
    for (let attempt = 1; ; attempt += 1) {
      try {
        const response = await this.#send(path, request);
        return (response.status === 204 ? undefined : await response.json()) as Body;
      } catch (error) {
        const isPassing =
          error instanceof AtollError ||
          (error instanceof ProblemAnswer && error.details.status === 503);
        const isRepeatable = request.isRepeatable ?? request.method !== 'POST';
        if (!isPassing || !isRepeatable || attempt === attemptsMax) throw error;
      }
      await delay(pauseMs * attempt);
    }
  }

  /** The pieces of an answer that does not end. The deadline is only for its beginning. */
  async open(
    path: string,
    signal: AbortSignal,
    headers: Readonly<Record<string, string>>,
  ): Promise<AsyncIterable<Uint8Array>> {
    const { body } = await this.#send(path, { headers }, signal);
    if (body === null) throw new AtollError('CONNECTION_LOST', 'the server sent nothing');
    return body as AsyncIterable<Uint8Array>;
  }

  async #send(path: string, request: ApiRequest, signal?: AbortSignal): Promise<Response> {
    const { server, token, timeoutMs } = this.#options;
    const { method = 'GET', body, headers = {} } = request;
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), timeoutMs);
    let response: Response;
    try {
      response = await fetch(`${server}${path}`, {
        method,
        headers: {
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]),
      });
    } catch (error) {
      if (signal?.aborted === true) throw error;
      if (late.signal.aborted) {
        const text = `${server} did not answer in ${timeoutMs} ms`;
        throw new AtollError('DEADLINE_EXCEEDED', text, { cause: error });
      }
      const text = `cannot reach Tribbler at ${server}: is it running? atoll tribbler starts it`;
      throw new AtollError('CONNECT_FAILED', text, { cause: error });
    } finally {
      clearTimeout(timer);
    }
    if (response.ok) return response;
    throw await problemOf(response, server);
  }
}

async function problemOf(response: Response, server: string): Promise<Error> {
  if (response.headers.get('content-type') === 'application/problem+json') {
    return new ProblemAnswer((await response.json()) as ProblemDetails);
  }
  const text = `${server} answered ${response.status}, and does not look like Tribbler`;
  return new AtollError('CONNECT_FAILED', text);
}
