import type { Disk } from '../../../core/disk.ts';
import { AtollError } from '../../../core/errors.ts';
import type { Journal, JournalStats } from '../../../core/journal/journal.ts';
import {
  openJournal,
  type OpenJournalOptions,
  type Recovery,
} from '../../../core/journal/open-journal.ts';
import { ringLimits } from '../../../core/limits.ts';
import type { Outside } from '../../../core/outside.ts';

export interface NodeJournalOptions extends Pick<OpenJournalOptions, 'onProgress' | 'onDurable'> {
  readonly outside: Pick<Outside, 'clock' | 'timers' | 'random' | 'log'>;
  readonly disk: Disk;
  readonly durability: 'fsync' | 'interval';
  readonly onCorrupt: 'refuse' | 'quarantine';
  readonly snapshotLogBytes: number;
  /** Who this is, before anything is loaded: 16 hexadecimal digits. */
  readonly onId: (id: string) => void;
  /** Takes a record of an earlier life, of the log or of a snapshot: lent. Throws `FRAME_INVALID`. */
  readonly onRecord: (bytes: Uint8Array, number: number) => void;
  /** The next records of a snapshot; none: that was all. */
  readonly nextRecords: (isFirst: boolean, number: number) => readonly Uint8Array[];
  readonly onFault: (fault: AtollError) => void;
}

/**
 * The journal of a node, on the thread of the node: what the storage actor emits is appended at once, and its number is
 * what replies wait for. When the log has grown long it is replaced by a snapshot, made while writes go on.
 */
export class NodeJournal {
  readonly recovery: Recovery;
  readonly #journal: Journal;
  readonly #options: NodeJournalOptions;
  #isSnapshotting = false;
  #snapshotBytes = 0;

  /** Opens the journal and hands out what is in it. Rejects as `openJournal`. */
  static async open(options: NodeJournalOptions): Promise<NodeJournal> {
    const { outside, disk, durability, onCorrupt, onProgress, onDurable, onFault } = options;
    const { journal, recovery } = await openJournal({
      disk,
      durability,
      clock: outside.clock,
      timers: outside.timers,
      random: outside.random,
      onBoot: ({ journalId }) => options.onId(Buffer.from(journalId).toString('hex')),
      loadSnapshot: (bytes, start, end) => options.onRecord(bytes.subarray(start, end), 0),
      loadRecord: (bytes, start, end, sequence) =>
        options.onRecord(bytes.subarray(start, end), sequence),
      onDurable,
      onFault,
      ...(onProgress === undefined ? {} : { onProgress }),
      onCorrupt,
    });
    return new NodeJournal(options, journal, recovery);
  }

  private constructor(options: NodeJournalOptions, journal: Journal, recovery: Recovery) {
    this.#options = options;
    this.#journal = journal;
    this.recovery = recovery;
  }

  get stats(): JournalStats {
    return this.#journal.stats;
  }

  get fault(): AtollError | undefined {
    return this.#journal.fault;
  }

  /** The number of the last record: with `fsync` what replies wait for. */
  get lastSequence(): number {
    return this.#journal.lastSequence;
  }

  get durableSequence(): number {
    return this.#journal.durableSequence;
  }

  /** The disk is so far behind that clients have to wait. */
  get isBehind(): boolean {
    return this.#journal.pendingBytes > ringLimits.logBytesWaitingMax;
  }

  /** They may go on. */
  get hasCaughtUp(): boolean {
    return this.#journal.pendingBytes <= ringLimits.logBytesWaitingMax / 2;
  }

  /** Takes a record. Requires: whoever gives them stops while it `isBehind`, so that there is room. */
  append(bytes: Uint8Array, start: number, end: number): void {
    this.#journal.append(bytes, start, end);
  }

  /** Makes all that was appended durable. Rejects with the journal's fault. */
  sync(): Promise<void> {
    return this.#journal.sync();
  }

  /** Begins a snapshot if one would pay. */
  snapshotIfDue(): void {
    const { snapshotLogBytes, outside } = this.#options;
    const bytesMax = Math.max(snapshotLogBytes, this.#snapshotBytes);
    if (this.#isSnapshotting || this.#journal.bytesSinceSnapshot <= bytesMax) return;
    if (this.#journal.fault !== undefined) return;
    this.#isSnapshotting = true;
    this.#journal
      .snapshot(this.#records())
      .catch((error: unknown) => {
        if (!(error instanceof AtollError)) throw error;
        // The log is whole: the next start takes longer, and the next snapshot may go well.
        const { code, message } = error;
        outside.log.warn('a snapshot could not be written', { code, message });
      })
      .finally(() => (this.#isSnapshotting = false));
  }

  /** Makes everything durable and lets the folder go. Rejects with the fault of the journal, if it has one. */
  close(): Promise<void> {
    return this.#journal.close();
  }

  *#records(): Generator<Uint8Array> {
    let bytes = 0;
    let records = this.#options.nextRecords(true, this.lastSequence);
    while (records.length > 0) {
      for (const record of records) {
        bytes += record.length;
        yield record;
      }
      records = this.#options.nextRecords(false, this.lastSequence);
    }
    this.#snapshotBytes = bytes;
  }
}
