import type { InfoSection } from '../../resp/commands/server-facts.ts';
import type { Durability } from './ring-options.ts';
import { storageReport } from './storage-report.ts';
import type { Storage } from './storage/storage.ts';

/** What INFO tells of a node, in Redis's words where Redis has them. */
export function infoSections(
  storage: Storage,
  { durability, fault }: { readonly durability: Durability; readonly fault: string | undefined },
): readonly InfoSection[] {
  const report = storageReport(storage);
  const { counters } = report;
  return [
    { name: 'Memory', fields: [['used_memory_dataset', report.datasetBytes]] },
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
      name: 'Ring',
      fields: [
        ['ring_node', report.nodeId],
        ['ring_epoch', report.epoch],
        ['ring_nodes', storage.ownership.view?.nodes.length ?? 0],
        ['ring_leases', report.leases],
        ['ring_leased_keys', report.leasedKeys],
        ['ring_leases_granted', counters.leasesGranted],
        ['ring_leases_refused', counters.leasesRefused],
        ['ring_revocations', counters.revocations],
        ['ring_revocations_missed', counters.revocationsMissed],
        ['ring_writes_waiting', report.writesWaiting],
        ['ring_writes_waited', counters.writesWaited],
        ['ring_restart_wait_ms', report.restartWaitMs],
        ['ring_remembered_clients', report.rememberedClients],
        ['ring_retries', counters.retries],
      ],
    },
    {
      name: 'Keyspace',
      fields: report.keys === 0 ? [] : [['db0', `keys=${report.keys},expires=0`]],
    },
  ];
}
