import type { ClientLimits } from '../core/limits.ts';
import type { Connection } from '../core/network.ts';
import type { DeadlineWheel } from './deadline-wheel.ts';
import type { OutputBudget, OutputHolder } from './output-budget.ts';
import { ReplyWriter } from './reply-writer.ts';

/** Pushes are small, and thousands of clients may wait for them. */
const pushBytesInitial = 512;

/** Whose output it is. */
export interface OutputOwner {
  readonly limits: ClientLimits;
  /** It does not read: it is to be closed, with what waits for it. May be called more than once. */
  onUnread(reason: string): void;
  /** It is above the soft limit from now on. */
  onOverSoft(): void;
}

/**
 * What waits for one client: replies that its connection could not take at once, and pushes of this turn. It
 * knows the bounds of that, of this client and of all together, and says when the client is to be closed.
 */
export class ClientOutput implements OutputHolder {
  countedOutputBytes = 0;
  /** The client does not read its replies, so it is not read from. */
  isPaused = false;
  readonly #connection: Connection;
  readonly #budget: OutputBudget;
  readonly #wheel: DeadlineWheel;
  readonly #owner: OutputOwner;
  /** When the output rose above the soft limit; undefined while it is below. */
  #overSoftSinceMs: number | undefined;
  #pushes: ReplyWriter | undefined;

  constructor(
    connection: Connection,
    { output, wheel }: { readonly output: OutputBudget; readonly wheel: DeadlineWheel },
    owner: OutputOwner,
  ) {
    this.#connection = connection;
    this.#budget = output;
    this.#wheel = wheel;
    this.#owner = owner;
  }

  get waitingOutputBytes(): number {
    return this.#connection.bufferedBytes + (this.#pushes?.byteLength ?? 0);
  }

  /** When it will have been above the soft limit for too long. */
  get deadlineMs(): number {
    if (this.#overSoftSinceMs === undefined) return Infinity;
    return this.#overSoftSinceMs + this.#owner.limits.outputSoftMs;
  }

  /** Where pushes of this turn are written. To be followed by `pushed`, and at the turn's end by `sendPushes`. */
  pushesFor(protocol: 2 | 3): ReplyWriter {
    const { outputBytesHard } = this.#owner.limits;
    const pushes = (this.#pushes ??= new ReplyWriter(outputBytesHard, pushBytesInitial));
    pushes.protocol = protocol;
    return pushes;
  }

  pushed(): void {
    this.#budget.update(this);
  }

  sendPushes(): void {
    if (this.#pushes !== undefined) this.send(this.#pushes);
  }

  dropPushes(): void {
    if (this.#pushes === undefined || this.#pushes.byteLength === 0) return;
    this.#pushes.reset();
    this.#budget.update(this);
  }

  /** Hands over what `writer` holds. */
  send(writer: ReplyWriter): void {
    if (writer.hasOverflowed) {
      writer.reset();
      this.#owner.onUnread('it does not read its replies');
      return;
    }
    writer.flushTo(this.#connection);
    const buffered = this.#connection.bufferedBytes;
    if (buffered > 0 || this.countedOutputBytes > 0) this.#budget.update(this);
    if (buffered === 0) return;
    const { outputBytesPause, outputBytesHard } = this.#owner.limits;
    if (buffered > outputBytesHard) this.#owner.onUnread('it does not read its replies');
    else this.#watchSoft(buffered);
    if (buffered >= outputBytesPause && !this.isPaused) {
      this.isPaused = true;
      this.#connection.pauseReading();
    }
  }

  /** Looks again how much waits: nobody tells us when the client has read some of it. */
  measure(): void {
    this.#watchSoft(this.#connection.bufferedBytes);
  }

  /** The connection has taken everything. */
  drained(): void {
    this.#overSoftSinceMs = undefined;
    this.#budget.update(this);
  }

  /** Nothing is sent any more. */
  end(): void {
    this.#pushes?.reset();
    this.#budget.delete(this);
  }

  closeForOutput(): void {
    this.#owner.onUnread('it does not read its replies, and all clients together hold too many');
  }

  #watchSoft(buffered: number): void {
    if (buffered <= this.#owner.limits.outputBytesSoft) this.#overSoftSinceMs = undefined;
    else if (this.#overSoftSinceMs === undefined) {
      this.#overSoftSinceMs = this.#wheel.nowMs;
      this.#owner.onOverSoft();
    }
  }
}
