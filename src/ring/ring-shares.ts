import type { RingView } from './ring-view.ts';

const hashes = 2 ** 32;

/** Of all hashes, the share that each node owns, by its id: 0 to 1. Tribbler §4.2. */
export function ringShares({ nodes }: RingView): ReadonlyMap<string, number> {
  const places = nodes
    .flatMap(({ id, virtualIds }) => virtualIds.map((virtualId) => ({ id, virtualId })))
    .toSorted((a, b) => a.virtualId - b.virtualId);
  const shares = new Map(nodes.map(({ id }) => [id, 0]));
  // The first has also what is above the last: around the end.
  let before = (places.at(-1)?.virtualId ?? 0) - hashes;
  for (const { id, virtualId } of places) {
    shares.set(id, (shares.get(id) ?? 0) + (virtualId - before) / hashes);
    before = virtualId;
  }
  return shares;
}
