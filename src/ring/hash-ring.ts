import { assert } from '../core/assert.ts';
import type { RingNode, RingView } from './ring-view.ts';

/**
 * Finds the owner of a hash: the node with the first virtual id at or after it, around the end to the lowest. Tribbler §4.2.
 *
 * It is the one rule for nodes and clients alike, so that all who have the same view, and take the same nodes for dead, agree.
 */
export class HashRing {
  readonly view: RingView;
  /** Virtual ids, ascending, and whose each is. */
  readonly #places: Uint32Array;
  readonly #owners: readonly RingNode[];

  constructor(view: RingView) {
    const places = view.nodes.flatMap((node) =>
      node.virtualIds.map((virtualId) => ({ virtualId, node })),
    );
    assert(places.length > 0, 'a ring has nodes, and they have virtual ids');
    places.sort((a, b) => a.virtualId - b.virtualId);
    this.view = view;
    this.#places = Uint32Array.from(places, ({ virtualId }) => virtualId);
    this.#owners = places.map(({ node }) => node);
  }

  /** The owner of a hash. */
  owner(hash: number): RingNode {
    return this.#at(this.#placeOf(hash));
  }

  /** The first node from the owner on, around the ring, that is not dead. Tribbler §4.3. Undefined: all are. */
  standIn(hash: number, isDead: (node: RingNode) => boolean): RingNode | undefined {
    const first = this.#placeOf(hash);
    for (let step = 0; step < this.#owners.length; step += 1) {
      const node = this.#at((first + step) % this.#owners.length);
      if (!isDead(node)) return node;
    }
    return undefined;
  }

  /** The index of the first virtual id at or after `hash`. */
  #placeOf(hash: number): number {
    const places = this.#places;
    let low = 0;
    let high = places.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((places[middle] ?? 0) < hash) low = middle + 1;
      else high = middle;
    }
    return low === places.length ? 0 : low;
  }

  #at(index: number): RingNode {
    const node = this.#owners[index];
    assert(node !== undefined, 'an index within the ring');
    return node;
  }
}
