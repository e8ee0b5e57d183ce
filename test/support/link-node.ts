import assert from 'node:assert/strict';
import { formatAddress } from '../../src/actor/address.ts';
import { Links } from '../../src/actor/remote/links.ts';
import type { LinksOptions } from '../../src/actor/remote/links-options.ts';
import { AtollError } from '../../src/core/errors.ts';
import type { Outside } from '../../src/core/outside.ts';
import { randomHex } from '../../src/core/random.ts';
import type { Simulation } from '../../src/sim/simulation.ts';

export const clusterSecret = 'a secret of the cluster';

export type LinkNodeOptions = Partial<Omit<LinksOptions, 'self' | 'outside'>> & {
  readonly threads?: number;
};

/** Links with somebody behind them who numbers the messages that he tells, and writes down what comes. */
export class LinkNode {
  links: Links | undefined;
  /** What came, by the address of the sender. Also of former lives of this node. */
  readonly received: Map<string, number[]> = new Map();
  /** How many, by the addresses of the sender and of this node: `from to`. */
  readonly receivedBy: Map<string, number> = new Map();
  /** The addresses that this node has had. */
  readonly lives: string[] = [];
  readonly lanes: Set<number> = new Set();
  readonly ups: string[] = [];
  readonly downs: string[] = [];
  readonly faults: string[] = [];
  /** Whether the next batch that comes is to be taken for one that cannot be read. */
  refuseNext = false;
  gaps = 0;
  /** By the addresses of the sender and of this node: `from to`. */
  readonly missingFrom: Map<string, number> = new Map();
  /** By the addresses of this node and of the receiver: `from to`. */
  readonly toldTo: Map<string, number> = new Map();
  readonly dropped: Map<string, number> = new Map();
  #told = 0;

  /** The present life's address. */
  get address(): string {
    return formatAddress(this.mustGetLinks().self);
  }

  get told(): number {
    return this.#told;
  }

  get droppedCount(): number {
    return [...this.dropped.values()].reduce((sum, count) => sum + count, 0);
  }

  get missing(): number {
    return [...this.missingFrom.values()].reduce((sum, count) => sum + count, 0);
  }

  get receivedCount(): number {
    return [...this.received.values()].reduce((sum, numbers) => sum + numbers.length, 0);
  }

  mustGetLinks(): Links {
    assert.ok(this.links !== undefined, 'the node has not started');
    return this.links;
  }

  from(address: string): number[] {
    return this.received.get(address) ?? [];
  }

  /** Tells `count` messages, numbered on, in one batch. */
  tell(to: string, count = 1, lane = 0): void {
    const batch = new Uint8Array(4 * count);
    const view = new DataView(batch.buffer);
    for (let index = 0; index < count; index += 1) {
      this.#told += 1;
      view.setUint32(4 * index, this.#told, true);
    }
    add(this.toldTo, `${this.address} ${to}`, count);
    const links = this.mustGetLinks();
    if (links.mayTake(to)) links.send(to, lane, batch, count);
    else links.drop(to, count);
    // Lent: whoever keeps it finds something else.
    batch.fill(0xdb);
  }

  async start(
    outside: Outside,
    host: string,
    port: number,
    options: LinkNodeOptions,
  ): Promise<void> {
    const { threads = 1, ...others } = options;
    const boot = randomHex(outside.random, 4);
    const links = new Links({
      self: { at: { host, port }, boot, threads },
      clusterId: 'test',
      outside,
      ...others,
    });
    await links.listen({ host, port });
    this.links = links;
    this.lives.push(this.address);
    links.start({
      onBatch: (lane, bytes, start, end, count, from) => {
        assert.equal(end - start, 4 * count);
        if (this.refuseNext) {
          this.refuseNext = false;
          throw new AtollError('FRAME_INVALID', 'a batch that cannot be read');
        }
        this.lanes.add(lane);
        const sender = formatAddress(from);
        let numbers = this.received.get(sender);
        if (numbers === undefined) this.received.set(sender, (numbers = []));
        add(this.receivedBy, `${sender} ${this.address}`, count);
        const view = new DataView(bytes.buffer, bytes.byteOffset + start, end - start);
        for (let at = 0; at < end - start; at += 4) numbers.push(view.getUint32(at, true));
      },
      onPeerUp: (peer) => this.ups.push(formatAddress(peer)),
      onPeerDown: (peer, fault) => this.downs.push(`${formatAddress(peer)} ${fault.message}`),
      onGap: (peer, missing) => {
        this.gaps += 1;
        add(this.missingFrom, `${formatAddress(peer)} ${this.address}`, missing);
      },
      onDropped: (_peer, count, reason) => add(this.dropped, reason, count),
      onFault: (fault) => this.faults.push(`${fault.code} ${fault.message}`),
    });
  }
}

/** A node of a simulation at port 7, which starts links whenever it starts, with what `options` say then. */
export function bootLinkNode(
  simulation: Simulation,
  name: string,
  options: LinkNodeOptions & { readonly members?: readonly string[] } = {},
): LinkNode {
  const node = new LinkNode();
  simulation.node(name).boot(async (outside) => {
    const { members = [], ...others } = options;
    await node.start(outside, name, 7, { secret: clusterSecret, ...others });
    for (const member of members) node.mustGetLinks().addMember({ host: member, port: 7 });
  });
  return node;
}

function add(sums: Map<string, number>, key: string, count: number): void {
  sums.set(key, (sums.get(key) ?? 0) + count);
}
