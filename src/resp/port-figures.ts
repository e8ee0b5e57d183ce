import type { ClientRegistry } from './client-registry.ts';
import { commandReports, type CommandReport } from './command-report.ts';
import type { CommandTable } from './command-table.ts';
import type { RespCounters } from './connection-host.ts';
import type { RespServer } from './server.ts';

/** The figures of a port and its clients. Plain data. */
export interface PortFigures {
  readonly port: number;
  readonly clients: number;
  readonly queryBufferBytes: number;
  readonly counters: RespCounters;
  /** Of commands that were ever sent. */
  readonly commands: readonly CommandReport[];
  readonly unknownCommands: number;
  readonly refusedCommands: number;
}

export function portFigures<Target>(
  server: RespServer,
  clients: ClientRegistry,
  table: CommandTable<Target>,
): PortFigures {
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
