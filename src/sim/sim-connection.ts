import { AtollError } from '../core/errors.ts';
import type { ErrorCode } from '../core/errors.ts';
import { networkLimits } from '../core/limits.ts';
import { formatHostPort } from '../core/network.ts';
import type { Connection, ConnectionEvents, HostPort } from '../core/network.ts';
import type { ReadBuffer } from './read-buffer.ts';
import type { Scheduler } from './scheduler.ts';
import type { SimLife } from './sim-life.ts';
import type { SimLink } from './sim-link.ts';
import type { SimRandom } from './sim-random.ts';
import { SimStream } from './sim-stream.ts';
import type { Segment } from './sim-stream.ts';

/** How often a read gets less than what has come, as TCP does when it pleases. */
const chopChance = 1 / 4;
const nextReadMs = 0.02;

export interface SimConnectionOptions {
  readonly scheduler: Scheduler;
  readonly random: SimRandom;
  readonly life: SimLife;
  readonly readBuffer: ReadBuffer;
  readonly remote: HostPort;
  readonly link: SimLink;
  readonly linkBack: SimLink;
  /** The link lost the connection. */
  readonly onLost: () => void;
  /** A segment came after the end. */
  readonly onStray: () => void;
  /** The connection is over: its books can be closed. */
  readonly onOver: () => void;
}

/** One end of a connection, with what the operating system does for it. */
export class SimConnection implements Connection {
  readonly remote: HostPort;
  readonly life: SimLife;
  /** What this end sends. */
  readonly out: SimStream;
  /** Set when the dial has reached a listener. */
  peer: SimConnection | undefined;
  /** Called when it is open or has failed. */
  onceDecided: (() => void) | undefined;
  /** Called when it is over, before its handler is. */
  onceOver: (() => void) | undefined;
  readonly #options: SimConnectionOptions;
  #events: ConnectionEvents | undefined;
  #isOpen = false;
  #isOver = false;
  #isEndedByUs = false;
  #isEndReceived = false;
  #isReadingPaused = false;
  #isReadDue = false;
  readonly #chunks: Uint8Array[] = [];
  #receivedBytes = 0;

