import type { Clock } from '../../../core/clock.ts';
import type { Random } from '../../../core/random.ts';
import type { Client } from '../../../resp/client.ts';
import type { Command } from '../../../resp/command.ts';
import { batchCommandsMax, type CommandBatch } from '../../../resp/command-batch.ts';
import type { LeaseTerms } from '../../lease-terms.ts';
import type { RingView } from '../../ring-view.ts';
import { RecordWriter } from '../journal/journal-record.ts';
import { SnapshotPacks } from '../journal/snapshot-packs.ts';
import { StorageLoader } from '../journal/storage-loader.ts';
import type { PlantedBug } from '../planted-bugs.ts';
import type { Trial } from '../ring-options.ts';
import { AppliedRequests } from './applied-requests.ts';
import { newCounters, type StorageCounters } from './counters.ts';
import { LeaseKeeper } from './lease-keeper.ts';
import { LeaseNote } from './lease-note.ts';
import { Ownership } from './ownership.ts';
import { Table, type Entry } from './table.ts';
import type { Waiter } from './waiting-writes.ts';
import type { Once, Write, WriteOutcome, WriteRefusal, WriteReply } from './write.ts';

export interface StorageOptions {
  /** 16 hexadecimal digits, kept with its data. */
  readonly nodeId: string;
  readonly terms: LeaseTerms;
  readonly trial: Trial;
  /** When this life began, by the clock that never goes back. */
  readonly startedMs: number;
  /** Makes the hashes of keys unguessable. */
  readonly random: Random;
  /** Takes the records of what is done; undefined: nothing is kept. */
  readonly log: RecordWriter | undefined;
  /**
   * Replies do not wait for the disk: leases are granted when the note that there may be some is durable. `onLeaseNote` is
   * called when it was written, and `note.onKept` expected.
   */
  readonly waitsForLeaseNote?: boolean;
  readonly onLeaseNote?: () => void;
  /** A client has a newer view. */
  readonly onOldView?: () => void;
}

/**
 * The state machine of a node: entries, leases, writes that wait for leases, and what clients may send again. It has no
 * sockets and no timers; whoever calls says with `begin` that a turn begins, and what to read the time from.
 *
 * All that is decided about a key is decided here, one step after another, so that "while it waits" is a state and not a lock.
 * Which writes wait, and for how long, is the `keeper`'s.
 */
export class Storage {
  readonly table: Table;
  readonly applied: AppliedRequests;
  readonly ownership: Ownership;
  readonly loader: StorageLoader;
  readonly keeper: LeaseKeeper;
  readonly note: LeaseNote;
  readonly counters: StorageCounters = newCounters();
  readonly #options: StorageOptions;
  readonly #log: RecordWriter | undefined;
  /** Nothing needs to be looked at before a key is served: all are ours, and nothing has failed. */
  #servesAll = false;
  readonly #ranges = new Int32Array(batchCommandsMax * 2);
  /** Of the snapshot that is being made. */
  #packs: SnapshotPacks | undefined;
  /** Why no write is applied any more. */
  #failure: WriteRefusal | undefined;
  /** Some of what reads would show may be gone after the next start. */
  #isDoubtful = false;

  constructor(options: StorageOptions) {
    const { trial, nodeId, log, terms, startedMs } = options;
    this.#options = options;
    this.table = new Table(options.random, trial);
    this.#log = log;
    this.applied = new AppliedRequests({
      clientsMax: trial.appliedClientsMax,
      perClientMax: trial.appliedPerClientMax,
    });
    this.ownership = new Ownership(nodeId);
    this.loader = new StorageLoader(this.table, this.applied);
    this.note = new LeaseNote({
      log,
      waitsForDisk: options.waitsForLeaseNote === true,
      onWritten: () => options.onLeaseNote?.(),
    });
    this.keeper = new LeaseKeeper({
      terms,
      trial,
      startedMs,
      note: this.note,
      counters: this.counters,
      epoch: () => this.epoch,
      apply: ({ write, once, waiters }) => {
        const outcome = this.#failure ?? this.#apply(write, once);
        for (const { deliver } of waiters) deliver(outcome);
      },
    });
  }

  get nodeId(): string {
    return this.#options.nodeId;
  }

  /** Of the view; 0: the ring is not complete. */
  get epoch(): number {
    return this.ownership.view?.epoch ?? 0;
  }

  /** No write has to wait, whatever its key. */
  get isQuiet(): boolean {
    return this.keeper.isQuiet;
  }

  /** There is something that `tick` would look after. */
  get needsTicks(): boolean {
    return this.applied.clientCount > 0 || this.keeper.hasPenalties;
  }

  /** Everything is loaded. `hasLostRecords`: not everything that there was. */
  start({ hasLostRecords }: { hasLostRecords: boolean }): void {
    const { leasesLastMs } = this.loader.facts;
    this.note.load(leasesLastMs);
    if (leasesLastMs > 0) this.keeper.waitOut(leasesLastMs);
    // Nobody knows whether leases were granted.
    if (hasLostRecords) this.keeper.waitOutOwnTerms();
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
    // It came without a view: what it knew about leases is lost, if it was kept at all.
    if (hasReturned) this.keeper.waitOutOwnTerms();
  }

  /** A client has a view of this epoch. */
  seeEpoch(epoch: number): void {
    if (epoch > this.epoch) this.#options.onOldView?.();
  }

