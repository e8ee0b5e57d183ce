import type { Socket } from 'node:net';
import { assert } from '../core/assert.ts';
import { AtollError } from '../core/errors.ts';
import { networkLimits } from '../core/limits.ts';
import { formatHostPort } from '../core/network.ts';
import type { Connection, ConnectionEvents, HostPort } from '../core/network.ts';
import { DirectWriter } from './direct-write.ts';
import { faultWords } from './fault-words.ts';

export interface SocketConnectionOptions {
  readonly socket: Socket;
  readonly remote: HostPort;
  /** The socket is not open before `opened` is called. */
  readonly isDialled: boolean;
  readonly isTls: boolean;
  /** Past the stream of the socket. Requires: it is plain and open, and `canWriteDirectly`. */
  readonly isWrittenDirectly?: boolean;
}

const nothing: Buffer = Buffer.alloc(0);

/**
 * A `Connection` over a socket of node, plain or TLS.
 *
 * Of a write to the socket's stream that the kernel takes at once (`writableLength` is 0 right after it) the caller has its array
 * back, and no drain follows. Only what node holds back costs a call when it has left: a callback for
 * every write costs 0.4 µs of the 8 that a short request takes, and the `drain` event comes only after more
 * than the high-water mark.
 */
export class SocketConnection implements Connection {
  readonly remote: HostPort;
  readonly #socket: Socket;
  readonly #isTls: boolean;
  readonly #direct: DirectWriter | undefined;
  #events: ConnectionEvents | undefined;
  #isOpen: boolean;
  /** We or the peer ended it: nothing more is sent. */
  #isEnding = false;
  /** We ended it: nothing more is handed on. */
  #isEndedByUs = false;
  #owesDrain = false;
  #fault: AtollError | undefined;
  #lingerTimeout: NodeJS.Timeout | undefined;

  constructor(options: SocketConnectionOptions) {
    const { socket, remote, isDialled, isTls, isWrittenDirectly = false } = options;
    this.remote = remote;
    this.#socket = socket;
    this.#isTls = isTls;
    this.#direct = isWrittenDirectly
      ? new DirectWriter(socket, () => this.#events?.onDrain?.())
      : undefined;
    this.#isOpen = !isDialled;
    socket.on('end', () => (this.#isEnding = true));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#close());
  }

  /** Must be called in the turn of the construction. */
  start(events: ConnectionEvents): void {
    this.#events = events;
  }

  opened(): void {
    this.#isOpen = true;
    this.#socket.setNoDelay(true);
    this.#events?.onOpen?.();
  }

  /** Bytes came from the socket, lent by whoever read them. */
  readonly received = (bytes: Uint8Array, start: number, end: number): void => {
    if (this.#isEndedByUs) return;
    assert(this.#events !== undefined, 'bytes came before the connection was started');
    this.#events.onData(bytes, start, end);
  };

  /** Closes with `CONNECT_FAILED` or `CONNECTION_LOST`. */
  fail(reason: string): void {
    this.#fail(new Error(reason));
    this.#socket.destroy();
  }

  get bufferedBytes(): number {
    return this.#direct?.bufferedBytes ?? this.#socket.writableLength;
  }

  write(bytes: Uint8Array): boolean {
    if (this.#isEnding || bytes.length === 0) return true;
    if (this.#direct !== undefined) return this.#direct.write(bytes);
    if (this.#isTls) return this.#writeTls(bytes);
    this.#socket.write(bytes);
    if (this.#socket.writableLength === 0) return true;
    this.#watchDrain();
    return false;
  }

  /** TLS never sends at once. */
  #writeTls(bytes: Uint8Array): boolean {
    const isCopied = bytes.length <= networkLimits.tlsCopyBytesMax;
    this.#owesDrain = true;
    this.#socket.write(isCopied ? Buffer.from(bytes) : bytes, this.#onWritten);
    return isCopied;
  }

  /** An empty write behind the others calls back when they have left; so only those that wait pay for it. */
  #watchDrain(): void {
    if (this.#owesDrain) return;
    this.#owesDrain = true;
    this.#socket.write(nothing, this.#onWritten);
  }

  pauseReading(): void {
    // After our end we read on, and drop it, to see the peer's.
    if (!this.#isEndedByUs) this.#socket.pause();
  }

  resumeReading(): void {
    this.#socket.resume();
  }

  end(): void {
    if (this.#isEndedByUs) return;
    this.#isEnding = true;
    this.#isEndedByUs = true;
    this.#socket.end(() => this.#linger());
    this.#socket.resume();
  }

  destroy(): void {
    this.#isEnding = true;
    this.#isEndedByUs = true;
    this.#socket.destroy();
  }

  readonly #onWritten = (error?: Error | null): void => {
    if (error || !this.#owesDrain || this.#socket.destroyed) return;
    if (this.#socket.writableLength === 0) {
      this.#owesDrain = false;
      this.#events?.onDrain?.();
    } else if (!this.#isTls && !this.#isEnding) {
      // More was written meanwhile.
      this.#owesDrain = false;
      this.#watchDrain();
    }
  };

  #linger(): void {
    if (this.#socket.destroyed) return;
    this.#lingerTimeout = setTimeout(() => this.#socket.destroy(), networkLimits.endLingerMs);
  }

  #fail(cause: Error): void {
    // Everything was sent and the end as well: what the peer does then is nobody's fault.
    if (this.#isEndedByUs && (this.#socket.writableFinished || this.#socket.destroyed)) return;
    const peer = formatHostPort(this.remote);
    this.#fault ??= this.#isOpen
      ? new AtollError('CONNECTION_LOST', `connection to ${peer} lost: ${faultWords(cause)}`, {
          cause,
        })
      : new AtollError('CONNECT_FAILED', `no connection to ${peer}: ${faultWords(cause)}`, {
          cause,
        });
  }

  #close(): void {
    clearTimeout(this.#lingerTimeout);
    this.#isEnding = true;
    this.#isEndedByUs = true;
    this.#events?.onClose(this.#fault);
  }
}
