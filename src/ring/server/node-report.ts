import type { JournalStats } from '../../core/journal/journal.ts';
import type { ClientRegistry } from '../../resp/client-registry.ts';
import { commandReports, type CommandReport } from '../../resp/command-report.ts';
import type { CommandTable } from '../../resp/command-table.ts';
import type { RespCounters } from '../../resp/connection-host.ts';
import type { RespServer } from '../../resp/server.ts';
import type { StorageReport } from './storage-report.ts';
import type { Storage } from './storage/storage.ts';

/** The figures of a node: what its gateway tells of itself. Plain data. */
export interface NodeReport {
  readonly kind: 'node';
  readonly port: number;
  readonly clients: number;
  readonly queryBufferBytes: number;
  readonly counters: RespCounters;
  /** Of commands that were ever sent. */
  readonly commands: readonly CommandReport[];
  readonly unknownCommands: number;
  readonly refusedCommands: number;
  readonly storage: StorageReport;
  /** Null: it keeps nothing. */
  readonly journal: JournalStats | null;
  readonly journalFault: string | null;
}

/** The part that any RESP port has. */
export function portFigures(
  server: RespServer,
  clients: ClientRegistry,
  table: CommandTable<Storage>,
): Omit<NodeReport, 'kind' | 'storage' | 'journal' | 'journalFault'> {
  return {
    port: server.address.port,
    clients: clients.size,
    queryBufferBytes: server.queryBufferBytes,
    counters: { ...server.counters },
    commands: commandReports(table),
    unknownCommands: table.unknown,
    refusedCommands: table.refused,
  };
}