  /** A turn begins. */
  begin(clock: Pick<Clock, 'monotonicMs'>): void {
    this.keeper.begin(clock);
  }

  /** Once in `appliedTickMs`. */
  tick(): void {
    this.applied.tick();
    this.keeper.tick();
  }

  /** Whether the client may use the key; false: it was answered why not. */
  serves(command: Command, index: number, client: Client): boolean {
    return this.#servesAll || this.#checkServes(command, index, client);
  }

  /** A batch of commands is to be executed. */
  prefetch(batch: CommandBatch): void {
    this.table.prefetch(batch.bytes, this.#ranges, batch.firstArguments(this.#ranges));
  }

  /** What the key in argument `index` leads to: lent until something is written. */
  find(command: Command, index: number): Entry | undefined {
    const entry = this.table.find(command.bytes, command.start(index), command.end(index));
    if (entry === undefined) this.counters.misses += 1;
    else this.counters.hits += 1;
    return entry;
  }

  /**
   * Executes a write at once or lets it wait: then it is `waits`, and `waiter` hears what became of it, also if its client is
   * over by then.
   */
  write(write: Write, waiter: Waiter, once?: Once): WriteOutcome | 'waits' {
    const { keeper } = this;
    if (keeper.isQuiet || keeper.letsPass(write.key, waiter.client))
      return this.#apply(write, once);
    return keeper.wait(write, waiter, once);
  }

  /** The same for a write with a number: one that was sent before gets the reply of then, or waits with it. */
  writeOnce(once: Once, write: Write, waiter: Waiter): WriteOutcome | 'waits' {
    const known = this.applied.find(once);
    if (known === 'over') return isOver;
    if (typeof known === 'object' && !this.#hasBug('applies a retry again')) {
      this.counters.retries += 1;
      return known.reply;
    }
    const first = this.keeper.waiting.findRequest(once);
    if (first !== undefined) {
      if (first.waiters.every(({ client }) => client !== waiter.client)) first.waiters.push(waiter);
      return 'waits';
    }
    return known === 'too many' ? tooManyRequests : this.write(write, waiter, once);
  }

  /** Sets the key in argument 1 to argument 2. Requires, of this and the one below: `isQuiet`. */
  setNow(command: Command): WriteReply {
    const isSet = this.table.setAt(
      command.bytes,
      command.start(1),
      command.end(1),
      command.start(2),
      command.end(2),
    );
    if (!isSet) return 'wrong type';
    this.counters.writes += 1;
    if (this.#log !== undefined) {
      this.#log.set(command.latin1(1), command.latin1(2), undefined);
    }
    return 'ok';
  }

  /** Appends the item in argument 2 to the list in argument 1. */
  appendNow(command: Command): WriteReply {
    const reply = this.table.appendAt(
      command.bytes,
      command.start(1),
      command.end(1),
      command.start(2),
      command.end(2),
    );
    if (reply !== 1) return reply;
    this.counters.writes += 1;
    if (this.#log !== undefined) {
      this.#log.append(command.latin1(1), command.latin1(2), undefined);
    }
    return 1;
  }

  /** Sets a value. Requires, of this and the three below: `isQuiet`, or the keeper lets the write pass. */
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

  /**
   * The journal has failed: what waits is refused, and no lease is granted. `isDoubtful`: some of what reads would show
   * may be gone after the next start, so they are refused as well.
   */
  fail(reason: string, { isDoubtful }: { isDoubtful: boolean }): void {
    // Redis: what it says when it cannot persist.
    this.#failure = { code: 'MISCONF', message: `no write is taken any more: ${reason}` };
    this.#isDoubtful = isDoubtful;
    if (isDoubtful) this.#servesAll = false;
    this.keeper.fail();
  }

  /** The node ends in order: nobody is connected any more. */
  end(): void {
    if (this.#failure === undefined) this.keeper.end();
  }

  /**
   * The next records of a snapshot: first what there is besides entries, then pack after pack; none: that was all. `number`:
   * of the last record in the journal so far.
   */
  snapshotRecords(at: { isFirst: boolean; number: number }): readonly Uint8Array[] {
    if (at.isFirst) {
      this.#packs = new SnapshotPacks(this.table, at.number, this.#options.trial.snapshotPackBytes);
      return this.#factRecords();
    }
    const pack = this.#packs?.next(at.number);
    if (pack !== undefined) return [pack];
    this.#packs = undefined;
    return [];
  }

  #factRecords(): readonly Uint8Array[] {
    const records: Uint8Array[] = [];
    const log = new RecordWriter((bytes, start, end) => {
      records.push(new Uint8Array(bytes.subarray(start, end)));
    });
    const { virtualIds, view } = this.loader.facts;
    if (virtualIds !== undefined) log.virtualIds(virtualIds);
    if (view !== undefined) log.view(view);
    log.leasesLast(this.note.forMs);
    for (const entry of this.applied.entries()) log.applied(entry);
    return records;
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
    this.counters.wrongServer += 1;
    this.ownership.refuse(command, index, client);
    return false;
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
}

const isOver: WriteRefusal = {
  code: 'ERR',
  message: 'the write is older than what its client has answers of',
};
const tooManyRequests: WriteRefusal = {
  code: 'BUSY',
  message: 'too many clients or writes are remembered: confirm some with a higher floor',
};
