import { assert } from '../../../core/assert.ts';
import type { Disk } from '../../../core/disk.ts';
import { AtollError } from '../../../core/errors.ts';
import { geoLimits, journalLimits } from '../../../core/limits.ts';
import type { Journal, JournalStats } from '../../../core/journal/journal.ts';
import { openJournal, type Recovery } from '../../../core/journal/open-journal.ts';
import type { Outside } from '../../../core/outside.ts';
import type { PlantedBugs } from '../../../core/journal/planted-bugs.ts';
import { VersionVector, type VectorPairs } from '../../version-vector.ts';
import type { ServerIdentity } from '../geo-options.ts';
import { decodeJournalRecord, JournalRecordWriter, type JournalRecord } from './journal-record.ts';
import type { MemberCard } from '../remote/members.ts';

export interface StoreJournalOptions {
  readonly outside: Outside;
  readonly disk: Disk;
  readonly durability: 'fsync' | 'interval';
  /** Who this is, before anything is loaded. */
  readonly onIdentity: (identity: ServerIdentity) => Promise<void>;
  /** Takes a pack of entries of earlier lives: lent. */
  readonly onEntries: (pack: Uint8Array) => void;
  /** Which servers there are: told before most of the entries. */
  readonly onMembers: (members: readonly MemberCard[]) => void;
  readonly onProgress: (doneBytes: number, totalBytes: number) => void | Promise<void>;
  /** Everything appended up to this token is durable. */
  readonly onDurable: (token: number) => void;
  readonly onFault: (fault: AtollError) => void;
  readonly onCorrupt?: 'refuse' | 'quarantine';
  /** How many snapshots are kept, with the log behind the oldest of them. */
  readonly snapshotsKept?: number;
  readonly bugs?: PlantedBugs;
  /** Default: `snapshotLogBytes`. */
  readonly snapshotLogBytes?: number;
}

/** What was found on the disk besides entries. */
export interface StoredState {
  readonly clusterId: string | undefined;
  readonly members: readonly MemberCard[];
  readonly known: VectorPairs;
  readonly recovery: Recovery;
}

/** Entries of a snapshot, slice by slice: the first one with what is known with all of them. */
export type SnapshotSlices = AsyncGenerator<{ known?: VectorPairs; pack?: Uint8Array }>;

/**
 * The journal of a geo server: what it has to append in the order of its coming, each piece with a token that comes back when
 * it is durable; and what a start finds in it.
 *
 * A disk that does not keep up makes appends wait here, in a line. It is bounded by those who give them: query ports stop to
 * take commands, and other servers send no more than a window without a confirmation.
 */
