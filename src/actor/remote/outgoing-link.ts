import { AtollError } from '../../core/errors.ts';
import { formatHostPort, type HostPort } from '../../core/network.ts';
import type { Address } from '../address.ts';
import type { Chunk } from './chunk-pool.ts';
import { FieldReader, FieldWriter } from './fields.ts';
import { encodeFrame, frameTypes, type FrameType } from './frame.ts';
import { DiallerHandshake, type Step } from './handshake.ts';
import { nonceBytes } from './hello.ts';
import { obeyStep } from './obey-step.ts';
import type { Outbox } from './outbox.ts';
import { Wire, type WireOwner } from './wire.ts';
import type { LinkContext } from './link-context.ts';

export interface OutgoingLinkOwner {
  /** The numbering of messages to the system that answered; undefined if the link is not wanted. */
  streamTo(peer: Address): number | undefined;
  /** The peer is who it should be. Returns the messages for it; undefined if the link is not wanted. */
  onAgreed(peer: Address, stream: number): Outbox | undefined;
  /** The peer answered a heartbeat that was sent at `sentMs` of monotonic time. */
  onEcho(sentMs: number): void;
  onOver(fault: AtollError): void;
}

/**
 * One dialled connection, from the dial to its end: what this system tells a peer leaves through it.
 *
 * Whatever was written is the connection's affair: if it is lost, so are they, and the next link goes on behind
 * them. That is what "at most once" costs, and why nothing is ever handled twice.
 */
export class OutgoingLink implements WireOwner {
  readonly #context: LinkContext;
  readonly #owner: OutgoingLinkOwner;
  readonly #at: HostPort;
  readonly #wire: Wire;
  readonly #handshake: DiallerHandshake;
  #outbox: Outbox | undefined;
  /** Chunks that the connection keeps until it is drained. */
  #lent: Chunk[] = [];
  #isFlushDue = false;
  #isClosing = false;
  #firstStamp = 0;
  #lastStamp = 0;
  #roundTripMs: number | undefined;

  constructor(context: LinkContext, at: HostPort, owner: OutgoingLinkOwner) {
    const { terms, outside } = context;
    this.#context = context;
    this.#owner = owner;
    this.#at = at;
    const nonce = outside.random.bytes(nonceBytes);
    const options = { terms, digest: outside.digest, nonce };
    this.#handshake = new DiallerHandshake(options, (peer) => owner.streamTo(peer));
    this.#wire = new Wire(context, this);
    this.#wire.dial(at);
  }

  /** Whether messages pass. */
  get isUp(): boolean {
    return this.#outbox !== undefined && !this.#wire.isOver;
  }

  get roundTripMs(): number | undefined {
    return this.#roundTripMs;
  }

  /** Sends what the outbox holds when the running callback is over: one write for all that it told. */
  flushSoon(): void {
    if (this.#outbox?.hasFullChunk === true) this.#flush();
    if (this.#isFlushDue) return;
    this.#isFlushDue = true;
    this.#context.outside.timers.microtask(this.#flushNow);
  }

  /** Says goodbye behind everything that is held, and ends. */
  close(): void {
    if (this.#outbox === undefined) {
      this.destroy('this system is closing');
      return;
    }
    this.#isClosing = true;
    this.#flush();
  }

  destroy(reason: string): void {
    this.#wire.fail('CONNECTION_LOST', reason);
  }

  /** To be called for each `heartbeatMs`. */
  tick(): void {
    if (this.#outbox === undefined) return;
    this.#beat(this.#outbox);
    this.#wire.tick();
  }

  onOpen(): void {
    this.#wire.writeFrame(this.#handshake.hello);
  }

  onFrame(type: FrameType, bytes: Uint8Array, start: number, end: number): void {
    if (this.#outbox === undefined) {
      this.#obey(this.#handshake.onFrame(type, bytes, start, end));
    } else if (type === frameTypes.echo) {
      this.#echoed(bytes, start, end);
    } else if (type === frameTypes.goodbye) {
      this.#wire.end(new AtollError('CONNECTION_LOST', `${this.#name} said goodbye`));
    } else if (type !== frameTypes.heartbeat) {
      this.#wire.fail('FRAME_INVALID', `a frame of type ${type} from the acceptor of a link`);
    }
  }

  onDrain(): void {
    for (const chunk of this.#lent) this.#context.pool.give(chunk);
    this.#lent = [];
    this.#flush();
  }

  onOver(fault: AtollError | undefined): void {
    // What was lent may still be in the hands of the system: the collector has it, not the pool.
    this.#lent = [];
    this.#outbox = undefined;
    this.#owner.onOver(fault ?? new AtollError('CONNECTION_LOST', `${this.#name}: ended`));
  }

  get #name(): string {
    return formatHostPort(this.#at);
  }

  #obey(step: Step): void {
    obeyStep(step, this.#wire, this.#name, (peer, stream) => this.#agreed(peer, stream));
  }

  #agreed(peer: Address, stream: number): void {
    this.#outbox = this.#owner.onAgreed(peer, stream);
    if (this.#outbox === undefined) {
      this.#wire.end();
      return;
    }
    this.#firstStamp = this.#stampNow();
    this.#beat(this.#outbox);
    this.#flush();
  }

  /** Overtakes everything that is held, but not what the connection already has. */
  #beat(outbox: Outbox): void {
    this.#lastStamp = this.#stampNow();
    const body = new FieldWriter().uint64(outbox.nextSequence).uint64(this.#lastStamp).finish();
    this.#wire.writeFrame(encodeFrame(frameTypes.heartbeat, body));
  }

  #echoed(bytes: Uint8Array, start: number, end: number): void {
    const reader = new FieldReader(bytes, start, end);
    const stamp = reader.uint64();
    const isOurs = stamp >= this.#firstStamp && stamp <= this.#lastStamp;
    if (!reader.isDone || !isOurs) {
      this.#wire.fail('FRAME_INVALID', 'a malformed echo');
      return;
    }
    this.#roundTripMs = (this.#stampNow() - stamp) / stampsPerMs;
    this.#owner.onEcho(stamp / stampsPerMs);
  }

  #stampNow(): number {
    return Math.floor(this.#context.outside.clock.monotonicMs() * stampsPerMs);
  }

  readonly #flushNow = (): void => {
    this.#isFlushDue = false;
    this.#flush();
  };

  /**
   * Writes chunks as long as the connection takes them. While it does not, only full ones, up to a bound: so that
   * what is told meanwhile gathers in one chunk, and no control frame has more than the bound before it.
   */
  #flush(): void {
    const outbox = this.#outbox;
    if (outbox === undefined) return;
    const { limits, counters, pool } = this.#context;
    while (!outbox.isEmpty) {
      if (this.#wire.bufferedBytes >= limits.linkBufferBytesMax) return;
      if (this.#lent.length > 0 && !outbox.hasFullChunk) return;
      const chunk = outbox.takeChunk();
      counters.framesSent += chunk.frames;
      counters.messagesSent += chunk.messages;
      if (this.#wire.write(chunk.bytes.subarray(0, chunk.end))) pool.give(chunk);
      else this.#lent.push(chunk);
      if (this.#wire.isOver) return;
    }
    if (!this.#isClosing) return;
    this.#wire.writeFrame(encodeFrame(frameTypes.goodbye, nothing));
    this.#wire.end();
  }
}

/** Stamps are microseconds, as whole numbers: time on the wire is not a fraction. */
const stampsPerMs = 1_000;

const nothing: Uint8Array = new Uint8Array(0);
