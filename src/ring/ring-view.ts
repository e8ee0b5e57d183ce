import { formatHostPort, type HostPort } from '../core/network.ts';

/** One storage actor of the ring. */
export interface RingNode {
  /** 16 hexadecimal digits, kept with its data. */
  readonly id: string;
  /** Where clients reach it. */
  readonly at: HostPort;
  /** Its places on the ring: 0 to 2³² − 1, ascending, at least one. Tribbler §4.2. */
  readonly virtualIds: readonly number[];
}

/** The ring as all have it once it is complete. */
export interface RingView {
  /** Rises whenever a node has another address. */
  readonly epoch: number;
  /** In the order of their ids; no two nodes have a virtual id in common. */
  readonly nodes: readonly RingNode[];
}

/** Whether two views agree on which hashes belong together at one node, wherever it is and whatever its id. */
export function hasSameArcs(one: RingView, other: RingView): boolean {
  const arcsOf = ({ nodes }: RingView): string =>
    nodes
      .map(({ virtualIds }) => virtualIds.join())
      .toSorted()
      .join(' ');
  return arcsOf(one) === arcsOf(other);
}

/** A node, for messages to people. */
export function nodeName({ id, at }: RingNode): string {
  return `${id} at ${formatHostPort(at)}`;
}
