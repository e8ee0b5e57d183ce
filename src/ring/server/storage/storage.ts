import type { Client } from '../../../resp/client.ts';
import type { Command } from '../../../resp/command.ts';
import type { LeaseTerms } from '../../lease-terms.ts';
import type { RingView } from '../../ring-view.ts';
import { AppliedRequests } from './applied-requests.ts';
import type { RecordWriter } from '../journal/journal-record.ts';
import { LeaseTable, type Lease } from './lease-table.ts';
import { Ownership } from './ownership.ts';
import type { PlantedBug } from '../planted-bugs.ts';
import { pushRevoke } from './pushes.ts';
import type { Trial } from '../ring-options.ts';
import { StorageLoader } from '../journal/storage-loader.ts';
import { Table, type Entry } from './table.ts';
import { WaitingWrites, type Waiter, type WaitingWrite } from './waiting-writes.ts';
import { writeBytes } from './write.ts';
import type { Once, Write, WriteOutcome, WriteRefusal, WriteReply } from './write.ts';
import { ringLimits } from '../../../core/limits.ts';

export interface StorageOptions {
  /** 16 hexadecimal digits, kept with its data. */
  readonly nodeId: string;
  readonly terms: LeaseTerms;
  readonly trial: Trial;
  /** By the clock that never goes back: leases of an earlier life were granted before. */
  readonly startedMs: number;
  /** Takes the records of what is done; undefined: nothing is kept. */
  readonly log: RecordWriter | undefined;
  /**
   * Replies do not wait for the disk: leases are granted when the note that there may be some is durable. `onLeaseNote` is
   * called when it was written, and `onLeaseNoteKept` expected.
   */
  readonly waitsForLeaseNote?: boolean;
  readonly onLeaseNote?: () => void;
}

/** What happened, for reports. */
export interface StorageCounters {
  hits: number;
  misses: number;
  writes: number;
  leasesGranted: number;
  leasesRefused: number;
  revocations: number;
  /** Leases that ran out under a revocation. */
  revocationsMissed: number;
  writesWaited: number;
  /** Writes that were answered from memory: they had been applied. */
  retries: number;
}

/**
 * The state machine of a node: entries, leases, writes that wait for leases, and what clients may send again. It has no
 * clock and no sockets; whoever calls says with `begin` what time it is.
 *
 * All that is decided about a key is decided here, one step after another, so that "while it waits" is a state and not a lock:
 *
 *              grant                      write, others hold it: revoke all
 *      free ───────────▶ leased ──────────────────────────────────────▶ waiting
 *       ▲                   │ all over                                     │ reads get the old value and no lease,
 *       └───────────────────┘                                              │ further writes queue
 *       ▲       the last holder answered, or lease and guard are over:     │
 *       └────────────────── all writes that wait are applied, in order ◀───┘
 *
 * After a restart every key that is written waits until the leases of the earlier life are over.
 *
 * Invariants: a write is applied when nobody but its writer holds the key; no lease is granted of a key that waits. While
 * there are no leases and there is no restart to wait out, nothing waits.
 */
export class Storage {
  readonly table: Table = new Table();
  readonly leases: LeaseTable<Client> = new LeaseTable();
  readonly waiting: WaitingWrites = new WaitingWrites();
  readonly applied: AppliedRequests;
  readonly ownership: Ownership;
  readonly loader: StorageLoader;
  readonly terms: LeaseTerms;
  readonly counters: StorageCounters = {
    hits: 0,
    misses: 0,
    writes: 0,
    leasesGranted: 0,
    leasesRefused: 0,
    revocations: 0,
    revocationsMissed: 0,
    writesWaited: 0,
    retries: 0,
  };
  readonly #options: StorageOptions;
  readonly #log: RecordWriter | undefined;
  /** Nothing needs to be looked at before a key is served: all are ours, and nothing has failed. */
  #servesAll = false;
  /** Until when leases of an earlier life may be in use; 0: none is. */
  #graceEndMs = 0;
  /** What the journal says of how long leases may be in use after the end of this life. */
  #leasesLastMs = 0;
  #isLeaseNoteKept = false;
  /** Holders that let a revocation run out get none until then. */
  readonly #penalties: Map<Client, number> = new Map();
  /** Why no write is applied any more. */
  #failure: WriteRefusal | undefined;
  /** Some of what reads would show may be gone after the next start. */
  #isDoubtful = false;
  #nowMs: number;

  constructor(options: StorageOptions) {
    const { trial, nodeId } = options;
    this.#options = options;
    this.#log = options.log;
    this.#nowMs = options.startedMs;
    this.terms = options.terms;
    this.applied = new AppliedRequests({
      clientsMax: trial.appliedClientsMax,
      perClientMax: trial.appliedPerClientMax,
    });
    this.ownership = new Ownership(nodeId);
    this.loader = new StorageLoader(this.table, this.applied);
  }

