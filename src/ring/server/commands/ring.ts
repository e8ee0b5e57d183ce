import { ringLimits } from '../../../core/limits.ts';
import type { Client } from '../../../resp/client.ts';
import type { Command } from '../../../resp/command.ts';
import type { CommandRow } from '../../../resp/command-table.ts';
import { writeView } from '../../view-reply.ts';
import type { LeaseKeeper } from '../storage/lease-keeper.ts';
import type { Storage } from '../storage/storage.ts';

const ofRing = { flags: ['readonly'], keys: [0, 0, 0], group: 'ring', since: '0.1.0' } as const;

/** `RING …`: the view, the walk, the leases, and what `more` adds. */
export function ringCommand(more: readonly CommandRow<Storage>[]): CommandRow<Storage> {
  return {
    ...ofRing,
    name: 'ring',
    arity: -2,
    summary: 'Tells about the ring, and about leases',
    synopsis: '',
    subcommands: [
      {
        ...ofRing,
        name: 'servers',
        arity: 2,
        summary:
          'Returns the view of the ring: its epoch, and each node with address and virtual ids',
        synopsis: '',
        run: (storage, _command, client) => writeServers(storage, client),
      },
      {
        ...ofRing,
        name: 'walk',
        arity: -2,
        summary: 'This connection takes these nodes for dead, and no others: who is next stands in',
        synopsis: '[node id ...]',
        run: walk,
      },
      {
        ...ofRing,
        name: 'leases',
        arity: -2,
        summary:
          'Returns for each key its holders with the milliseconds that are left to them, the writes that wait, and how long the first has waited; without a key, of those that writes wait for and some of the others',
        synopsis: '[key ...]',
        run: writeLeases,
      },
      ...more,
    ],
  };
}

function writeServers(storage: Storage, { reply }: Client): void {
  const { view } = storage.ownership;
  if (view === undefined) {
    reply.error('NOTREADY', 'the ring is not complete: ask again in a second');
  } else {
    reply.array(2);
    writeView(view, reply);
  }
}

function walk(storage: Storage, command: Command, client: Client): void {
  const nodeIds: string[] = [];
  for (let i = 2; i < command.argumentCount; i += 1) nodeIds.push(command.latin1(i));
  storage.ownership.walk(client, nodeIds);
  client.reply.ok();
}

function writeLeases({ keeper }: Storage, command: Command, { reply }: Client): void {
  const { leases, waiting, nowMs } = keeper;
  const { leaseReportHoldersMax } = ringLimits;
  const keys = askedKeys(keeper, command);
  reply.array(keys.length);
  for (const key of keys) {
    const holders: { readonly id: number; readonly leftMs: number }[] = [];
    leases.forHolders(key, ({ holder, endMs }) => {
      if (holders.length < leaseReportHoldersMax) {
        holders.push({ id: holder.id, leftMs: Math.ceil(endMs - nowMs) });
      }
    });
    const writes = waiting.get(key);
    reply.array(4);
    reply.bulkLatin1(key);
    reply.array(holders.length);
    for (const { id, leftMs } of holders) {
      reply.array(2);
      reply.integer(id);
      reply.integer(leftMs);
    }
    reply.integer(writes?.writes.length ?? 0);
    reply.integer(writes === undefined ? 0 : Math.floor(nowMs - writes.sinceMs));
  }
}

function askedKeys({ leases, waiting }: LeaseKeeper, command: Command): readonly string[] {
  const keys = new Set<string>();
  if (command.argumentCount > 2) {
    for (let i = 2; i < command.argumentCount; i += 1) keys.add(command.latin1(i));
    return [...keys];
  }
  for (const some of [waiting.keys(), leases.keys()]) {
    for (const key of some) {
      if (keys.size >= ringLimits.leaseReportKeysMax) return [...keys];
      keys.add(key);
    }
  }
  return [...keys];
}
