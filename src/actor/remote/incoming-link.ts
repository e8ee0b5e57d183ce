import { AtollError } from '../../core/errors.ts';
import { formatHostPort, type Connection } from '../../core/network.ts';
import type { Address } from '../address.ts';
import type { Arrivals } from './arrivals.ts';
import { FieldReader, FieldWriter } from './fields.ts';
import { batchBodyBytes, encodeFrame, frameTypes, readBatchHead, type FrameType } from './frame.ts';
import { AcceptorHandshake, type Step } from './handshake.ts';
import { nonceBytes, type Refusal } from './hello.ts';
import { obeyStep } from './obey-step.ts';
import { Wire, type WireOwner } from './wire.ts';
import type { LinkContext } from './link-context.ts';

export interface IncomingLinkOwner {
  /** Why a system that has proved who it is is not talked to all the same. */
  admit(peer: Address): Refusal | undefined;
  /** The peer may send. Returns what watches the numbers of its messages. */
  onAgreed(link: IncomingLink, peer: Address, stream: number): Arrivals;
  onBatch(
    lane: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    count: number,
    from: Address,
  ): void;
  onGap(from: Address, missing: number): void;
  onGoodbye(peer: Address): void;
  /** `peer` is undefined if the hello was not over. */
  onOver(link: IncomingLink, peer: Address | undefined, fault: AtollError | undefined): void;
}

/** One accepted connection, from its start to its end: what a peer tells actors of this system comes through it. */
export class IncomingLink implements WireOwner {
  readonly #context: LinkContext;
  readonly #owner: IncomingLinkOwner;
  readonly #wire: Wire;
  readonly #handshake: AcceptorHandshake;
  #agreed: { readonly peer: Address; readonly arrivals: Arrivals } | undefined;

  constructor(context: LinkContext, connection: Connection, owner: IncomingLinkOwner) {
    const { terms, outside } = context;
    this.#context = context;
    this.#owner = owner;
    const nonce = outside.random.bytes(nonceBytes);
    const options = { terms, digest: outside.digest, nonce };
    this.#handshake = new AcceptorHandshake(options, (peer) => owner.admit(peer));
    this.#wire = new Wire(context, this);
    this.#wire.attach(connection);
  }

  /** Who handles the connection's events. */
  get events(): Wire {
    return this.#wire;
  }

  /** Says goodbye and ends. */
  close(): void {
    if (this.#agreed !== undefined) {
      this.#wire.writeFrame(encodeFrame(frameTypes.goodbye, nothing));
    }
    this.#wire.end();
  }

  destroy(reason: string): void {
    this.#wire.fail('CONNECTION_LOST', reason);
  }

  /** Ends it, because what came through it is not what it should be. */
  reject(reason: string): void {
    this.#wire.fail('FRAME_INVALID', reason);
  }

  /** To be called for each `heartbeatMs`. */
  tick(): void {
    if (this.#agreed === undefined) return;
    this.#wire.writeFrame(heartbeat);
    this.#wire.tick();
  }

  onFrame(type: FrameType, bytes: Uint8Array, start: number, end: number): void {
    if (this.#agreed === undefined) {
      this.#obey(this.#handshake.onFrame(type, bytes, start, end));
    } else if (type === frameTypes.batch) {
      this.#batch(bytes, start, end, this.#agreed.arrivals, this.#agreed.peer);
    } else if (type === frameTypes.heartbeat) {
      this.#heartbeat(bytes, start, end, this.#agreed.arrivals, this.#agreed.peer);
    } else if (type === frameTypes.goodbye) {
      const { peer } = this.#agreed;
      this.#wire.end();
      this.#owner.onGoodbye(peer);
    } else {
      this.#wire.fail('FRAME_INVALID', `a frame of type ${type} from the dialler of a link`);
    }
  }

  onOver(fault: AtollError | undefined): void {
    this.#owner.onOver(this, this.#agreed?.peer, fault);
  }

  #batch(bytes: Uint8Array, start: number, end: number, arrivals: Arrivals, peer: Address): void {
    const head = readBatchHead(bytes, start, end);
    if (head === undefined || head.lane >= this.#context.terms.self.threads) {
      this.#wire.fail('FRAME_INVALID', 'a malformed head of a batch');
      return;
    }
    const missing = arrivals.take(head.sequence, head.count);
    if (missing === undefined) {
      this.#wire.fail('FRAME_INVALID', `message ${head.sequence} has come before`);
      return;
    }
    if (missing > 0) this.#owner.onGap(peer, missing);
    this.#context.counters.messagesReceived += head.count;
    try {
      this.#owner.onBatch(head.lane, bytes, start + batchBodyBytes, end, head.count, peer);
    } catch (error) {
      const isInvalid = error instanceof AtollError && error.code === 'FRAME_INVALID';
      if (!isInvalid) throw error;
      this.#wire.fail('FRAME_INVALID', error.message);
    }
  }

  #heartbeat(
    bytes: Uint8Array,
    start: number,
    end: number,
    arrivals: Arrivals,
    peer: Address,
  ): void {
    const reader = new FieldReader(bytes, start, end);
    const sequence = reader.uint64();
    const stamp = reader.uint64();
    const isWhole = reader.isDone && Number.isSafeInteger(sequence) && Number.isSafeInteger(stamp);
    const missing = isWhole ? arrivals.expect(sequence) : undefined;
    if (missing === undefined) {
      this.#wire.fail('FRAME_INVALID', 'a malformed heartbeat');
      return;
    }
    if (missing > 0) this.#owner.onGap(peer, missing);
    if (this.#wire.bufferedBytes > this.#context.limits.linkBufferBytesMax) {
      this.#wire.fail('CONNECTION_LOST', 'it asks and does not read the answers');
      return;
    }
    const body = new FieldWriter().uint64(stamp).finish();
    this.#wire.writeFrame(encodeFrame(frameTypes.echo, body));
  }

  #obey(step: Step): void {
    obeyStep(step, this.#wire, this.#remote, (peer, stream) => {
      this.#agreed = { peer, arrivals: this.#owner.onAgreed(this, peer, stream) };
    });
  }

  get #remote(): string {
    return formatHostPort(this.#wire.remote);
  }
}

const nothing: Uint8Array = new Uint8Array(0);
/** The acceptor has no messages to number and asks for no echo. */
const heartbeat: Uint8Array = encodeFrame(frameTypes.heartbeat, new Uint8Array(16));
