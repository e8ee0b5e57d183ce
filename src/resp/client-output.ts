import type { ClientLimits } from '../core/limits.ts';
import type { Connection } from '../core/network.ts';
import type { Pusher } from './connection-host.ts';
import type { DeadlineWheel } from './deadline-wheel.ts';
import { HeldOutput } from './hold/held-output.ts';
import type { GateWaiter, OutputGate } from './hold/output-gate.ts';
import type { OutputBudget, OutputHolder } from './output-budget.ts';
import type { Reply } from './reply.ts';
import { ReplyWriter } from './reply-writer.ts';

/** Pushes are small, and thousands of clients may wait for them. */
const pushBytesInitial = 512;

/** What the outputs of all clients of a server share. */
export interface OutputHost {
  readonly output: OutputBudget;
  readonly wheel: DeadlineWheel;
  /** Where the replies of a read event are written. */
  readonly replies: ReplyWriter;
  /** Undefined: nothing is ever held back. */
  readonly gate: OutputGate | undefined;
  flushPushesSoon(pusher: Pusher): void;
}

/** Whose output it is. */
export interface OutputOwner {
  readonly limits: ClientLimits;
  /** Nothing more is to be sent but replies. */
  readonly isClosing: boolean;
  /** Too much waits: it is to be closed, with what waits for it. May be called more than once. */
  onUnread(reason: string): void;
  /** It is above the soft limit from now on. */
  onOverSoft(): void;
  /** Some of what was held back has been sent. */
  onReleased(): void;
  /** Pushes were held back that must never be sent: it is to be closed. */
  onPushesLost(reason: string): void;
}

/**
 * What waits for one client: replies that are held back, or that its connection could not take at once, and
 * pushes of this turn. It knows the bounds of that, of this client and of all together, and says when the client
 * is to be closed.
 */
export class ClientOutput implements OutputHolder, GateWaiter, Pusher {
  countedOutputBytes = 0;
  #isPaused = false;
  readonly #connection: Connection;
  readonly #host: OutputHost;
  readonly #owner: OutputOwner;
  readonly #gate: OutputGate | undefined;
  readonly #held: HeldOutput | undefined;
  /** When the output rose above the soft limit; undefined while it is below. */
  #overSoftSinceMs: number | undefined;
  #pushes: ReplyWriter | undefined;
  #isPushing = false;

  constructor(connection: Connection, host: OutputHost, owner: OutputOwner) {
    const { gate } = host;
    this.#connection = connection;
    this.#host = host;
    this.#owner = owner;
    this.#gate = gate;
    this.#held = gate === undefined ? undefined : new HeldOutput(gate);
  }

  /** Too much waits for the client, so it is not read from. */
  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Bytes that are held back. */
  get heldBytes(): number {
    return this.#held?.byteLength ?? 0;
  }

  get waitingOutputBytes(): number {
    return this.#connection.bufferedBytes + this.heldBytes + (this.#pushes?.byteLength ?? 0);
  }

  /** When it will have been above the soft limit for too long. */
  get deadlineMs(): number {
    if (this.#overSoftSinceMs === undefined) return Infinity;
    return this.#overSoftSinceMs + this.#owner.limits.outputSoftMs;
  }

  /** Takes what `write` writes at once; it leaves at the end of the turn, behind the replies. */
  push(write: (reply: Reply) => void, protocol: 2 | 3): void {
    const { outputBytesHard } = this.#owner.limits;
    const pushes = (this.#pushes ??= new ReplyWriter(outputBytesHard, pushBytesInitial));
    pushes.protocol = protocol;
    write(pushes);
    this.#host.output.update(this);
    if (this.#isPushing || this.#owner.isClosing) return;
    this.#isPushing = true;
    this.#host.flushPushesSoon(this);
  }

  flushPushes(): void {
    this.#isPushing = false;
    if (this.#pushes !== undefined && !this.#owner.isClosing) this.send(this.#pushes);
  }

  dropPushes(): void {
    if (this.#pushes === undefined || this.#pushes.byteLength === 0) return;
    this.#pushes.reset();
    this.#host.output.update(this);
  }

  /** Hands over what `writer` holds, so many replies or pushes, to the connection or to what is held back. */
  send(writer: ReplyWriter, replies = 0): void {
    if (this.#drops(writer)) return;
    if (this.#held === undefined) writer.flushTo(this.#connection);
    else if (this.#held.takes(writer, replies)) this.#gate?.add(this);
    else writer.flushTo(this.#connection);
    this.#bound();
  }

  #drops(writer: ReplyWriter): boolean {
    if (!writer.hasOverflowed) return false;
    writer.reset();
    this.#owner.onUnread('it does not read its replies');
    return true;
  }

  sendReleased(mark: number): boolean {
    this.#held?.releaseTo(this.#connection, mark);
    this.#bound();
    return this.heldBytes === 0;
  }

  onReleased(): void {
    this.#owner.onReleased();
  }

  onHeldLost(reason: string): void {
    const count = this.#held?.lose();
    if (count === undefined) {
      this.#owner.onPushesLost(reason);
      return;
    }
    const { replies } = this.#host;
    const message = `it is not known whether what this tells of is kept: ${reason}`;
    for (let i = 0; i < count && !replies.hasOverflowed; i += 1) replies.error('UNKNOWN', message);
    if (this.#drops(replies)) return;
    // Past the gate: it tells of nothing that could be durable.
    replies.flushTo(this.#connection);
    this.#bound();
  }

  /** Ends the pause if there is one and nothing is in the way any more; whether it did. */
  endPause(): boolean {
    if (!this.#isPaused || this.#connection.bufferedBytes > 0) return false;
    if (this.heldBytes >= this.#owner.limits.outputBytesPause) return false;
    this.#isPaused = false;
    return true;
  }

  /** Looks again how much waits: nobody tells us when the client has read some of it. */
  measure(): void {
    this.#watchSoft(this.#connection.bufferedBytes);
  }

  /** The connection has taken everything. */
  drained(): void {
    this.#overSoftSinceMs = undefined;
    this.#host.output.update(this);
  }

  /** Nothing is sent any more. */
  end(): void {
    this.#pushes?.reset();
    this.#held?.reset();
    this.#gate?.delete(this);
    this.#host.output.delete(this);
  }

  closeForOutput(): void {
    const what = this.heldBytes > 0 ? 'output is held back for it' : 'it does not read its replies';
    this.#owner.onUnread(`${what}, and too much waits for all clients together`);
  }

  /** Something was sent or held: what waits now must be within bounds. */
  #bound(): void {
    const buffered = this.#connection.bufferedBytes;
    const waiting = buffered + this.heldBytes;
    if (waiting > 0 || this.countedOutputBytes > 0) this.#host.output.update(this);
    if (waiting === 0) return;
    const { outputBytesPause, outputBytesHard } = this.#owner.limits;
    if (buffered > outputBytesHard) this.#owner.onUnread('it does not read its replies');
    else if (waiting > outputBytesHard) this.#owner.onUnread('too much is held back for it');
    // How long something is held back is none of the client's doing: only what it could read counts.
    else this.#watchSoft(buffered);
    if (waiting >= outputBytesPause && !this.#isPaused) {
      this.#isPaused = true;
      this.#connection.pauseReading();
    }
  }

  #watchSoft(buffered: number): void {
    if (buffered <= this.#owner.limits.outputBytesSoft) this.#overSoftSinceMs = undefined;
    else if (this.#overSoftSinceMs === undefined) {
      this.#overSoftSinceMs = this.#host.wheel.nowMs;
      this.#owner.onOverSoft();
    }
  }
}
