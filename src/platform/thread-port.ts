import type { MessagePort } from 'node:worker_threads';
import type { ThreadPort } from '../core/threads.ts';
import { SpareBuffers } from './spare-buffers.ts';

/** How many bytes there are in the first buffer; the others come back. */
type Post = readonly [byteLength: number, buffer: ArrayBuffer, ...spares: ArrayBuffer[]];

/**
 * One end of a channel of node. What comes before there is a handler waits in the channel, because a channel
 * is not opened before it has a listener; so an entry may take its time before it sets `onBytes`.
 *
 * Bytes cross in buffers that move, and are used again.
 */
export class PlatformThreadPort implements ThreadPort {
  readonly #port: MessagePort;
  readonly #spares = new SpareBuffers();
  #onBytes: ThreadPort['onBytes'] = () => {};
  #isStarted = false;

  constructor(port: MessagePort) {
    this.#port = port;
  }

  get onBytes(): ThreadPort['onBytes'] {
    return this.#onBytes;
  }

  set onBytes(handler: ThreadPort['onBytes']) {
    this.#onBytes = handler;
    if (this.#isStarted) return;
    this.#isStarted = true;
    // The first listener opens the channel.
    this.#port.on('message', (post: Post) => this.#onPost(post));
  }

  post(...parts: readonly Uint8Array[]): void {
    let byteLength = 0;
    for (const part of parts) byteLength += part.length;
    const buffer = this.#spares.take(byteLength);
    const bytes = new Uint8Array(buffer);
    let end = 0;
    for (const part of parts) {
      bytes.set(part, end);
      end += part.length;
    }
    const moved = [buffer, ...this.#spares.takeSurplus()];
    this.#port.postMessage([byteLength, ...moved], moved);
  }

  close(): void {
    this.#port.close();
  }

  #onPost([byteLength, buffer, ...spares]: Post): void {
    this.#onBytes(new Uint8Array(buffer, 0, byteLength));
    this.#spares.give(buffer);
    for (const spare of spares) this.#spares.give(spare);
  }
}
