import { formatHostPort } from '../../core/network.ts';
import type { CommandRow } from '../command-table.ts';
import { keySlot } from './key-slot.ts';
import type { Reply } from '../reply.ts';
import type { ServerFacts } from './server-facts.ts';

const lastSlot = 16_383;

/**
 * `CLUSTER` for clients in cluster mode: they are told of one node that has all slots, which is true,
 * since every server holds every key. Which server to use is for the client's router to choose.
 */
export function clusterCommand<Target>(facts: ServerFacts<Target>): CommandRow<Target> {
  const common = { flags: ['loading', 'stale'], keys: [0, 0, 0], group: 'cluster' } as const;
  const subcommand = (
    name: string,
    since: string,
    summary: string,
    write: (reply: Reply) => void,
  ): CommandRow<Target> => ({
    ...common,
    name,
    arity: 2,
    since,
    summary,
    synopsis: '',
    run: (_target, _command, { reply }) => write(reply),
  });
  return {
    ...common,
    name: 'cluster',
    arity: -2,
    since: '3.0.0',
    summary: 'Tells clients in cluster mode of one node that has everything',
    synopsis: '',
    subcommands: [
      subcommand('slots', '3.0.0', 'Returns one range with all slots, at this server', (reply) =>
        writeSlots(facts, reply),
      ),
      subcommand('shards', '7.0.0', 'Returns one shard with all slots, at this server', (reply) =>
        writeShards(facts, reply),
      ),
      subcommand('nodes', '3.0.0', 'Returns one line, of this server', (reply) =>
        reply.verbatim(nodeLine(facts)),
      ),
      subcommand('info', '3.0.0', 'Returns that all slots are served', (reply) =>
        reply.verbatim(clusterInfo),
      ),
      subcommand('myid', '3.0.0', 'Returns 40 hex digits that no other server has', (reply) =>
        reply.bulkLatin1(facts.nodeId),
      ),
      {
        ...common,
        name: 'keyslot',
        arity: 3,
        since: '3.0.0',
        summary: 'Returns the slot in which a Redis cluster would look for a key',
        synopsis: 'key',
        run: (_target, command, { reply }) =>
          reply.integer(keySlot(command.bytes, command.start(2), command.end(2))),
      },
    ],
  };
}

const clusterInfo = [
  'cluster_state:ok',
  'cluster_slots_assigned:16384',
  'cluster_slots_ok:16384',
  'cluster_slots_pfail:0',
  'cluster_slots_fail:0',
  'cluster_known_nodes:1',
  'cluster_size:1',
  'cluster_current_epoch:1',
  'cluster_my_epoch:1',
  '',
].join('\r\n');

function writeSlots<Target>({ address, nodeId }: ServerFacts<Target>, reply: Reply): void {
  const { host, port } = address();
  reply.array(1);
  reply.array(3);
  reply.integer(0);
  reply.integer(lastSlot);
  reply.array(4);
  reply.bulkText(host);
  reply.integer(port);
  reply.bulkLatin1(nodeId);
  reply.array(0);
}

function writeShards<Target>({ address, nodeId }: ServerFacts<Target>, reply: Reply): void {
  const { host, port } = address();
  reply.array(1);
  reply.map(2);
  reply.bulkLatin1('slots');
  reply.array(2);
  reply.integer(0);
  reply.integer(lastSlot);
  reply.bulkLatin1('nodes');
  reply.array(1);
  reply.map(7);
  reply.bulkLatin1('id');
  reply.bulkLatin1(nodeId);
  reply.bulkLatin1('port');
  reply.integer(port);
  reply.bulkLatin1('ip');
  reply.bulkText(host);
  reply.bulkLatin1('endpoint');
  reply.bulkText(host);
  reply.bulkLatin1('role');
  reply.bulkLatin1('master'); // Redis's word: takes writes.
  reply.bulkLatin1('replication-offset');
  reply.integer(0);
  reply.bulkLatin1('health');
  reply.bulkLatin1('online');
}

function nodeLine<Target>({ address, nodeId }: ServerFacts<Target>): string {
  // Behind @ stands the port of the cluster bus, which is not Redis's here: 0.
  const at = formatHostPort(address());
  return `${nodeId} ${at}@0 myself,master - 0 0 1 connected 0-${lastSlot}\n`;
}
