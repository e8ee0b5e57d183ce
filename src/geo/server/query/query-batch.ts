import type { CommandBatch } from '../../../resp/command-batch.ts';
import type { CommandTable } from '../../../resp/command-table.ts';
import type { PlantedBugs } from '../planted-bugs.ts';
import type { QueryBeginning } from './query-exchange.ts';
import type { SnapshotSheet } from '../remote/remote-sync-lent.ts';
import type { Replica } from '../replica.ts';
import type { ReplicaReport } from './replica-report.ts';
import type { WrittenRun } from './write-log.ts';

/**
 * What the gateway of a query port lends to the query actor of its thread: commands of one client, as they
 * lie in the buffer into which they were read, and the table that knows how to execute them.
 *
 * The naive way, a message for each query and a promise for each reply, costs more than the query itself.
 * Here nothing is made for a query; still each counts as a message and a channel ref (`GatewayThread.lend`).
 */
export interface QueryBatch {
  readonly kind: 'queries';
  readonly table: CommandTable<Replica>;
  readonly commands: CommandBatch;
  /** Set by the actor: the last own write. What clients see from now on depends on it. */
  sequence: number;
}

/** An empty sheet, for the actor to fill in what it has: lent as no message at all. */
export interface ReportSheet {
  readonly kind: 'report';
  report: ReplicaReport | undefined;
}

/** A sheet for the own writes that the journal has not got. */
export interface LogSheet {
  readonly kind: 'log';
  /** Fewer bytes are not worth it yet. */
  readonly bytesMin: number;
  runs: readonly WrittenRun[];
}

export type QueryLent =
  | QueryBatch
  | ReportSheet
  | LogSheet
  /** Before everything: in whose name it writes. */
  | { readonly kind: 'life'; readonly origin: string; readonly bugs: PlantedBugs }
  /** A pack of entries of an earlier life. */
  | { readonly kind: 'load'; readonly pack: Uint8Array }
  | { readonly kind: 'begin'; readonly beginning: QueryBeginning }
  | SnapshotSheet
  /** Own writes up to this one are durable. */
  | { readonly kind: 'durable'; readonly sequence: number };
