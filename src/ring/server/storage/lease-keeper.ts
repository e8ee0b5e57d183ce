import type { Clock } from '../../../core/clock.ts';
import { DurationHistogram } from '../../../core/duration-histogram.ts';
import { ringLimits } from '../../../core/limits.ts';
import type { Client } from '../../../resp/client.ts';
import type { LeaseTerms } from '../../lease-terms.ts';
import type { PlantedBug } from '../planted-bugs.ts';
import type { Trial } from '../ring-options.ts';
import type { StorageCounters } from './counters.ts';
import type { LeaseNote } from './lease-note.ts';
import { LeaseTable, type Lease } from './lease-table.ts';
import { pushRevoke } from './pushes.ts';
import { WaitingWrites, type Waiter, type WaitingWrite } from './waiting-writes.ts';
import { writeBytes, type Once, type Write, type WriteRefusal } from './write.ts';

/** From holders next door to a lease with its guard and more, as classes of a histogram. */
export const writeWaitBoundsMs: readonly number[] = [
  1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 15_000, 30_000,
];

export interface LeaseKeeperOptions {
  readonly terms: LeaseTerms;
  readonly trial: Trial;
  /** When this life began: leases of an earlier one were granted before. */
  readonly startedMs: number;
  readonly note: LeaseNote;
  readonly counters: StorageCounters;
  /** Of the view. */
  readonly epoch: () => number;
  /** Nobody holds the key of a write any more: applies it, and tells who waits for it. */
  readonly apply: (waiting: WaitingWrite) => void;
}

/**
 * Who may read from memory, and who therefore has to wait:
 *
 *              grant                      write, others hold it: revoke all
 *      free ───────────▶ leased ──────────────────────────────────────▶ waiting
 *       ▲                   │ all over                                     │ reads get the old value and no lease,
 *       └───────────────────┘                                              │ further writes queue
 *       ▲       the last holder answered, or lease and guard are over:     │
 *       └────────────────── all writes that wait are applied, in order ◀───┘
 *
 * After a restart every key that is written waits until the leases of the earlier life are over; none is granted meanwhile.
 *
 * Invariants: a write is let go when nobody but its writer holds the key; no lease is granted of a key that waits. While
 * there are no leases and there is no restart to wait out, nothing waits.
 */
export class LeaseKeeper {
  readonly leases: LeaseTable<Client> = new LeaseTable();
  readonly waiting: WaitingWrites = new WaitingWrites();
  /** How long writes waited that do not wait any more, by `writeWaitBoundsMs`. */
  readonly writeWaits: DurationHistogram = new DurationHistogram(writeWaitBoundsMs);
  readonly #options: LeaseKeeperOptions;
  /** Until when leases of an earlier life may be in use; 0: none is. */
  #graceEndMs = 0;
  /** Holders that let a revocation run out get none until then. */
  readonly #penalties: Map<Client, number> = new Map();
  /** No lease is granted any more. */
  #isEnding = false;
  #clock: Pick<Clock, 'monotonicMs'> = { monotonicMs: () => this.#options.startedMs };
  /** What time it is in this turn, once somebody has asked. */
  #nowMs: number | undefined;

  constructor(options: LeaseKeeperOptions) {
    this.#options = options;
  }

  get terms(): LeaseTerms {
    return this.#options.terms;
  }

