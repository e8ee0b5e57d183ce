import type { Timers } from '../../../core/timers.ts';
import type { VectorPairs } from '../../version-vector.ts';
import type { Durability, Trial } from '../geo-options.ts';
import type { RemoteSyncLent, RemoteSyncOutput } from '../remote/remote-sync-lent.ts';
import type { QueryPortOfHome, QueryPorts } from './query-ports.ts';
import type { StoreJournal } from './store-journal.ts';
import type { FromQueryPort } from './thread-mail.ts';

export interface KeepingOptions {
  readonly durability: Durability;
  readonly trial: Trial;
  readonly timers: Timers;
  readonly ports: QueryPorts;
  readonly lend: (lent: RemoteSyncLent) => void;
  /** Something was appended. */
  readonly onAppended: () => void;
}

/**
 * What is on its way to the disk: writes of the query actors, and what came from other servers. When it is there, both hear of
 * it, and the remote-sync actor takes over what the query actors wrote.
 */
export class Keeping {
  readonly #options: KeepingOptions;
  #journal: StoreJournal | undefined;
  /** Arrivals that the remote-sync actor waits for, oldest first. */
  readonly #arrivals: { readonly token: number; readonly actorToken: number }[] = [];
  #keptActorToken = 0;
  /** Members on their way, oldest first. */
  readonly #members: { readonly token: number; readonly number: number }[] = [];
  /** There are other servers, so that the remote-sync actor is told what query actors write. */
  #isRemoteSyncAwake = false;
  #isClosed = false;

  constructor(options: KeepingOptions) {
    this.#options = options;
  }

  get isRemoteSyncAwake(): boolean {
    return this.#isRemoteSyncAwake;
  }

  begin(journal: StoreJournal): void {
    this.#journal = journal;
  }

  close(): void {
    this.#isClosed = true;
  }

  /** The journal, as long as it takes something. */
  get openJournal(): StoreJournal | undefined {
    return this.#isClosed || this.#journal?.fault !== undefined ? undefined : this.#journal;
  }

  /** The remote-sync actor is to hear of what is written from now on. What it needs of what came before. */
  awake(): VectorPairs {
    this.#isRemoteSyncAwake = true;
    return this.#journal?.logged ?? [];
  }

  onLog(
    port: QueryPortOfHome,
    { origin, upTo, entries }: Extract<FromQueryPort, { kind: 'log' }>,
  ): void {
    const { durability, ports, onAppended } = this.#options;
    const isInterval = durability === 'interval';
    const token = this.openJournal?.appendEntries([[origin, upTo]], entries, () => {
      if (isInterval) ports.post(port, { kind: 'logged', sequence: upTo });
    });
    if (token === undefined) return;
    // Lent, and copied for the remote-sync actor alone. What came while that was asleep it is filled with.
    const pack = this.#isRemoteSyncAwake ? new Uint8Array(entries) : undefined;
    port.waiting.push({ token, sequence: upTo, pack });
    if (isInterval || this.#showsEarly) this.#showWritten(port.origin, upTo, pack);
    onAppended();
  }

  onArrival({ token, claims, entries }: Extract<RemoteSyncOutput, { kind: 'arrival' }>): void {
    const own = this.openJournal?.appendEntries(claims, entries);
    if (own === undefined) return;
    this.#arrivals.push({ token: own, actorToken: token });
    this.#options.onAppended();
  }

  onMembers(
    clusterId: string,
    { number, cards }: Extract<RemoteSyncOutput, { kind: 'members' }>,
  ): void {
    const token = this.openJournal?.appendCluster(clusterId, cards);
    if (token !== undefined) this.#members.push({ token, number });
  }

  /** Everything that was appended up to `token` is on the disk. */
  onDurable(token: number): void {
    const { durability, ports, lend } = this.#options;
    const own: (readonly [string, number])[] = [];
    const waits = durability === 'fsync';
    for (const port of ports.all) {
      let sequence = 0;
      while (port.waiting[0] !== undefined && port.waiting[0].token <= token) {
        const written = port.waiting.shift();
        if (written === undefined) break;
        sequence = written.sequence;
        if (waits && !this.#showsEarly) this.#showWritten(port.origin, sequence, written.pack);
      }
      if (sequence === 0) continue;
      own.push([port.origin, sequence]);
      if (waits) ports.post(port, { kind: 'durable', sequence });
    }
    while (this.#arrivals[0] !== undefined && this.#arrivals[0].token <= token) {
      this.#keptActorToken = this.#arrivals.shift()?.actorToken ?? this.#keptActorToken;
    }
    lend({ kind: 'kept', token: this.#keptActorToken, own });
    let number = 0;
    while (this.#members[0] !== undefined && this.#members[0].token <= token) {
      number = this.#members.shift()?.number ?? number;
    }
    if (number > 0) lend({ kind: 'members kept', number });
  }

  get #showsEarly(): boolean {
    return this.#options.trial.bugs.includes('sends before durable');
  }

  /**
   * The remote-sync actor takes over what was written: not at once, since the next write to the disk should be under way
   * before it begins.
   */
  #showWritten(origin: string, upTo: number, pack: Uint8Array | undefined): void {
    if (pack === undefined) return;
    const { timers, lend } = this.#options;
    timers.nextTurn(() => {
      if (!this.#isClosed) lend({ kind: 'written', origin, upTo, pack });
    });
  }
}
