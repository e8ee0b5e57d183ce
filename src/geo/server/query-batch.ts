import type { CommandBatch } from '../../resp/command-batch.ts';
import type { CommandTable } from '../../resp/command-table.ts';
import type { Replica } from './replica.ts';
import type { ReplicaReport } from './replica-report.ts';

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
}

/** An empty sheet, for the actor to fill in what it has: lent as no message at all. */
export interface ReportSheet {
  readonly kind: 'report';
  report: ReplicaReport | undefined;
}

export type Lent = QueryBatch | ReportSheet;
