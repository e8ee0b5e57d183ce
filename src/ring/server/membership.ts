import { ringLimits } from '../../core/limits.ts';
import { formatHostPort } from '../../core/network.ts';
import { nodeName, type RingNode, type RingView } from '../ring-view.ts';

/** What a server tells when it registers. */
export interface Registrant {
  /** Of the view that it has; 0: it has none. */
  readonly epoch: number;
  /** All its nodes. */
  readonly nodes: readonly RingNode[];
}

export type RegisterAnswer =
  /** `hasReturned`: an earlier life of the server was in the ring, and may have granted leases. */
  | { readonly kind: 'complete'; readonly view: RingView; readonly hasReturned: boolean }
  /** Servers are missing: it is to ask again. */
  | { readonly kind: 'not ready'; readonly message: string }
  /** It cannot be in the ring, and asking again will not change that. */
  | { readonly kind: 'refused'; readonly message: string };

export interface MembershipOptions {
  /** How many servers a ring needs to be complete. */
  readonly serverCount: number;
  /** The view that was kept with the data; undefined: there was none, or it is lost. */
  readonly kept: RingView | undefined;
}

/**
 * What the coordinator knows of the ring: who has registered until all are there, and who is where from then on. Tribbler §4.1.
 *
 * A complete ring has the same virtual ids for ever, since data does not move; only where its nodes are may change, and then the
 * epoch rises. A coordinator that keeps nothing and starts again has an empty membership like at the very beginning, and needs
 * all servers to say who they are; from those that have a view it knows which of the two it is.
 */
export class Membership {
  readonly #serverCount: number;
  #view: RingView | undefined;
  /** The servers of a ring that is not complete. */
  #joined: readonly Registrant[] = [];
  /** Nodes, by id, of a ring that was never complete before and that nobody told that it is: they never granted a lease. */
  readonly #untold: Set<string> = new Set();

  constructor({ serverCount, kept }: MembershipOptions) {
    this.#serverCount = serverCount;
    this.#view = kept;
  }

  /** Undefined while servers are missing. */
  get view(): RingView | undefined {
    return this.#view;
  }

  register(registrant: Registrant): RegisterAnswer {
    const fault = faultOf(registrant.nodes);
    if (fault !== undefined) return refused(fault);
    return this.#view === undefined ? this.#join(registrant) : this.#return(registrant, this.#view);
  }

  #join(registrant: Registrant): RegisterAnswer {
    // Who has the id or the address of a server that has registered is that server, started again.
    const others = this.#joined.filter(({ nodes }) => !nodes.some(isSameNode(registrant.nodes)));
    const nodes = others.flatMap((other) => other.nodes);
    const clash = clashOf(registrant.nodes, nodes);
    if (clash !== undefined) return refused(clash);
    if (nodes.length + registrant.nodes.length > ringLimits.nodesMax) {
      return refused(`a ring has at most ${ringLimits.nodesMax} nodes`);
    }
    this.#joined = [...others, registrant];
    const { length } = this.#joined;
    if (length < this.#serverCount) {
      const message = `${length} of ${this.#serverCount} servers have registered`;
      return { kind: 'not ready', message };
    }
    const view = this.#complete();
    return this.#return(registrant, view);
  }

  #complete(): RingView {
    const epoch = Math.max(...this.#joined.map((each) => each.epoch));
    const nodes = this.#joined.flatMap((each) => each.nodes);
    if (epoch === 0) for (const { id } of nodes) this.#untold.add(id);
    this.#joined = [];
    return this.#setView(epoch + 1, nodes);
  }

  #return({ epoch, nodes }: Registrant, view: RingView): RegisterAnswer {
    const known: RingNode[] = [];
    for (const node of nodes) {
      const found = find(view, node);
      if (found === undefined) {
        return refused(clashOf([node], view.nodes) ?? strangerMessage(node, view));
      }
      if (found.virtualIds.join() !== node.virtualIds.join()) {
        return refused(
          `node ${nodeName(node)} has other virtual ids than those it was in the ring with`,
        );
      }
      known.push(found);
    }
    const wasTold = known.some(({ id }) => !this.#untold.has(id));
    for (const { id } of known) this.#untold.delete(id);
    const hasMoved = known.some((before, i) => !isSame(before, nodes[i]));
    let current = view;
    if (hasMoved || epoch > view.epoch) {
      const others = view.nodes.filter((node) => !known.includes(node));
      current = this.#setView(Math.max(epoch, view.epoch) + 1, [...others, ...nodes]);
    }
    return { kind: 'complete', view: current, hasReturned: epoch === 0 && wasTold };
  }

  #setView(epoch: number, nodes: readonly RingNode[]): RingView {
    this.#view = { epoch, nodes: nodes.toSorted((a, b) => (a.id < b.id ? -1 : 1)) };
    return this.#view;
  }
}

/** The node of the ring that `node` is: by its id, or, if it kept none, by its address and its virtual ids. */
function find({ nodes }: RingView, node: RingNode): RingNode | undefined {
  const { id, at, virtualIds } = node;
  const name = formatHostPort(at);
  return (
    nodes.find((other) => other.id === id) ??
    nodes.find(
      (other) => formatHostPort(other.at) === name && other.virtualIds.join() === virtualIds.join(),
    )
  );
}

function isSame(before: RingNode, node: RingNode | undefined): boolean {
  if (node === undefined) return false;
  return before.id === node.id && formatHostPort(before.at) === formatHostPort(node.at);
}

/** Whether a node has the id or the address of one of `nodes`. */
function isSameNode(nodes: readonly RingNode[]): (node: RingNode) => boolean {
  return ({ id, at }) => {
    const name = formatHostPort(at);
    return nodes.some((other) => other.id === id || formatHostPort(other.at) === name);
  };
}

/** What is wrong with the nodes of one server by themselves. */
function faultOf(nodes: readonly RingNode[]): string | undefined {
  if (nodes.length === 0) return 'a server has at least one node';
  for (const [i, node] of nodes.entries()) {
    const { length } = node.virtualIds;
    if (length === 0 || length > ringLimits.virtualIdsMax) {
      return `node ${nodeName(node)} has ${length} virtual ids: expected 1 to ${ringLimits.virtualIdsMax}`;
    }
    const earlier = nodes.slice(0, i);
    const isTwice = earlier.some(isSameNode([node]));
    if (isTwice) return `node ${nodeName(node)} is there twice, by its id or its address`;
    const clash = clashOf([node], earlier);
    if (clash !== undefined) return clash;
  }
  return undefined;
}

/** A virtual id of one of `nodes` that one of `others` has, in words. */
function clashOf(nodes: readonly RingNode[], others: readonly RingNode[]): string | undefined {
  const owners = new Map<number, RingNode>();
  for (const other of others) for (const id of other.virtualIds) owners.set(id, other);
  for (const node of nodes) {
    for (const virtualId of node.virtualIds) {
      const owner = owners.get(virtualId);
      if (owner === undefined) continue;
      return `virtual id ${virtualId} of node ${nodeName(node)} is taken by node ${nodeName(owner)}`;
    }
  }
  return undefined;
}

function strangerMessage(node: RingNode, { nodes }: RingView): string {
  const count = nodes.length === 1 ? 'its one node' : `its ${nodes.length} nodes`;
  return `node ${nodeName(node)} is not of this ring, which is complete with ${count}: rings do not grow`;
}

function refused(message: string): RegisterAnswer {
  return { kind: 'refused', message };
}
