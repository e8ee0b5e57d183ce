import type { IncomingMessage } from 'node:http';

import { AtollError } from '../../core/errors.ts';
import type { ApiRequest } from '../../tribbler/server/api/request.ts';

/** A request of node's, as the API takes it. What nobody asks for is not looked up. */
export class NodeRequest implements ApiRequest {
  readonly #incoming: IncomingMessage;
  readonly #isBehindProxy: boolean;

  /** `isBehindProxy`: who asks, and how, is what a proxy says. */
  constructor(incoming: IncomingMessage, isBehindProxy: boolean) {
    this.#incoming = incoming;
    this.#isBehindProxy = isBehindProxy;
  }

  get method(): string {
    return this.#incoming.method ?? '';
  }

  get target(): string {
    return this.#incoming.url ?? '';
  }

  get address(): string {
    const address = this.#incoming.socket.remoteAddress ?? '';
    if (!this.#isBehindProxy) return address;
    // The last is what our own proxy added; what stands before it anybody may have written.
    const forwarded = (this.header('x-forwarded-for') ?? '').split(',').at(-1)?.trim() ?? '';
    return forwarded === '' ? address : forwarded;
  }

  get isTls(): boolean {
    return this.#isBehindProxy && this.header('x-forwarded-proto') === 'https';
  }

  header(name: string): string | undefined {
    const value = this.#incoming.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  }

  readText(bytesMax: number): Promise<string | undefined> {
    const incoming = this.#incoming;
    return new Promise((resolve, reject) => {
      const pieces: Buffer[] = [];
      let bytes = 0;
      incoming.on('data', (piece: Buffer) => {
        bytes += piece.length;
        if (bytes <= bytesMax) pieces.push(piece);
        else resolve(undefined);
      });
      incoming.on('end', () => {
        const [first, ...others] = pieces;
        const whole = others.length === 0 ? first : Buffer.concat(pieces);
        resolve(new TextDecoder().decode(whole));
      });
      incoming.on('error', (cause) => {
        reject(new AtollError('CONNECTION_LOST', 'the end of the body did not come', { cause }));
      });
    });
  }
}
