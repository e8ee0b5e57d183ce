import type { Client } from '../../../resp/client.ts';
import type { Command } from '../../../resp/command.ts';
import { HashRing } from '../../hash-ring.ts';
import { partitionHash } from '../../partition.ts';
import { nodeName, type RingNode, type RingView } from '../../ring-view.ts';

/** What a node is to a key, for the client that asks. */
export type Role = 'owner' | 'stand-in' | 'none';

/**
 * Which keys are this node's: those it owns in the view, and for a client that takes others for dead those for which it
 * stands in. Tribbler §4.2, §4.3.
 */
export class Ownership {
  readonly #nodeId: string;
  #ring: HashRing | undefined;
  #self: RingNode | undefined;
  /** The ids of the nodes that a connection takes for dead. */
  readonly #dead: Map<Client, ReadonlySet<string>> = new Map();

  constructor(nodeId: string) {
    this.#nodeId = nodeId;
  }

  /** Undefined before the ring is complete. */
  get view(): RingView | undefined {
    return this.#ring?.view;
  }

  /** Every key is this node's. */
  get ownsAll(): boolean {
    return this.#ring !== undefined && this.#ring.view.nodes.length === 1;
  }

  setView(view: RingView): void {
    this.#ring = new HashRing(view);
    this.#self = view.nodes.find(({ id }) => id === this.#nodeId);
  }

  /** A client takes these nodes for dead, and no others. */
  walk(client: Client, nodeIds: readonly string[]): void {
    if (nodeIds.length === 0) this.#dead.delete(client);
    else {
      if (!this.#dead.has(client)) client.onClosed(() => this.#dead.delete(client));
      this.#dead.set(client, new Set(nodeIds));
    }
  }

  /** Requires: there is a view. */
  role(command: Command, index: number, client: Client): Role {
    const ring = this.#ring;
    if (ring === undefined) return 'none';
    const hash = partitionHash(command.bytes, command.start(index), command.end(index));
    if (ring.owner(hash) === this.#self) return 'owner';
    const dead = this.#dead.get(client);
    if (dead === undefined) return 'none';
    return ring.standIn(hash, ({ id }) => dead.has(id)) === this.#self ? 'stand-in' : 'none';
  }

  /** Answers a client that asks for a key that is not this node's. */
  refuse(command: Command, index: number, { reply }: Client): void {
    if (this.#ring === undefined) {
      reply.error('NOTREADY', 'the ring is not complete: ask again in a second');
      return;
    }
    const hash = partitionHash(command.bytes, command.start(index), command.end(index));
    reply.error('WRONGSERVER', `the key belongs to node ${nodeName(this.#ring.owner(hash))}`);
  }
}
