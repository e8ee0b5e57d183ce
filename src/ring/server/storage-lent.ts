import type { AtollError } from '../../core/errors.ts';
import type { CommandBatch } from '../../resp/command-batch.ts';
import type { CommandTable } from '../../resp/command-table.ts';
import type { LeaseTerms } from '../lease-terms.ts';
import type { RingView } from '../ring-view.ts';
import type { Durability, Trial } from './ring-options.ts';
import type { Storage } from './storage/storage.ts';
import type { StorageReport } from './storage-report.ts';
import type { StoredFacts } from './journal/storage-loader.ts';

/** Commands of one client, as they lie in the buffer into which they were read: see `QueryBatch` of the geo store. */
export interface CommandsLent {
  readonly kind: 'commands';
  readonly table: CommandTable<Storage>;
  readonly commands: CommandBatch;
}

/** Before everything: who it is, and by what rules. */
export interface LifeLent {
  readonly kind: 'life';
  readonly nodeId: string;
  readonly durability: Durability;
  readonly terms: LeaseTerms;
  readonly trial: Trial;
  readonly startedMs: number;
}

/** A record of an earlier life. `fault`: it cannot be read. */
export interface LoadLent {
  readonly kind: 'load';
  readonly bytes: Uint8Array;
  readonly number: number;
  fault: AtollError | undefined;
}

/** Everything is loaded: an empty sheet for what was found besides entries. */
export interface StartLent {
  readonly kind: 'start';
  /** Damaged files were set aside: the note about leases may have been among what they held. */
  readonly hasLostRecords: boolean;
  facts: StoredFacts | undefined;
}

/** A sheet for the next records of a snapshot. */
export interface SnapshotLent {
  readonly kind: 'snapshot';
  /** Undefined: begins one. Otherwise what the sheet before had. */
  readonly isFirst: boolean;
  /** The last record so far. */
  readonly number: number;
  records: readonly Uint8Array[];
}

export interface ReportLent {
  readonly kind: 'report';
  report: StorageReport | undefined;
}

/** What the gateway of a node lends to its storage actor. */
export type StorageLent =
  | CommandsLent
  | LifeLent
  | LoadLent
  | StartLent
  /** The places of the node on the ring: drawn or given, and to be kept. */
  | { readonly kind: 'virtual ids'; readonly virtualIds: readonly number[] }
  | { readonly kind: 'view'; readonly view: RingView; readonly hasReturned: boolean }
  /** The note that there may be leases is durable. */
  | { readonly kind: 'lease note kept' }
  | { readonly kind: 'journal failed'; readonly message: string; readonly isDoubtful: boolean }
  | SnapshotLent
  | ReportLent
  /** The node ends in order; nobody is connected any more. */
  | { readonly kind: 'end' };

/** What the storage actor emits. */
export type StorageOutput =
  | RecordOutput
  | { readonly kind: 'lease note' }
  /** A client has a newer view. */
  | { readonly kind: 'view is old' };

/** A record for the journal: `bytes[start … end)`. One object, filled again and again. */
export interface RecordOutput {
  readonly kind: 'record';
  bytes: Uint8Array;
  start: number;
  end: number;
}