  constructor(options: SimConnectionOptions) {
    const { scheduler, random, life, link, linkBack, remote } = options;
    this.#options = options;
    this.remote = remote;
    this.life = life;
    this.out = new SimStream({
      scheduler,
      random,
      link,
      linkBack,
      name: `${life.name}>${remote.host}`,
      ends: {
        arrived: (segment) => this.peer?.arrived(segment),
        strayed: () => this.peer?.strayed(),
        drained: () => this.#inLife(() => this.#drained()),
        endSent: () => this.#endSent(),
        lost: options.onLost,
      },
    });
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  get linkBack(): SimLink {
    return this.#options.linkBack;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  get bufferedBytes(): number {
    return this.out.heldBytes;
  }

  write(bytes: Uint8Array): boolean {
    if (this.#isOver || bytes.length === 0) return true;
    return this.out.write(bytes);
  }

  pauseReading(): void {
    if (!this.#isEndedByUs) this.#isReadingPaused = true;
  }

  resumeReading(): void {
    this.#isReadingPaused = false;
    this.#readSoon();
  }

  end(): void {
    if (this.#isOver || this.#isEndedByUs) return;
    this.#isEndedByUs = true;
    this.out.end();
    this.resumeReading();
  }

  destroy(): void {
    if (this.#isOver) return;
    // Whether the peer sees an end or a reset depends on what was unread here: it cannot tell.
    const withEnd = this.#options.random.chance(0.5);
    if (!withEnd) this.resetPeer();
    this.#leave(withEnd);
    this.#options.scheduler.afterFirst(0, 'close', this.life.name, () =>
      this.life.run(() => this.#events?.onClose()),
    );
  }

  /** Who handles it. Of an accepted connection: at once followed by what came meanwhile. */
  start(events: ConnectionEvents): void {
    this.#events = events;
    this.#readSoon();
  }

  /** Of an accepted connection: tells the dialler. */
  accepted(): void {
    this.#isOpen = true;
    this.out.sendOpen();
  }

  /** The system of this end got a segment from the peer. */
  arrived(segment: Segment): void {
    if (this.#isOver) {
      if (segment !== 'end') this.strayed();
    } else if (segment === 'open') {
      this.#isOpen = true;
      this.onceDecided?.();
      this.#inLife(() => this.#events?.onOpen?.());
      this.out.open();
    } else {
      if (segment === 'end') this.#isEndReceived = true;
      else {
        this.#chunks.push(segment);
        this.#receivedBytes += segment.length;
      }
      if (!this.#isReadDue) {
        this.#isReadDue = true;
        this.life.run(this.#read);
      }
    }
  }

  /** A segment of a connection that is no more: the system answers with a reset. */
  strayed(): void {
    this.#options.onStray();
  }

  /** Closes with `CONNECT_FAILED` or `CONNECTION_LOST`, by when it happens. */
  fail(reason: string): void {
    if (this.#isOver) return;
    const code: ErrorCode = this.#isOpen ? 'CONNECTION_LOST' : 'CONNECT_FAILED';
    const what = this.#isOpen ? `connection to` : `no connection to`;
    const peer = formatHostPort(this.remote);
    const isSentWhole = this.#isEndedByUs && this.out.isEndSent;
    const fault = isSentWhole ? undefined : new AtollError(code, `${what} ${peer}: ${reason}`);
    this.#finish(fault);
  }

  /** Tells the peer's system, if the link lets it, that this connection does not exist. */
  resetPeer(): void {
    const { scheduler, random, life, link } = this.#options;
    const peer = this.peer;
    if (peer === undefined || peer.isOver || link.isCut) return;
    scheduler.after(link.travelMs(random.fraction()), 'reset', life.name, () =>
      peer.fail('the other end reset it'),
    );
  }

  /** The process is gone: nobody is told here. */
  vanish(): void {
    if (!this.#isOver) this.#leave(false);
  }

  readonly #read = (): void => {
    this.#isReadDue = false;
    // Before it is started there is nobody to read; `start` comes back here.
    if (this.#isOver || this.#isReadingPaused || this.#events === undefined) return;
    if (this.#receivedBytes === 0) {
      if (this.#isEndReceived) this.#endRead();
      return;
    }
    const { random, readBuffer } = this.#options;
    let count = Math.min(this.#receivedBytes, readBuffer.capacity);
    if (random.chance(chopChance)) count = 1 + Math.floor(random.fraction() * count);
    this.#receivedBytes -= count;
    this.peer?.out.consumed(count);
    readBuffer.lend(this.#chunks, count, random.fraction(), this.#handOn);
    this.#readSoon();
  };

  readonly #handOn = (bytes: Uint8Array, start: number, end: number): void => {
    if (!this.#isEndedByUs) this.#events?.onData(bytes, start, end);
  };

  #readSoon(): void {
    if (this.#isReadDue || (this.#receivedBytes === 0 && !this.#isEndReceived)) return;
    this.#isReadDue = true;
    const { scheduler, random } = this.#options;
    scheduler.after(nextReadMs * random.fraction(), 'read', this.life.name, () =>
      this.life.run(this.#read),
    );
  }

  /** The peer's end has been read: we send what we have, and then our own. */
  #endRead(): void {
    if (this.out.isEndSent) this.#finish();
    else this.out.end();
  }

  #endSent(): void {
    if (this.#isEndReceived && this.#receivedBytes === 0) {
      this.#finish();
      return;
    }
    const { scheduler } = this.#options;
    scheduler.after(networkLimits.endLingerMs, 'linger', this.life.name, () => this.#finish());
  }

  #finish(fault?: AtollError): void {
    if (this.#isOver) return;
    this.#leave(false);
    this.life.run(() => this.#events?.onClose(fault));
  }

  #leave(withEnd: boolean): void {
    this.#isOver = true;
    this.#isEndedByUs = true;
    this.out.abandon({ withEnd });
    this.onceDecided?.();
    this.onceOver?.();
    this.#options.onOver();
  }

  /** A node that was paused may have written again before it hears of this: then another drain follows. */
  #drained(): void {
    if (this.out.heldBytes === 0) this.#events?.onDrain?.();
  }

  /** Runs a handler, unless the connection ends before its turn comes. */
  #inLife(callback: () => void): void {
    this.life.run(() => {
      if (!this.#isOver) callback();
    });
  }
}
