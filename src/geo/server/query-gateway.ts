import type { ActorRef } from '../../actor/actor-ref.ts';
import { defineGateway, type GatewayKind } from '../../actor/gateway.ts';
import { assert } from '../../core/assert.ts';
import { clientLimits } from '../../core/limits.ts';
import { randomHex } from '../../core/random.ts';
import { ClientRegistry } from '../../resp/client-registry.ts';
import type { CommandTable } from '../../resp/command-table.ts';
import { commandStats } from '../../resp/commands/info.ts';
import { RespServer } from '../../resp/server.ts';
import { createQueryTable } from './command-rows.ts';
import { infoSections } from './info-sections.ts';
import { portReport, type PortReport } from './port-report.ts';
import { QueryActor, type QueryMessage } from './query-actor.ts';
import type { QueryBatch, ReportSheet } from './query-batch.ts';
import type { Replica } from './replica.ts';

export interface QueryGatewayOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly atollVersion: string;
}

export interface QueryGatewayReady {
  readonly port: number;
  readonly actor: ActorRef<QueryMessage>;
}

/**
 * The query port of a thread, with the query actor behind it: what a client sends is parsed where it was
 * read, lent to the actor, executed, and answered with one write, all in the read event. CMUD §3.1.
 */
export const QueryGateway: GatewayKind<QueryGatewayOptions, QueryGatewayReady> = defineGateway(
  'geo-query-gateway',
  async (thread, { host, port, atollVersion }) => {
    const { outside } = thread;
    const actor = thread.startActor(QueryActor);
    const clients = new ClientRegistry();
    const table: CommandTable<Replica> = createQueryTable({
      clients,
      clock: outside.clock,
      limits: clientLimits,
      atollVersion,
      address: () => server.address,
      nodeId: randomHex(outside.random, 20),
      counters: () => server.counters,
      info: (replica) => [...infoSections(replica), commandStats(table)],
      config: () => new Map([['port', String(server.address.port)]]),
    });
    let batch: QueryBatch | undefined;
    const server = await RespServer.listen({
      outside,
      at: { host, port },
      clients,
      execute: (commands) => {
        // A server has one batch and fills it again and again: so there is one to lend.
        batch ??= { kind: 'queries', table, commands };
        assert(batch.commands === commands, 'a server has one batch');
        thread.lend(actor, batch, commands.length);
      },
    });
    return {
      ready: { port: server.address.port, actor: actor.ref },
      inspect(): PortReport {
        const sheet: ReportSheet = { kind: 'report', report: undefined };
        thread.lend(actor, sheet, 0);
        const { report } = sheet;
        assert(report !== undefined, 'the query actor lives as long as its port');
        return portReport(server, clients, table, report);
      },
      close: () => server.close(),
    };
  },
);
