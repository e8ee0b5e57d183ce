import type { ClientRegistry } from '../../../resp/client-registry.ts';
import { commandReports, type CommandReport } from '../../../resp/command-report.ts';
import type { CommandTable } from '../../../resp/command-table.ts';
import type { RespCounters } from '../../../resp/connection-host.ts';
import type { RespServer } from '../../../resp/server.ts';
import type { Replica } from '../replica.ts';
import type { ReplicaReport } from './replica-report.ts';

/** The figures of a query port and the replica behind it: what the gateway tells of itself. Plain data. */
export interface PortReport {
  readonly kind: 'port';
  readonly port: number;
  readonly clients: number;
  readonly queryBufferBytes: number;
  readonly counters: RespCounters;
  /** Of commands that were ever sent. */
  readonly commands: readonly CommandReport[];
  readonly unknownCommands: number;
  readonly refusedCommands: number;
  readonly replica: ReplicaReport;
}

export function portReport(
  server: RespServer,
  clients: ClientRegistry,
  table: CommandTable<Replica>,
  replica: ReplicaReport,
): PortReport {
  return {
    kind: 'port',
    port: server.address.port,
    clients: clients.size,
    queryBufferBytes: server.queryBufferBytes,
    counters: { ...server.counters },
    commands: commandReports(table),
    unknownCommands: table.unknown,
    refusedCommands: table.refused,
    replica,
  };
}
