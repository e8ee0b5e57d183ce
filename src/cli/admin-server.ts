import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { AtollError } from '../core/errors.ts';
import { formatHostPort, type HostPort } from '../core/network.ts';
import { faultWords } from '../platform/fault-words.ts';

/** A scrape that takes longer than this is not worth waiting for. */
const requestMs = 5_000;
/** Scrapers and probes; nobody else has business here. */
const connectionsMax = 64;

/**
 * The admin port: is the process alive (`/healthz`), may it get traffic (`/readyz`), what does it count
 * (`/metrics`, in the text form of Prometheus). It only tells and changes nothing.
 */
export class AdminServer {
  readonly #server: Server;
  readonly #metrics: () => Promise<string>;
  #isReady = false;

  /** Listens; port 0 takes a free one. Rejects with `LISTEN_FAILED`. */
  static async listen(at: HostPort, metrics: () => Promise<string>): Promise<AdminServer> {
    const admin = new AdminServer(metrics);
    admin.#server.listen(at.port, at.host);
    try {
      await once(admin.#server, 'listening');
    } catch (error) {
      const text = `cannot listen at ${formatHostPort(at)}: ${faultWords(error)}`;
      throw new AtollError('LISTEN_FAILED', text, { cause: error });
    }
    return admin;
  }

  private constructor(metrics: () => Promise<string>) {
    this.#metrics = metrics;
    this.#server = createServer({ requestTimeout: requestMs }, (request, response) => {
      void this.#answer(request, response);
    });
    this.#server.maxConnections = connectionsMax;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** What `/readyz` says from now on. */
  setReady(isReady: boolean): void {
    this.#isReady = isReady;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  /** Never rejects. */
  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path] = (request.url ?? '').split('?');
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      respond(response, 405, 'only GET\n');
    } else if (path === '/healthz') {
      respond(response, 200, 'alive\n');
    } else if (path === '/readyz') {
      respond(response, this.#isReady ? 200 : 503, this.#isReady ? 'ready\n' : 'not ready\n');
    } else if (path === '/metrics') {
      await this.#respondWithMetrics(response);
    } else {
      respond(response, 404, 'there are /healthz, /readyz and /metrics\n');
    }
  }

  async #respondWithMetrics(response: ServerResponse): Promise<void> {
    try {
      const text = await this.#metrics();
      respond(response, 200, text, 'text/plain; version=0.0.4; charset=utf-8');
    } catch (error) {
      respond(response, 500, `${error instanceof Error ? error.message : String(error)}\n`);
    }
  }
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