  get nodeId(): string {
    return this.#options.nodeId;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  get snapshotPackBytes(): number {
    return this.#options.trial.snapshotPackBytes;
  }

  get epoch(): number {
    return this.ownership.view?.epoch ?? 0;
  }

  /** No write has to wait, whatever its key. */
  get isQuiet(): boolean {
    return this.leases.isEmpty && this.#graceEndMs === 0;
  }

  /** How long writes of all keys wait, because of an earlier life. */
  get graceMs(): number {
    return Math.max(0, this.#graceEndMs - this.#nowMs);
  }

  /** When something happens by itself: writes wait for the end of leases. Undefined: nothing. */
  get dueMs(): number | undefined {
    if (this.waiting.isEmpty) return undefined;
    return this.#graceEndMs > 0 ? this.#graceEndMs : this.leases.firstEndMs;
  }

  /** There is something that `tick` would look after. */
  get needsTicks(): boolean {
    return this.applied.clientCount > 0 || this.#penalties.size > 0;
  }

  /** Everything is loaded. */
  start(): void {
    this.#leasesLastMs = this.loader.facts.leasesLastMs;
    this.#isLeaseNoteKept = this.#leasesLastMs > 0;
    if (this.#leasesLastMs > 0) this.#waitOut(this.#leasesLastMs);
    this.loader.finish();
  }

  /** The places of the node on the ring, for its next lives. */
  keepVirtualIds(virtualIds: readonly number[]): void {
    this.loader.facts.virtualIds = virtualIds;
    this.#log?.virtualIds(virtualIds);
  }

  /** The ring is complete, or changed. `hasReturned`: this node was in it before, and may have forgotten. */
  setView(view: RingView, { hasReturned }: { hasReturned: boolean }): void {
    if (view.epoch !== this.loader.facts.view?.epoch) this.#log?.view(view);
    this.loader.facts.view = view;
    this.ownership.setView(view);
    this.#servesAll = this.ownership.ownsAll && !this.#isDoubtful;
    if (hasReturned && this.#log === undefined) this.#waitOut(this.#leaseLifeMs);
  }

  /** It is now so late: what is over ends. */
  begin(nowMs: number): void {
    this.#nowMs = nowMs;
    if (this.#graceEndMs > 0) this.#endGrace();
    if (!this.leases.isEmpty) this.#endLeases();
  }

  /** Once in `appliedTickMs`. */
  tick(): void {
    this.applied.tick();
    for (const [client, untilMs] of this.#penalties) {
      if (untilMs <= this.#nowMs) this.#penalties.delete(client);
    }
  }

  /** Whether the client may use the key; false: it was answered why not. */
  serves(command: Command, index: number, client: Client): boolean {
    return this.#servesAll || this.#checkServes(command, index, client);
  }

  find(key: string): Entry | undefined {
    const entry = this.table.get(key);
    if (entry === undefined) this.counters.misses += 1;
    else this.counters.hits += 1;
    return entry;
  }

  /**
   * Executes a write at once or lets it wait: then it is `waits`, and `waiter` hears what became of it, also if its client is
   * over by then. A client that writes has dropped its own copy: its lease ends.
   */
  write(write: Write, waiter: Waiter, once?: Once): WriteOutcome | 'waits' {
    if (this.isQuiet) return this.#apply(write, once);
    const { key } = write;
    if (this.leases.end(key, waiter.client)) this.#settle(key);
    if (!this.#mustWait(key)) return this.#apply(write, once);
    return this.#wait(write, waiter, once);
  }

  /** The same for a write with a number: one that was sent before gets the reply of then, or waits with it. */
  writeOnce(once: Once, write: Write, waiter: Waiter): WriteOutcome | 'waits' {
    const known = this.applied.find(once);
    if (known === 'over') return refusals.over;
    if (typeof known === 'object' && !this.#hasBug('applies a retry again')) {
      this.counters.retries += 1;
      return known.reply;
    }
    const first = this.waiting.findRequest(once);
    if (first !== undefined) {
      if (first.waiters.every(({ client }) => client !== waiter.client)) first.waiters.push(waiter);
      return 'waits';
    }
    if (known === 'too many') return refusals.tooManyRequests;
    return this.write(write, waiter, once);
  }

  /** Sets a value. Requires, of this and the three below: `isQuiet`, or nobody holds the key and no write of it waits. */
  set(key: string, value: string, once?: Once): WriteReply {
    if (!this.table.set(key, value)) return 'wrong type';
    this.counters.writes += 1;
    this.#log?.set(key, value, once);
    return 'ok';
  }

  delete(key: string, once?: Once): WriteReply {
    if (!this.table.delete(key)) return 0;
    this.counters.writes += 1;
    this.#log?.delete(key, once);
    return 1;
  }

  append(key: string, item: string, once?: Once): WriteReply {
    const reply = this.table.append(key, item);
    if (reply !== 1) return reply;
    this.counters.writes += 1;
    this.#log?.append(key, item, once);
    return 1;
  }

  remove(key: string, item: string, once?: Once): WriteReply {
    const reply = this.table.remove(key, item);
    if (reply !== 1) return reply;
    this.counters.writes += 1;
    this.#log?.remove(key, item, once);
    return 1;
  }

  /** Grants a lease of a key that this node owns; undefined: not now, or not to this client. */
  grant(key: string, client: Client): Lease<Client> | undefined {
    if (!this.#mayGrant(key, client)) {
      this.counters.leasesRefused += 1;
      return undefined;
    }
    this.counters.leasesGranted += 1;
    const endMs = this.#nowMs + this.#leaseLifeMs;
    if (this.#hasBug('a renewal keeps the old end')) {
      const old = this.leases.find(key, client);
      if (old !== undefined) return old;
    }
    if (this.#hasBug('ends leases with their connection')) {
      client.onClosed(() => {
        if (this.leases.end(key, client)) this.#settle(key);
      });
    }
    return this.leases.grant(key, client, endMs);
  }

  /** A client gives a lease back; false: it had none with this id. */
  revoked(key: string, leaseId: number, client: Client): boolean {
    if (!this.leases.end(key, client, leaseId)) return false;
    if (this.#hasBug('applies before the last holder answered')) this.#applyWaiting(key);
    this.#settle(key);
    return true;
  }

  /** The note that there may be leases is durable. */
  onLeaseNoteKept(): void {
    this.#isLeaseNoteKept = true;
  }

  /**
   * The journal has failed: what waits is refused, and no lease is granted. `isDoubtful`: some of what reads would show
   * may be gone after the next start, so they are refused as well.
   */
  fail(reason: string, { isDoubtful }: { isDoubtful: boolean }): void {
    // Redis: what it says when it cannot persist.
    this.#failure = { code: 'MISCONF', message: `no write is taken any more: ${reason}` };
    this.#isDoubtful = isDoubtful;
    if (isDoubtful) this.#servesAll = false;
    for (const key of [...this.waiting.keys()]) this.#applyWaiting(key);
  }

  /** The node ends in order: nobody is connected any more. */
  end(): void {
    if (this.#failure !== undefined || !this.isQuiet || this.#leasesLastMs === 0) return;
    this.#leasesLastMs = 0;
    this.#log?.leasesLast(0);
  }

  /** What a snapshot holds besides entries: given to `log`. */
  writeFacts(log: RecordWriter): void {
    const { virtualIds } = this.loader.facts;
    const { view } = this.ownership;
    if (virtualIds !== undefined) log.virtualIds(virtualIds);
    if (view !== undefined) log.view(view);
    log.leasesLast(this.#leasesLastMs);
    for (const entry of this.applied.entries()) log.applied(entry);
  }

  get #leaseLifeMs(): number {
    const { leaseMs, guardMs } = this.terms;
    return this.#hasBug('no guard') ? leaseMs : leaseMs + guardMs;
  }

  #hasBug(bug: PlantedBug): boolean {
    return this.#options.trial.bugs.includes(bug);
  }

  #checkServes(command: Command, index: number, client: Client): boolean {
    if (this.#isDoubtful && this.#failure !== undefined) {
      client.reply.error(this.#failure.code, this.#failure.message);
      return false;
    }
    if (this.ownership.role(command, index, client) !== 'none') return true;
    this.ownership.refuse(command, index, client);
    return false;
  }

  #mustWait(key: string): boolean {
    if (this.#graceEndMs > 0 || this.waiting.has(key)) return true;
    if (!this.leases.isHeld(key)) return false;
    if (!this.#hasBug('revokes after applying')) return true;
    this.#revoke(key);
    return false;
  }

  #wait(write: Write, waiter: Waiter, once: Once | undefined): WriteOutcome | 'waits' {
    const { writesWaitingMax, writesWaitingBytesMax } = this.#options.trial;
    const { count, byteLength } = this.waiting;
    if (count >= writesWaitingMax || byteLength + writeBytes(write) > writesWaitingBytesMax) {
      return refusals.tooManyWaiting;
    }
    const isFirst = !this.waiting.has(write.key);
    this.counters.writesWaited += 1;
    this.waiting.add({ write, once, waiters: [waiter] }, this.#nowMs);
    if (isFirst) this.#revoke(write.key);
    return 'waits';
  }

  #revoke(key: string): void {
    const told: Lease<Client>[] = [];
    this.leases.forHolders(key, (lease) => told.push(lease));
    const forgotten = this.#hasBug('revokes one holder only') ? told.splice(1) : [];
    for (const { holder } of forgotten) this.leases.end(key, holder);
    for (const { holder, id } of told) {
      this.counters.revocations += 1;
      pushRevoke(holder, key, id, this.epoch);
    }
  }

  /** A holder of the key is out: if that was the last, what waits is applied. */
  #settle(key: string): void {
    if (this.leases.isHeld(key) || this.#graceEndMs > 0 || !this.waiting.has(key)) return;
    this.#applyWaiting(key);
  }

  /** All in one step, so that nothing is granted between them. */
  #applyWaiting(key: string): void {
    let writes: readonly WaitingWrite[] = this.waiting.take(key);
    if (this.#hasBug('forgets the order of waiting writes')) writes = writes.toReversed();
    for (const { write, once, waiters } of writes) {
      const outcome = this.#failure ?? this.#apply(write, once);
      for (const { deliver } of waiters) deliver(outcome);
    }
  }

  #apply(write: Write, once: Once | undefined): WriteReply {
    const isForgotten = this.#hasBug('applied requests are not in the journal');
    const reply = this.#execute(write, isForgotten ? undefined : once);
    if (once !== undefined) this.applied.add(once, reply);
    return reply;
  }

  #execute(write: Write, once: Once | undefined): WriteReply {
    switch (write.kind) {
      case 'set':
        return this.set(write.key, write.value, once);
      case 'set absent':
        if (this.table.get(write.key) !== undefined) return 'nil';
        return this.set(write.key, write.value, once);
      case 'delete':
        return this.delete(write.key, once);
      case 'append':
        return this.append(write.key, write.item, once);
      case 'remove':
        return this.remove(write.key, write.item, once);
    }
  }

  #mayGrant(key: string, client: Client): boolean {
    // A client that understands no pushes would not hear of a revocation.
    if (client.protocol === 2 || client.isClosing) return false;
    if (this.#failure !== undefined || this.#graceEndMs > 0) return false;
    if (this.waiting.has(key) && !this.#hasBug('grants while revoking')) return false;
    if ((this.#penalties.get(client) ?? 0) > this.#nowMs) return false;
    const { leasesMax, leasesPerClientMax } = this.#options.trial;
    const isBounded =
      this.leases.size >= leasesMax || this.leases.countOf(client) >= leasesPerClientMax;
    if (isBounded && this.leases.find(key, client) === undefined) return false;
    return this.#isNoted();
  }

  /** Whether the journal says that there may be leases; if not, it will. */
  #isNoted(): boolean {
    if (this.#log === undefined) return true;
    if (this.#leasesLastMs < this.#leaseLifeMs) {
      this.#leasesLastMs = this.#leaseLifeMs;
      this.#isLeaseNoteKept = false;
      this.#log.leasesLast(this.#leaseLifeMs);
      this.#options.onLeaseNote?.();
    }
    return this.#isLeaseNoteKept || this.#options.waitsForLeaseNote !== true;
  }

  #endLeases(): void {
    for (;;) {
      const over = this.leases.takeOver(this.#nowMs);
      if (over === undefined) return;
      const { key, holder } = over;
      if (!this.waiting.has(key)) continue;
      this.counters.revocationsMissed += 1;
      if (!holder.isClosing) {
        this.#penalties.set(holder, this.#nowMs + ringLimits.leasePenaltyMs);
      }
      this.#settle(key);
    }
  }

  #waitOut(leasesLastMs: number): void {
    if (this.#hasBug('no wait after a restart')) return;
    this.#graceEndMs = Math.max(this.#graceEndMs, this.#options.startedMs + leasesLastMs);
    this.#endGrace();
  }

  #endGrace(): void {
    if (this.#nowMs < this.#graceEndMs) return;
    this.#graceEndMs = 0;
    for (const key of [...this.waiting.keys()]) this.#settle(key);
  }
}

/** Refusals with codes that the protocol's page explains. */
const refusals = {
  over: { code: 'ERR', message: 'the write is older than what its client has answers of' },
  tooManyRequests: {
    code: 'BUSY',
    message: 'too many clients or writes are remembered: confirm some with a higher floor',
  },
  tooManyWaiting: { code: 'BUSY', message: 'too many writes wait for leases' },
} as const satisfies Record<string, WriteRefusal>;
