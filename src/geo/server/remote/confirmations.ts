import { VersionVector, type VectorPairs } from '../../version-vector.ts';

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
