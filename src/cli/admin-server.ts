import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';

import { AtollError } from '../core/errors.ts';
import { formatHostPort, isLoopback, parseHostPort, type HostPort } from '../core/network.ts';
import { faultWords } from '../platform/fault-words.ts';

/** A request that takes longer than this to arrive is not worth waiting for. */
const requestMs = 5_000;
/** Scrapers, probes and operators; nobody else has business here. */
const connectionsMax = 64;

/** What the admin port asks, as it is now. What rejects with a coded fault is answered with 503. */
export interface AdminAnswers {
  /** Why the process may not get traffic; undefined: it may. */
  readonly unreadyReason: () => string | undefined;
  readonly metrics: () => Promise<string>;
  /** Everything that an operator may want to know: plain data. */
  readonly status: () => Promise<object>;
  /** Whether the server was a member. Of stores whose servers can be forgotten. */
  readonly forget?: (id: string) => boolean;
  /** Of stores of which a running server can be backed up. */
  readonly backup?: () => AsyncIterable<Uint8Array>;
}

/**
 * The admin port: is the process alive (`/healthz`), may it get traffic (`/readyz`), what does it count
 * (`/metrics`, in the text form of Prometheus), how is it (`/status`), what does it have (`/backup`), and the one thing that
 * only a person can know: that a server does not come back (`POST /members/ID/forget`).
 *
 * Nobody is asked for a password, so browsers are kept out: a page of a stranger could otherwise ask in the name of whoever
 * looks at it.
 */
export class AdminServer {
  readonly #server: Server;
  readonly #answers: AdminAnswers;

  /** Listens; port 0 takes a free one. Rejects with `LISTEN_FAILED`. */
  static async listen(at: HostPort, answers: AdminAnswers): Promise<AdminServer> {
    const admin = new AdminServer(answers);
    admin.#server.listen(at.port, at.host);
    try {
      await once(admin.#server, 'listening');
    } catch (error) {
      const text = `cannot listen at ${formatHostPort(at)}: ${faultWords(error)}`;
      throw new AtollError('LISTEN_FAILED', text, { cause: error });
    }
    return admin;
  }

  private constructor(answers: AdminAnswers) {
    this.#answers = answers;
    this.#server = createServer({ requestTimeout: requestMs }, (request, response) => {
      void this.#answer(request, response);
    });
    this.#server.maxConnections = connectionsMax;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  /** Never rejects. */
  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await this.#route(request, response);
    } catch (error) {
      // What has begun to leave can only be cut off; whoever reads it sees that the end is missing.
      if (response.headersSent) response.destroy();
      else respond(response, error instanceof AtollError ? 503 : 500, `${wordsOf(error)}\n`);
    }
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path = ''] = (request.url ?? '').split('?');
    const forgotten = /^\/members\/([0-9a-f]{16})\/forget$/.exec(path)?.[1];
    if (isOfBrowser(request)) {
      respond(response, 403, 'only for this machine, and not for web pages\n');
    } else if (forgotten !== undefined && this.#answers.forget !== undefined) {
      if (request.method !== 'POST') respond(response, 405, 'only POST\n');
      else if (this.#answers.forget(forgotten)) respond(response, 200, 'forgotten\n');
      else respond(response, 404, 'no such member\n');
    } else if (request.method !== 'GET' && request.method !== 'HEAD') {
      respond(response, 405, 'only GET\n');
    } else {
      await this.#get(path, response);
    }
  }

  async #get(path: string, response: ServerResponse): Promise<void> {
    const answers = this.#answers;
    switch (path) {
      case '/healthz':
        return respond(response, 200, 'alive\n');
      case '/readyz': {
        const reason = answers.unreadyReason();
        return respond(response, reason === undefined ? 200 : 503, `${reason ?? 'ready'}\n`);
      }
      case '/metrics': {
        const text = await answers.metrics();
        return respond(response, 200, text, 'text/plain; version=0.0.4; charset=utf-8');
      }
      case '/status': {
        const text = `${JSON.stringify(await answers.status())}\n`;
        return respond(response, 200, text, 'application/json; charset=utf-8');
      }
      case '/backup':
        if (answers.backup === undefined) break;
        return await respondWithBackup(response, answers.backup());
    }
    const more = answers.backup === undefined ? '' : ', /backup';
    respond(response, 404, `there are /healthz, /readyz, /metrics, /status${more}\n`);
  }
}

async function respondWithBackup(
  response: ServerResponse,
  source: AsyncIterable<Uint8Array>,
): Promise<void> {
  const pieces = source[Symbol.asyncIterator]();
  // A fault before the first piece is an answer in words.
  const first = await pieces.next();
  response.writeHead(200, {
    'content-type': 'application/octet-stream',
    'cache-control': 'no-store',
  });
  await pipeline(async function* () {
    for (let piece = first; piece.done !== true; piece = await pieces.next()) yield piece.value;
  }, response);
}

/** A page of another origin asks with an origin, and one that has our address under its own name with that name. */
function isOfBrowser({ headers }: IncomingMessage): boolean {
  const { origin, host = '' } = headers;
  const name = parseHostPort(host)?.host ?? host;
  return origin !== undefined || !isLoopback(name);
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function respond(
  response: ServerResponse,
  status: number,
  text: string,
  type = 'text/plain; charset=utf-8',
): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' });
  response.end(text);
}
