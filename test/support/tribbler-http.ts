import { RequestCounter } from '../../src/cli/tribbler/request-counter.ts';
import { HttpServer } from '../../src/cli/tribbler/http-server.ts';
import { createOutside } from '../../src/platform/outside.ts';
import type { Libstore } from '../../src/ring/libstore/libstore.ts';
import { MemoryRing } from '../../src/ring/libstore/memory-libstore.ts';
import type { Tribble } from '../../src/tribbler/api-types.ts';
import { createApi, type Api } from '../../src/tribbler/server/api/api.ts';
import type { PageFiles } from '../../src/tribbler/server/api/page-files.ts';
import type { PasswordHasher } from '../../src/tribbler/server/accounts.ts';

export interface TribblerHttpOptions {
  readonly store?: Libstore;
  readonly files?: PageFiles;
  readonly isBehindProxy?: boolean;
  /** A free one if not given. */
  readonly port?: number;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON, whatever shape it has. */
  readonly json: unknown;
}

export interface Ask {
  readonly method?: string;
  readonly token?: string | undefined;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Real hashes take a tenth of a second each; what is tried here is what is done with them. */
const quickHasher: PasswordHasher = {
  hash: (password) => Promise.resolve(`hash of ${password}`),
  verify: (hash, password) => Promise.resolve(hash === `hash of ${password}`),
};

export const password = 'correct horse';

/** An application server behind a real port, over a ring in memory. */
export class TribblerHttp {
  readonly url: string;
  readonly api: Api;
  readonly #http: HttpServer;

  static async start({
    store = new MemoryRing().open(),
    files = new Map(),
    isBehindProxy = false,
    port = 0,
  }: TribblerHttpOptions = {}): Promise<TribblerHttp> {
    const outside = createOutside({ log: { level: 'error' } });
    const api = createApi({ store, outside, hasher: quickHasher, files, version: '0.0.0' });
    const http = await HttpServer.listen({
      at: { host: '127.0.0.1', port },
      api,
      counter: new RequestCounter(),
      isBehindProxy,
    });
    return new TribblerHttp(api, http);
  }

  private constructor(api: Api, http: HttpServer) {
    this.api = api;
    this.#http = http;
    this.url = `http://127.0.0.1:${http.port}`;
  }

  async ask(
    path: string,
    { method = 'GET', token, body, headers = {} }: Ask = {},
  ): Promise<Answer> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(body === undefined
        ? {}
        : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    // HEAD has none.
    const json: unknown = isJson && text !== '' ? JSON.parse(text) : undefined;
    return { status: response.status, headers: response.headers, text, json };
  }

  /** Creates a user and logs it in: the token. */
  async join(user: string): Promise<string> {
    await this.ask('/v1/users', { method: 'POST', body: { id: user, password } });
    return await this.logIn(user);
  }

  async logIn(user: string): Promise<string> {
    const answer = await this.ask('/v1/sessions', { method: 'POST', body: { user, password } });
    return (answer.json as { token: string }).token;
  }

  async post(token: string, text: string): Promise<Tribble> {
    const answer = await this.ask('/v1/posts', { method: 'POST', token, body: { text } });
    return answer.json as Tribble;
  }

  async follow(token: string, user: string): Promise<void> {
    await this.ask(`/v1/me/subscriptions/${user}`, { method: 'PUT', token });
  }

  stop(): Promise<void> {
    return this.#http.close();
  }
}
