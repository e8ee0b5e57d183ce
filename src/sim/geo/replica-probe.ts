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
import type { Client } from '../../resp/client.ts';
import { CommandBatch } from '../../resp/command-batch.ts';
import { CommandTable } from '../../resp/command-table.ts';

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
 * Replicas are in nobody's reach but their actor's, and a command that dumps one would be open to every client.
 * Threads of a simulation share their memory, though: a query batch is lent to the actor whose table of commands
 * executes nothing and keeps what it was to be executed on.
 */
export function probedQueryGateway(
  onFound: (found: FoundReplica) => void,
): GatewayKind<QueryGatewayOptions, QueryGatewayReady> {
  return defineGateway(QueryGateway.name, async (thread, options: QueryGatewayOptions) => {
    const gateway = await QueryGateway.start(thread, options);
    const actor: LocalActor<QueryMessage, QueryLent> = { ref: gateway.ready.actor };
    const table = new ProbeTable();
    thread.lend(actor, { kind: 'queries', table, commands: new OneCommand(), sequence: 0 }, 0);
    assert(table.found !== undefined, 'a query actor executes what it is lent at once');
    onFound({ thread: thread.thread, replica: table.found, clock: thread.outside.clock });
    return gateway;
  });
}

/** Executes nothing, and keeps what it should have been executed on. */
class ProbeTable extends CommandTable<Replica> {
  found: Replica | undefined;

  constructor() {
    super([]);
  }

  override dispatch(replica: Replica): void {
    this.found = replica;
  }
}

/** A batch of one command, of nobody. */
class OneCommand extends CommandBatch {
  #isGiven = false;

  constructor() {
    super();
    this.length = 1;
  }

  /** Nothing is executed, so nothing of a client is asked. */
  override get client(): Client {
    return {} as Client;
  }

  override next(): boolean {
    if (this.#isGiven) return false;
    this.#isGiven = true;
    return true;
  }
}
