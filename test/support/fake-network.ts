import { AtollError } from '../../src/core/errors.ts';
import type {
  Accept,
  Connection,
  ConnectionEvents,
  HostPort,
  Listener,
  ListenOptions,
  Network,
} from '../../src/core/network.ts';

/**
 * A connection in the hands of a test, which decides what arrives, in which pieces, and how much of what is
 * sent the other end takes. Everything happens at once, in the call that causes it.
 */
export class FakeConnection implements Connection {
  readonly remote: HostPort;
  /** How many more bytes the other end takes before it has to be drained. */
  room: number = Infinity;
  writes = 0;
  isReading = true;
  isEnded = false;
  isDestroyed = false;
  #events: ConnectionEvents | undefined;
  #sent: Buffer[] = [];
  #held: Uint8Array[] = [];

  constructor(remote: HostPort) {
    this.remote = remote;
  }

  start(events: ConnectionEvents): void {
    this.#events = events;
  }

  get isOpen(): boolean {
    return !this.isEnded && !this.isDestroyed;
  }

  get bufferedBytes(): number {
    return this.#held.reduce((sum, bytes) => sum + bytes.length, 0);
  }

  write(bytes: Uint8Array): boolean {
    if (!this.isOpen || bytes.length === 0) return true;
    this.writes += 1;
    if (this.#held.length === 0 && bytes.length <= this.room) {
      this.room -= bytes.length;
      this.#sent.push(Buffer.from(bytes));
      return true;
    }
    this.#held.push(bytes);
    return false;
  }

  pauseReading(): void {
    this.isReading = false;
  }

  resumeReading(): void {
    this.isReading = true;
  }

  end(): void {
    this.isEnded = true;
  }

  destroy(): void {
    if (this.isDestroyed) return;
    this.isDestroyed = true;
    this.#held = [];
    this.#events?.onClose();
  }

  /** The other end sends: text with a byte for each character, or bytes. They are spoilt afterwards. */
  receive(data: string | Uint8Array): void {
    if (!this.isOpen) return;
    const bytes = typeof data === 'string' ? Buffer.from(data, 'latin1') : Buffer.from(data);
    this.#events?.onData(bytes, 0, bytes.length);
    bytes.fill(0xee);
  }

  /** The other end reads what it was sent. */
  drain(): void {
    for (const bytes of this.#held) this.#sent.push(Buffer.from(bytes));
    const wasHolding = this.#held.length > 0;
    this.#held = [];
    if (wasHolding && !this.isDestroyed) this.#events?.onDrain?.();
  }

  /** The other end reads the first of the writes that wait for it. */
  takeFirst(): void {
    const first = this.#held.shift();
    if (first !== undefined) this.#sent.push(Buffer.from(first));
  }

  /** The other end closes, or what we ended is over. */
  close(): void {
    this.isDestroyed = true;
    this.#events?.onClose();
  }

  /** What the other end has received since the last call, a character for each byte. */
  takeSent(): string {
    const text = Buffer.concat(this.#sent).toString('latin1');
    this.#sent = [];
    return text;
  }
}

/** A network on which only the test dials. */
export class FakeNetwork implements Network {
  #accept: Accept | undefined;
  #lastPort = 50_000;

  listen(at: HostPort, _options: ListenOptions, accept: Accept): Promise<Listener> {
    this.#accept = accept;
    const close = (): Promise<void> => Promise.resolve();
    return Promise.resolve({ address: at, close });
  }

  connect(): Connection {
    throw new AtollError('CONNECT_FAILED', 'this network can only be dialled by its test');
  }

  /** Somebody at `host` dials the listener. */
  dial(host = '127.0.0.1'): FakeConnection {
    this.#lastPort += 1;
    const connection = new FakeConnection({ host, port: this.#lastPort });
    const events = this.#accept?.(connection);
    if (events !== undefined) connection.start(events);
    if (connection.isDestroyed) events?.onClose();
    return connection;
  }
}