export class StoreJournal {
  readonly #options: StoreJournalOptions;
  readonly #encoder: JournalRecordWriter = new JournalRecordWriter();
  #journal: Journal | undefined;
  /** Appended and not durable yet: by the journal's number, the token. */
  readonly #appended: { readonly sequence: number; readonly token: number }[] = [];
  /** Not taken by the journal yet. */
  readonly #line: {
    readonly bytes: Uint8Array;
    readonly token: number;
    readonly onTaken: () => void;
  }[] = [];
  readonly #snapshotLogBytes: number;
  #isRetryDue = false;
  #token = 0;
  #cluster: { clusterId: string; members: readonly MemberCard[] } | undefined;
  /** What is on the disk and to come, so that a snapshot waits for it. */
  readonly #logged: VersionVector = new VersionVector();
  #snapshotBytes = 0;
  #isSnapshotting = false;

  /** Opens the journal and hands out what is in it. Rejects as `openJournal`. */
  static async open(
    options: StoreJournalOptions,
  ): Promise<{ journal: StoreJournal; stored: StoredState }> {
    const store = new StoreJournal(options);
    const { outside, disk, durability, onCorrupt, snapshotsKept, bugs } = options;
    const known = new VersionVector();
    const take = (bytes: Buffer, start: number, end: number): void => {
      const record = decodeJournalRecord(bytes.subarray(start, end));
      if (record.kind === 'cluster') {
        store.#cluster = record;
        options.onMembers(record.members);
      } else {
        known.raiseAll(record.claims);
        if (record.pack.length > 0) options.onEntries(record.pack);
      }
    };
    const { journal, recovery } = await openJournal({
      disk,
      durability,
      clock: outside.clock,
      timers: outside.timers,
      random: outside.random,
      onBoot: ({ journalId, incarnation }) =>
        options.onIdentity({ id: Buffer.from(journalId).toString('hex'), incarnation }),
      onProgress: options.onProgress,
      loadSnapshot: take,
      loadRecord: take,
      onDurable: (sequence) => store.#onDurable(sequence),
      onFault: options.onFault,
      ...(onCorrupt === undefined ? {} : { onCorrupt }),
      ...(snapshotsKept === undefined ? {} : { snapshotsKept }),
      ...(bugs === undefined ? {} : { bugs }),
    });
    store.#journal = journal;
    store.#logged.raiseAll(known.pairs());
    const { clusterId, members = [] } = store.#cluster ?? {};
    return { journal: store, stored: { clusterId, members, known: known.pairs(), recovery } };
  }

  private constructor(options: StoreJournalOptions) {
    this.#options = options;
    this.#snapshotLogBytes = options.snapshotLogBytes ?? journalLimits.snapshotLogBytes;
  }

  get stats(): JournalStats {
    return this.#mustGetJournal().stats;
  }

  get fault(): AtollError | undefined {
    return this.#journal?.fault;
  }

  /** What was given to it so far. */
  get logged(): VectorPairs {
    return this.#logged.pairs();
  }

  /** Appends entries with what is known with them; returns the token. `onTaken` is called when the journal has them. */
  appendEntries(claims: VectorPairs, pack: Uint8Array, onTaken: () => void = nothing): number {
    this.#logged.raiseAll(claims);
    return this.#append({ kind: 'entries', claims, pack }, onTaken);
  }

  /** Appends which servers there are; returns the token. */
  appendCluster(clusterId: string, members: readonly MemberCard[]): number {
    this.#cluster = { clusterId, members };
    return this.#append({ kind: 'cluster', clusterId, members }, nothing);
  }

  /** Whether the log has grown so long that a snapshot would pay. */
  get wantsSnapshot(): boolean {
    const { bytesSinceSnapshot } = this.stats;
    return (
      !this.#isSnapshotting &&
      this.fault === undefined &&
      bytesSinceSnapshot > Math.max(this.#snapshotLogBytes, this.#snapshotBytes)
    );
  }

  /** Writes everything as a snapshot, so that the log before it can go. Rejects with a coded fault. */
  async snapshot(slices: SnapshotSlices): Promise<void> {
    assert(!this.#isSnapshotting, 'one snapshot at a time');
    this.#isSnapshotting = true;
    try {
      await this.#mustGetJournal().snapshot(this.#records(slices));
    } finally {
      this.#isSnapshotting = false;
    }
  }

  /** Makes everything durable and lets the folder go. Rejects with the fault of the journal, if it has one. */
  async close(): Promise<void> {
    if (this.#journal === undefined) return;
    this.#appendLine();
    const { timers } = this.#options.outside;
    // What waits in the line was acknowledged, unless replies wait for the disk.
    while (this.#line.length > 0 && this.fault === undefined) {
      await new Promise<void>((resolve) => timers.setTimer(geoLimits.journalRetryMs, resolve));
      this.#appendLine();
    }
    await this.#journal.close();
  }

  async *#records(slices: SnapshotSlices): AsyncGenerator<Uint8Array> {
    // Of its own: a record is lent until the next is asked for, and appends come in between.
    const encoder = new JournalRecordWriter();
    let bytes = 0;
    let known: VectorPairs = [];
    // First, because a start that knows of no other server needs no copy for them.
    if (this.#cluster !== undefined) {
      yield encoder.encode({ kind: 'cluster', ...this.#cluster });
    }
    for await (const slice of slices) {
      known = slice.known ?? known;
      if (slice.pack === undefined) continue;
      bytes += slice.pack.length;
      yield encoder.encode({ kind: 'entries', claims: [], pack: slice.pack });
    }
    // Claims come last: they are true of all that stands before them.
    yield encoder.encode({ kind: 'entries', claims: known, pack: noBytes });
    this.#snapshotBytes = bytes;
  }

  #append(record: JournalRecord, onTaken: () => void): number {
    this.#token += 1;
    const token = this.#token;
    const bytes = this.#encoder.encode(record);
    if (this.#line.length === 0 && this.#offer(bytes, token)) onTaken();
    else this.#line.push({ bytes: new Uint8Array(bytes), token, onTaken });
    return token;
  }

  /** Gives the journal what waits, as far as it takes it. */
  #appendLine(): void {
    for (;;) {
      const [next] = this.#line;
      if (next === undefined || !this.#offer(next.bytes, next.token)) return;
      this.#line.shift();
      next.onTaken();
    }
  }

  /** Whether the journal has taken a record. If it is behind, the line is offered again soon; if it has failed, never. */
  #offer(bytes: Uint8Array, token: number): boolean {
    const journal = this.#mustGetJournal();
    if (journal.fault !== undefined) return false;
    try {
      this.#appended.push({ sequence: journal.append(bytes), token });
      return true;
    } catch (error) {
      if (!(error instanceof AtollError) || error.code !== 'JOURNAL_BEHIND') throw error;
      this.#retrySoon();
      return false;
    }
  }

  #retrySoon(): void {
    if (this.#isRetryDue) return;
    this.#isRetryDue = true;
    this.#options.outside.timers.setTimer(geoLimits.journalRetryMs, () => {
      this.#isRetryDue = false;
      this.#appendLine();
    });
  }

  #onDurable(sequence: number): void {
    let token = 0;
    while (this.#appended[0] !== undefined && this.#appended[0].sequence <= sequence) {
      token = this.#appended.shift()?.token ?? token;
    }
    if (token > 0) this.#options.onDurable(token);
    if (this.#line.length > 0) this.#appendLine();
  }

  #mustGetJournal(): Journal {
    assert(this.#journal !== undefined, 'the journal is open');
    return this.#journal;
  }
}

const noBytes = new Uint8Array(0);
const nothing = (): void => {};
