import type { InfoSection } from '../../../resp/commands/server-facts.ts';
import type { Durability } from '../geo-options.ts';
import type { Replica } from '../replica.ts';

/** What INFO tells of a replica, in Redis's words where Redis has them. */
export function infoSections(
  replica: Replica,
  { durability, fault }: { readonly durability: Durability; readonly fault: string | undefined },
): readonly InfoSection[] {
  const { table, counters, watches, clock } = replica;
  return [
    { name: 'Memory', fields: [['used_memory_dataset', table.byteLength]] },
    {
      name: 'Persistence',
      fields: [
        // Nobody should have to guess what a power cut costs.
        ['durability', durability],
        ['rdb_changes_since_last_save', counters.writes],
        ['aof_enabled', durability === 'memory' ? 0 : 1],
        ['aof_last_write_status', fault === undefined ? 'ok' : 'err'],
      ],
    },
    {
      name: 'Stats',
      fields: [
        ['keyspace_hits', counters.hits],
        ['keyspace_misses', counters.misses],
        ['expired_keys', counters.expired],
      ],
    },
    {
      name: 'Replication',
      fields: [
        // Redis's word: takes writes.
        ['role', 'master'],
        ['connected_slaves', 0],
      ],
    },
    {
      name: 'Geo',
      fields: [
        ['geo_origin', replica.uid],
        ['geo_writes', replica.sequence],
        ['geo_tombstones', table.tombstoneCount],
        ['geo_tombstones_dropped', counters.tombstonesDropped],
        // Ids of servers; `atoll geo status` tells more of them.
        ['geo_tombstones_held_by', replica.tombstoneHolders.join()],
        ['geo_stamps_refused', clock.refused],
        ['geo_watching_clients', watches.clientCount],
        ['geo_changes_pushed', watches.pushed],
      ],
    },
    {
      name: 'Keyspace',
      fields:
        table.size === 0 ? [] : [['db0', `keys=${table.size},expires=${table.expiringCount}`]],
    },
  ];
}
