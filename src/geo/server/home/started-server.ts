import type { GatewayRef } from '../../../actor/gateway.ts';
import type { MemberStatus } from '../../../actor/remote/links-options.ts';
import type { Disk } from '../../../core/disk.ts';
import type { AtollError } from '../../../core/errors.ts';
import type { JournalStats } from '../../../core/journal/journal.ts';
import type { Recovery } from '../../../core/journal/open-journal.ts';
import type { VectorPairs } from '../../version-vector.ts';
import type { Description } from '../description.ts';
import type { Durability, ServerIdentity, Trial } from '../geo-options.ts';
import type { QueryGatewayReady } from '../query/query-gateway.ts';
import type { ServerReport } from '../remote/server-report.ts';
import type { SnapshotSlices } from './store-journal.ts';

export interface ServerGatewayOptions {
  /** Where other servers reach this one: `host:port`. */
  readonly at: string;
  readonly durability: Durability;
  /** Where it keeps its data, unless in memory. */
  readonly disk: Disk | undefined;
  readonly join: readonly Description[];
  readonly onCorrupt?: 'refuse' | 'quarantine' | undefined;
  /** Starts the gateways of the query ports. They open when everything is loaded. */
  readonly startQueryPorts: (
    identity: ServerIdentity,
    home: GatewayRef,
  ) => Promise<readonly QueryGatewayReady[]>;
  /** Records were lost, and there are other servers: their descriptions. The start is rejected with `DATA_INCOMPLETE`. */
  readonly onIncomplete?:
    | ((others: readonly Description[], self: ServerIdentity) => void)
    | undefined;
  readonly onLoading?: ((doneBytes: number, totalBytes: number) => void) | undefined;
  readonly trial: Trial;
}

export interface ServerGatewayReady {
  /** Settled when the query ports answer, or cannot. A gateway has its mail only once its own start is over. */
  readonly started: Promise<StartedServer>;
}

export interface StartedServer {
  readonly identity: ServerIdentity;
  readonly clusterId: string;
  readonly queryPorts: readonly number[];
  /** What the disk had; undefined without one. */
  readonly recovery: Recovery | undefined;
  /** Resolves when what another server had is here too. */
  readonly whenReady: Promise<void>;
  /** Resolves if the others have given this server up. */
  readonly whenRemoved: Promise<void>;
  /** Resolves if the journal fails. */
  readonly whenFailed: Promise<AtollError>;
  /** Nobody is to wait for this server any more; whether it was a member. */
  readonly forget: (id: string) => boolean;
  /** Everything that the server has, these writes among it: for a backup. */
  readonly slices: (needed: VectorPairs) => SnapshotSlices;
}

/** What the gateway of thread 0 tells of itself. */
export interface HomeReport extends ServerReport {
  readonly links: readonly MemberStatus[];
  readonly journal: JournalStats | undefined;
  readonly journalFault: string | undefined;
}
