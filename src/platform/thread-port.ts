import type { MessagePort } from 'node:worker_threads';
import { assert } from '../core/assert.ts';
import type { ThreadPort } from '../core/threads.ts';

/**
 * One end of a channel of node. What comes before there is a handler waits in the channel, because a channel
 * is not opened before it has a listener; so an entry may take its time before it sets `onBytes`.
 */
export class PlatformThreadPort implements ThreadPort {
  readonly #port: MessagePort;
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
    this.#port.on('message', (bytes: Uint8Array<ArrayBuffer>) => this.#onBytes(bytes));
  }

  post(bytes: Uint8Array<ArrayBuffer>): void {
    assert(
      bytes.byteLength === bytes.buffer.byteLength,
      'posted bytes must own their buffer whole',
    );
    this.#port.postMessage(bytes, [bytes.buffer]);
  }

  close(): void {
    this.#port.close();
  }
}
