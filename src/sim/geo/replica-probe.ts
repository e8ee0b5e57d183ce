import { defineGateway, type GatewayKind, type LocalActor } from '../../actor/gateway.ts';
import { assert } from '../../core/assert.ts';
import type { Clock } from '../../core/clock.ts';
import type { QueryMessage } from '../../geo/server/query/query-actor.ts';
import type { QueryLent } from '../../geo/server/query/query-batch.ts';
import {
  QueryGateway,
  type QueryGatewayOptions,
  type QueryGatewayReady,
} from '../../geo/server/query/query-gateway.ts';
import type { Replica } from '../../geo/server/replica.ts';
import { OneCommand, ProbeTable } from '../swarm/probe.ts';

/** A replica that was reached, and the clock of its thread. */
export interface FoundReplica {
  /** From 1 on: the thread of its query actor. */
  readonly thread: number;
  readonly replica: Replica;
  readonly clock: Clock;
}

/**
 * The kind of query gateways, under its own name, with one addition: as soon as one has started, before any
 * client is heard, `onFound` is told the replica of its query actor.
 *
 * Threads of a simulation share their memory: a batch is lent to the actor whose table of commands keeps what it was to be
 * executed on.
 */
export function probedQueryGateway(
  onFound: (found: FoundReplica) => void,
): GatewayKind<QueryGatewayOptions, QueryGatewayReady> {
  return defineGateway(QueryGateway.name, async (thread, options: QueryGatewayOptions) => {
    const gateway = await QueryGateway.start(thread, options);
    const actor: LocalActor<QueryMessage, QueryLent> = { ref: gateway.ready.actor };
    const table = new ProbeTable<Replica>();
    thread.lend(actor, { kind: 'queries', table, commands: new OneCommand(), sequence: 0 }, 0);
    assert(table.found !== undefined, 'a query actor executes what it is lent at once');
    onFound({ thread: thread.thread, replica: table.found, clock: thread.outside.clock });
    return gateway;
  });
}
