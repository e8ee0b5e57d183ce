import {
  defineGateway,
  type GatewayKind,
  type GatewayThread,
  type LocalActor,
} from '../../actor/gateway.ts';
import { assert } from '../../core/assert.ts';
import type { StartedNode } from '../../ring/server/node-mail.ts';
import type { NodeOptions } from '../../ring/server/node-options.ts';
import { StorageGateway } from '../../ring/server/storage-gateway.ts';
import type { StorageLent } from '../../ring/server/storage-lent.ts';
import type { Storage } from '../../ring/server/storage/storage.ts';
import type { Client } from '../../resp/client.ts';
import { CommandBatch } from '../../resp/command-batch.ts';
import { CommandTable } from '../../resp/command-table.ts';

/**
 * The kind of storage gateways, under its own name, with one addition: as soon as one has started, before any client is
 * heard, `onFound` is told the storage of its actor, and which node of its server that is, from 1 on.
 *
 * As in `sim/geo/replica-probe.ts`: commands are lent to the actor whose table executes nothing and keeps what they were
 * to be executed on.
 */
export function probedStorageGateway(
  onFound: (node: number, storage: Storage) => void,
): GatewayKind<NodeOptions, StartedNode> {
  return defineGateway(StorageGateway.name, async (thread, options: NodeOptions) => {
    let actor: LocalActor<never, StorageLent> | undefined;
    const gateway = await StorageGateway.start(
      withStartActor(thread, (started) => (actor = started as LocalActor<never, StorageLent>)),
      options,
    );
    assert(actor !== undefined, 'a storage gateway starts its actor');
    const table = new ProbeTable();
    thread.lend(actor, { kind: 'commands', table, commands: new OneCommand() }, 0);
    assert(table.found !== undefined, 'a storage actor executes what it is lent at once');
    onFound(options.number + 1, table.found);
    return gateway;
  });
}

/** The thread as it is, but for `onStarted`, which is told every actor that is started by it. */
function withStartActor(thread: GatewayThread, onStarted: (actor: unknown) => void): GatewayThread {
  return {
    outside: thread.outside,
    thread: thread.thread,
    address: thread.address,
    links: thread.links,
    self: thread.self,
    startActor: (kind, options) => {
      const actor = thread.startActor(kind, options);
      onStarted(actor);
      return actor;
    },
    tell: (to, message) => thread.tell(to, message),
    newChannelRef: () => thread.newChannelRef(),
    lend: (to, lent, count) => thread.lend(to, lent, count),
    post: (to, mail) => thread.post(to, mail),
  };
}

/** Executes nothing, and keeps what it should have been executed on. */
class ProbeTable extends CommandTable<Storage> {
  found: Storage | undefined;

  constructor() {
    super([]);
  }

  override dispatch(storage: Storage): void {
    this.found = storage;
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