  /** The same for all of a turn. */
  get nowMs(): number {
    return (this.#nowMs ??= this.#clock.monotonicMs());
  }

  /** No write has to wait, whatever its key. */
  get isQuiet(): boolean {
    return this.leases.isEmpty && this.#graceEndMs === 0;
  }

  /** How long writes of all keys wait yet because of an earlier life. */
  get graceMs(): number {
    return Math.max(0, this.#graceEndMs - this.nowMs);
  }

  /** When something happens by itself: writes wait for the end of leases. Undefined: nothing does. */
  get dueMs(): number | undefined {
    if (this.waiting.isEmpty) return undefined;
    return this.#graceEndMs > 0 ? this.#graceEndMs : this.leases.firstEndMs;
  }

  get hasPenalties(): boolean {
    return this.#penalties.size > 0;
  }

  /** Leases of an earlier life may be in use for so long after the beginning of this one. */
  waitOut(forMs: number): void {
    if (this.#hasBug('no wait after a restart')) return;
    this.#graceEndMs = Math.max(this.#graceEndMs, this.#options.startedMs + forMs);
    this.#endGrace();
  }

  /** The same for an earlier life with the terms of this one. */
  waitOutOwnTerms(): void {
    this.waitOut(this.#leaseLifeMs);
  }

  /**
   * A turn begins: what is over ends. The clock is read when somebody asks: it costs as much as a small write, and
   * while there are no leases nobody does.
   */
  begin(clock: Pick<Clock, 'monotonicMs'>): void {
    this.#clock = clock;
    this.#nowMs = undefined;
    if (this.#graceEndMs > 0) this.#endGrace();
    if (!this.leases.isEmpty) this.#endLeases();
  }

  /** Now and then: forgets penalties that are over. */
  tick(): void {
    for (const [client, untilMs] of this.#penalties) {
      if (untilMs <= this.nowMs) this.#penalties.delete(client);
    }
  }

  /**
   * Whether a write of the client may be applied now. Its own lease ends with it: a client that writes has dropped its
   * copy.
   */
  letsPass(key: string, client: Client): boolean {
    if (this.leases.end(key, client)) this.#settle(key);
    if (this.#graceEndMs > 0 || this.waiting.has(key)) return false;
    if (!this.leases.isHeld(key)) return true;
    if (!this.#hasBug('revokes after applying')) return false;
    this.#revoke(key);
    return true;
  }

  /** Lets a write wait, and asks the holders of its key; a refusal if too many wait. Requires: it was not let pass. */
  wait(write: Write, waiter: Waiter, once: Once | undefined): WriteRefusal | 'waits' {
    const { writesWaitingMax, writesWaitingBytesMax } = this.#options.trial;
    const { count, byteLength } = this.waiting;
    if (count >= writesWaitingMax || byteLength + writeBytes(write) > writesWaitingBytesMax) {
      return tooManyWaiting;
    }
    const isFirst = !this.waiting.has(write.key);
    this.#options.counters.writesWaited += 1;
    this.waiting.add({ write, once, waiters: [waiter], sinceMs: this.nowMs });
    if (isFirst) this.#revoke(write.key);
    return 'waits';
  }

  /** Grants a lease; undefined: not now, or not to this client. */
  grant(key: string, client: Client): Lease<Client> | undefined {
    const { counters } = this.#options;
    if (!this.#mayGrant(key, client)) {
      counters.leasesRefused += 1;
      return undefined;
    }
    counters.leasesGranted += 1;
    if (this.#hasBug('a renewal keeps the old end')) {
      const old = this.leases.find(key, client);
      if (old !== undefined) return old;
    }
    if (this.#hasBug('ends leases with their connection')) {
      client.onClosed(() => {
        if (this.leases.end(key, client)) this.#settle(key);
      });
    }
    return this.leases.grant(key, client, this.nowMs + this.#leaseLifeMs);
  }

  /** A client gives a lease back; false: it had none with this id. */
  revoked(key: string, leaseId: number, client: Client): boolean {
    if (!this.leases.end(key, client, leaseId)) return false;
    if (this.waiting.has(key)) this.#options.counters.revocationsAnswered += 1;
    if (this.#hasBug('applies before the last holder answered')) this.#release(key);
    this.#settle(key);
    return true;
  }

  /** The node takes no writes any more: no leases either, and what waits is let go to hear it. */
  fail(): void {
    this.#isEnding = true;
    for (const key of this.#waitingKeys()) this.#release(key);
  }

  /** The node ends in order: nobody is connected any more. */
  end(): void {
    this.#isEnding = true;
    if (this.isQuiet) this.#options.note.clear();
  }

  get #leaseLifeMs(): number {
    const { leaseMs, guardMs } = this.#options.terms;
    return this.#hasBug('no guard') ? leaseMs : leaseMs + guardMs;
  }

  #hasBug(bug: PlantedBug): boolean {
    return this.#options.trial.bugs.includes(bug);
  }

  #revoke(key: string): void {
    const told: Lease<Client>[] = [];
    this.leases.forHolders(key, (lease) => told.push(lease));
    const forgotten = this.#hasBug('revokes one holder only') ? told.splice(1) : [];
    for (const { holder } of forgotten) this.leases.end(key, holder);
    for (const { holder, id } of told) {
      this.#options.counters.revocations += 1;
      pushRevoke(holder, key, id, this.#options.epoch());
    }
  }

  /** A holder of the key is out: if that was the last, what waits is applied. */
  #settle(key: string): void {
    if (!this.leases.isHeld(key) && this.#graceEndMs === 0) this.#release(key);
  }

  /** All in one step, so that nothing is granted between them. */
  #release(key: string): void {
    if (!this.waiting.has(key)) return;
    let writes = this.waiting.take(key);
    if (this.#hasBug('forgets the order of waiting writes')) writes = writes.toReversed();
    for (const waiting of writes) {
      this.writeWaits.add(this.nowMs - waiting.sinceMs);
      this.#options.apply(waiting);
    }
  }

  #mayGrant(key: string, client: Client): boolean {
    // A client that understands no pushes would not hear of a revocation.
    if (client.protocol === 2 || client.isClosing) return false;
    if (this.#isEnding || this.#graceEndMs > 0) return false;
    if (this.waiting.has(key) && !this.#hasBug('grants while revoking')) return false;
    if ((this.#penalties.get(client) ?? 0) > this.nowMs) return false;
    const { leasesMax, leasesPerClientMax } = this.#options.trial;
    const isFull =
      this.leases.size >= leasesMax || this.leases.countOf(client) >= leasesPerClientMax;
    if (isFull && this.leases.find(key, client) === undefined) return false;
    return this.#options.note.allows(this.#leaseLifeMs);
  }

  #endLeases(): void {
    for (;;) {
      const over = this.leases.takeOver(this.nowMs);
      if (over === undefined) return;
      const { key, holder } = over;
      if (!this.waiting.has(key)) continue;
      this.#options.counters.revocationsMissed += 1;
      if (!holder.isClosing) {
        this.#penalties.set(holder, this.nowMs + ringLimits.leasePenaltyMs);
      }
      this.#settle(key);
    }
  }

  #endGrace(): void {
    if (this.nowMs < this.#graceEndMs) return;
    this.#graceEndMs = 0;
    for (const key of this.#waitingKeys()) this.#settle(key);
  }

  /** As they are now: they are taken out one by one. */
  #waitingKeys(): readonly string[] {
    return [...this.waiting.keys()];
  }
}

const tooManyWaiting: WriteRefusal = { code: 'BUSY', message: 'too many writes wait for leases' };
