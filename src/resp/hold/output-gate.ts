/** So many buffers of so many bytes are kept for the next client whose replies are held: 2 MiB at most. */
const sparesMax = 1_024;
const spareBytes = 2_048;

/** A client of which something is held. */
export interface GateWaiter {
  /** Sends what is held for marks up to `mark`, in one write; false if more is held. */
  sendReleased(mark: number): boolean;
  /** What was released to all clients has been sent: whoever waited for that may go on. */
  onReleased(): void;
  /** What is held will never be released: nothing of it is held after this. */
  onHeldLost(reason: string): void;
}

/**
 * Holds output back until the server says that what it tells of is durable: as Redis with `appendfsync
 * always`, but without waiting for the disk. A read event is executed at once, its log bytes are on their way,
 * and its replies wait at the gate for their mark, while other commands, also of the same client, are executed.
 * To hold only the replies of writes would not do: another client could read a value, and see it taken back.
 *
 * Marks are whole numbers from 1 that only grow; nothing waits for mark 0.
 */
export class OutputGate {
  /** Now, what is about to leave must wait for this mark. */
  readonly heldUntil: () => number;
  #released = 0;
  /** Invariant: exactly those of whom something is held. */
  readonly #waiting: Set<GateWaiter> = new Set();
  readonly #spares: Uint8Array[] = [];

  constructor(heldUntil: () => number) {
    this.heldUntil = heldUntil;
  }

  /** What waits for this mark or an earlier one may leave. */
  get released(): number {
    return this.#released;
  }

  add(waiter: GateWaiter): void {
    this.#waiting.add(waiter);
  }

  /** Nothing is held of `waiter` any more: it is over. */
  delete(waiter: GateWaiter): void {
    this.#waiting.delete(waiter);
  }

  /** All that is held for marks up to `mark` leaves. Requires: `mark` is not below the one before. */
  release(mark: number): void {
    this.#released = mark;
    const waiting = [...this.#waiting];
    for (const waiter of waiting) {
      if (waiter.sendReleased(mark)) this.#waiting.delete(waiter);
    }
    // Only now: to go on may mean to execute commands, and nobody's reply should wait for those of others.
    for (const waiter of waiting) waiter.onReleased();
  }

  /** Nothing that is held now will be released. */
  fail(reason: string): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const waiter of waiting) waiter.onHeldLost(reason);
    for (const waiter of waiting) waiter.onReleased();
  }

  /** A buffer of at least `size` bytes. */
  takeBuffer(size: number): Uint8Array {
    if (size <= spareBytes) return this.#spares.pop() ?? Buffer.allocUnsafeSlow(spareBytes);
    return Buffer.allocUnsafeSlow(size);
  }

  /** A buffer is not needed any more, and nobody else has it. */
  giveBack(bytes: Uint8Array): void {
    if (bytes.length === spareBytes && this.#spares.length < sparesMax) this.#spares.push(bytes);
  }
}
