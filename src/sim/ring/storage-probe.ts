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
import { OneCommand, ProbeTable } from '../swarm/probe.ts';

/**
 * The kind of storage gateways, under its own name, with one addition: as soon as one has started, before any client is
 * heard, `onFound` is told the storage of its actor, and which node of its server that is, from 1 on.
 *
 * As for replicas of the geo store, a batch is lent to the actor whose table of commands keeps what it was to be executed on.
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
    const table = new ProbeTable<Storage>();
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
