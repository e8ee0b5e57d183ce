import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

import { AtollError } from '../../core/errors.ts';
import { tribblerLimits } from '../../core/limits.ts';
import { formatHostPort, type HostPort } from '../../core/network.ts';
import { faultWords } from '../../platform/fault-words.ts';
import type { Answer } from '../../tribbler/server/api/answer.ts';
import type { Api } from '../../tribbler/server/api/api.ts';
import { NodeRequest } from './node-request.ts';
import type { RequestCounter } from './request-counter.ts';
import { writeAnswer } from './write-answer.ts';

export interface HttpServerOptions {
  readonly at: HostPort;
  readonly api: Pick<Api, 'answer' | 'stop'>;
  readonly counter: RequestCounter;
  /** A proxy is in front: who asks, and how, is what it says. */
  readonly isBehindProxy: boolean;
}

/** While the server stops, unused connections are closed so often. */
const sweepMs = 50;

/** An API, listened for. */
export class HttpServer {
  readonly #server: Server;
  readonly #options: HttpServerOptions;
  /** Connections that have asked nothing yet: browsers open some in advance. Node does not count them as idle. */
  readonly #silent: Set<Socket> = new Set();

  /** Listens; port 0 takes a free one. Rejects with `LISTEN_FAILED`. */
  static async listen(options: HttpServerOptions): Promise<HttpServer> {
    const http = new HttpServer(options);
    const { at } = options;
    http.#server.listen(at.port, at.host);
    try {
      await once(http.#server, 'listening');
    } catch (error) {
      const text = `cannot listen at ${formatHostPort(at)}: ${faultWords(error)}`;
      throw new AtollError('LISTEN_FAILED', text, { cause: error });
    }
    return http;
  }

  private constructor(options: HttpServerOptions) {
    this.#options = options;
    const { requestMs, keepAliveMs, headBytesMax, connectionsMax } = tribblerLimits;
    this.#server = createServer(
      {
        requestTimeout: requestMs,
        headersTimeout: requestMs,
        keepAliveTimeout: keepAliveMs,
        maxHeaderSize: headBytesMax,
      },
      (request, response) => {
        this.#silent.delete(request.socket);
        this.#answer(request, response);
      },
    );
    this.#server.on('connection', (socket) => {
      this.#silent.add(socket);
      socket.once('close', () => this.#silent.delete(socket));
    });
    this.#server.maxConnections = connectionsMax;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Takes no more connections, ends the streams, lets what is under way end, and resolves when all is over. */
  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#options.api.stop();
    for (const socket of this.#silent) socket.destroy();
    // A connection whose last answer ends while we wait is kept for more, which does not come.
    const sweep = setInterval(() => this.#server.closeIdleConnections(), sweepMs);
    const isLate = new AbortController();
    const late = delay(tribblerLimits.stopMs, undefined, { signal: isLate.signal });
    await Promise.race([closed, late]);
    clearInterval(sweep);
    isLate.abort();
    // Nobody else waits for it, and that it was called off is no news.
    late.catch(() => {});
    this.#server.closeAllConnections();
    await closed;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { api, counter, isBehindProxy } = this.#options;
    counter.begin();
    const answer = api.answer(new NodeRequest(request, isBehindProxy));
    if (answer instanceof Promise) void answer.then((given) => this.#give(given, response)); // Never rejects.
    else this.#give(answer, response);
  }

  #give(answer: Answer, response: ServerResponse): void {
    this.#options.counter.end(answer.status);
    writeAnswer(response, answer);
  }
}
