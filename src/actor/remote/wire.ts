import { AtollError } from '../../core/errors.ts';
import {
  formatHostPort,
  type Connection,
  type ConnectionEvents,
  type HostPort,
} from '../../core/network.ts';
import type { Timer } from '../../core/timers.ts';
import { DelayedConnection } from './delayed-connection.ts';
import { FrameParser, type FrameType } from './frame.ts';
import type { LinkContext } from './link-context.ts';

export interface WireOwner {
  onOpen?(): void;
  onFrame(type: FrameType, bytes: Uint8Array, start: number, end: number): void;
  onDrain?(): void;
  /** Once; nothing comes after it. `fault` is why, if it was not us who ended it in order. */
  onOver(fault: AtollError | undefined): void;
}

/**
 * A connection that carries frames, and knows when the other end has fallen silent.
 *
 * Silence is counted in ticks that passed without a byte, not in time: a process that was stopped for a minute
 * finds one tick due and a full socket, and must not take its own sleep for the peer's death.
 */
export class Wire implements ConnectionEvents {
  readonly #context: LinkContext;
  readonly #owner: WireOwner;
  readonly #parser: FrameParser;
  #connection: Connection | undefined;
  #helloTimer: Timer | undefined;
  #silentTicks = 0;
  #isOver = false;

  constructor(context: LinkContext, owner: WireOwner) {
    this.#context = context;
    this.#owner = owner;
    const handler = {
      onFrame: (type: FrameType, bytes: Uint8Array, start: number, end: number): boolean => {
        context.counters.framesReceived += 1;
        owner.onFrame(type, bytes, start, end);
        return !this.#isOver;
      },
    };
    this.#parser = new FrameParser(handler, context.limits.helloBytesMax);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  get bufferedBytes(): number {
    return this.#connection?.bufferedBytes ?? 0;
  }

  get remote(): HostPort {
    return this.#connection?.remote ?? { host: '', port: 0 };
  }

  dial(to: HostPort): void {
    const { outside, limits, tls } = this.#context;
    const options = { timeoutMs: limits.helloMs, ...(tls === undefined ? {} : { tls }) };
    this.attach(outside.network.connect(to, options, this));
  }

  /** Carries frames on this connection from now on; the hello must be over within `helloMs`. */
  attach(connection: Connection): void {
    const { outside, limits, linkLatencyMs } = this.#context;
    const { clock, timers } = outside;
    this.#context.wires.add(this);
    this.#connection =
      linkLatencyMs > 0
        ? new DelayedConnection(connection, { clock, timers, delayMs: linkLatencyMs })
        : connection;
    this.#helloTimer = timers.setTimer(limits.helloMs, () =>
      this.fail('HELLO_REFUSED', `no hello within ${limits.helloMs} ms`),
    );
  }

  /** The hello is over: the peer may send what members send. */
  trust(): void {
    this.#helloTimer?.cancel();
    this.#parser.frameBytesMax = this.#context.limits.frameBytesMax;
  }

  /** As `Connection.write`. */
  write(bytes: Uint8Array): boolean {
    if (this.#isOver || this.#connection === undefined) return true;
    this.#context.counters.bytesSent += bytes.length;
    return this.#connection.write(bytes);
  }

  /** Writes one frame whose array is nobody else's. */
  writeFrame(frame: Uint8Array): void {
    this.#context.counters.framesSent += 1;
    this.write(frame);
  }

  /** To be called for each `heartbeatMs`, once the hello is over. */
  tick(): void {
    const { heartbeatMs, peerSilenceMs } = this.#context.limits;
    this.#silentTicks += 1;
    if (this.#silentTicks * heartbeatMs <= peerSilenceMs) return;
    this.fail('CONNECTION_LOST', `it said nothing for ${peerSilenceMs} ms`);
  }

  /** Ends it at once: what is not sent is lost. */
  fail(code: 'CONNECTION_LOST' | 'FRAME_INVALID' | 'HELLO_REFUSED', reason: string): void {
    if (code === 'FRAME_INVALID') this.#context.counters.framesInvalid += 1;
    this.#leave(new AtollError(code, `${formatHostPort(this.remote)}: ${reason}`));
    this.#connection?.destroy();
  }

  /** Ends it behind everything written. */
  end(fault?: AtollError): void {
    this.#connection?.end();
    this.#leave(fault);
  }

  onOpen(): void {
    if (!this.#isOver) this.#owner.onOpen?.();
  }

  onData(bytes: Uint8Array, start: number, end: number): void {
    if (this.#isOver) return;
    this.#silentTicks = 0;
    this.#context.counters.bytesReceived += end - start;
    const invalid = this.#parser.push(bytes, start, end);
    if (invalid !== undefined && !this.#isOver) this.fail('FRAME_INVALID', invalid);
  }

  onDrain(): void {
    if (!this.#isOver) this.#owner.onDrain?.();
  }

  /** For one that is over and whose connection takes too long to close. */
  destroy(): void {
    this.#connection?.destroy();
  }

  onClose(fault?: AtollError): void {
    // A delayed one still has something to forget.
    this.#connection?.destroy();
    this.#context.wires.delete(this);
    this.#context.onWireClosed();
    this.#leave(fault ?? new AtollError('CONNECTION_LOST', 'the other end closed the connection'));
  }

  #leave(fault: AtollError | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#helloTimer?.cancel();
    this.#owner.onOver(fault);
  }
}
