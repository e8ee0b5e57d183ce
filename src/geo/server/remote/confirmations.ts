import { geoLimits } from '../../../core/limits.ts';
import { VersionVector, type VectorPairs } from '../../version-vector.ts';
import type { Replica } from '../replica.ts';
import { Knowledge } from '../sync/knowledge.ts';
import type { SyncPeer } from '../sync/sync-peer.ts';
import type { Cluster } from './cluster.ts';

/** What every replica of the cluster has confirmed, as this server knows it; and who holds back tombstones. */
export class Confirmations {
  readonly #replica: Replica;
  readonly #told: Knowledge;
  readonly #confirmed: Knowledge = new Knowledge();
  #lookedMs: number = Number.NEGATIVE_INFINITY;

  /** `told`: what this server says of itself. */
  constructor(replica: Replica, told: Knowledge) {
    this.#replica = replica;
    this.#told = told;
  }

  cover(origin: string, sequence: number): boolean {
    return this.#confirmed.vector.covers(origin, sequence);
  }

  /** Works it out anew, if it is time, and tells the query actors. */
  look(cluster: Cluster, queryPeers: readonly SyncPeer[], nowMs: number): void {
    if (nowMs - this.#lookedMs < geoLimits.confirmedByAllMs) return;
    this.#lookedMs = nowMs;
    const news = this.#confirmed.raiseAll(
      confirmedByAll([
        this.#told.vector,
        ...queryPeers.map(({ confirmed }) => confirmed),
        ...cluster.others().map(({ id }) => cluster.vectorOf(id)),
      ]),
      nowMs,
    );
    const holders = this.holders(cluster);
    const { tombstoneHolders } = this.#replica;
    if (news.length === 0 && holders.join() === tombstoneHolders.join()) return;
    this.#replica.tombstoneHolders = holders;
    const pairs = [...this.#confirmed.vector.pairs()];
    for (const peer of queryPeers) peer.addNote({ kind: 'confirmed by all', pairs, holders });
  }

  /** Which servers have not confirmed the tombstone that was buried first: they hold back all of them. */
  holders(cluster: Cluster): string[] {
    const { table, origins } = this.#replica;
    const reference = table.firstTombstone();
    if (reference < 0) return [];
    const { origin, sequence } = this.#replica.versionOf(reference);
    const uid = origins.uid(origin);
    const holders = cluster
      .others()
      .filter(({ id }) => !cluster.vectorOf(id).covers(uid, sequence));
    return holders.map(({ id }) => id);
  }
}

/**
 * Up to which write of an origin every one of these replicas has everything: the least of what each says of itself. It is
 * what tombstones wait for.
 *
 * Only what a replica says itself counts. Somebody else's word for it could come by another way, ahead of old values that it
 * sent before it knew of the delete.
 */
export function confirmedByAll(replicas: readonly VersionVector[]): VectorPairs {
  const [first = new VersionVector(), ...others] = replicas;
  const pairs: (readonly [string, number])[] = [];
  for (const [origin, sequence] of first.pairs()) {
    let least = sequence;
    for (const other of others) least = Math.min(least, other.sequenceOf(origin));
    if (least > 0) pairs.push([origin, least]);
  }
  return pairs;
}
