import type { HostPort } from '../../src/core/network.ts';
import type { Outside } from '../../src/core/outside.ts';
import type { RingView } from '../../src/ring/ring-view.ts';
import { bulk, CommandServer, nilReply, okReply, type CommandPeer } from './command-server.ts';

type Content = string | Set<string>;

const wrongType = '-WRONGTYPE the other kind\r\n';

/**
 * A node of a ring for tests of its clients: a write of a leased key waits until all other holders have answered,
 * however long that takes. What a test wants otherwise it says with `onCommand`.
 */
export class SmallRingNode extends CommandServer {
  /** Answers a command in the test's way: returns true. */
  override: (peer: CommandPeer, words: readonly string[]) => boolean = () => false;
  leaseMs = 10_000;
  readonly #view: RingView;
  readonly #contents: Map<string, Content> = new Map();
  readonly #waiting: Map<string, (() => void)[]> = new Map();
  readonly #leases: Map<string, Map<CommandPeer, number>> = new Map();
  #lastLeaseId = 0;

  constructor(view: RingView) {
    super();
    this.#view = view;
  }

  start(outside: Outside, at: HostPort): Promise<void> {
    return this.listen(outside, at, (peer, _, command) => {
      // A character for each byte, as they are sent.
      const words = command.map((word) => Buffer.from(word).toString('latin1'));
      if (!this.override(peer, words)) peer.send(this.reply(peer, words));
    });
  }

  /** How often a command came. */
  count(name: string): number {
    return this.commands.filter(([word]) => word === name).length;
  }

  /** Executes a command. */
  reply(peer: CommandPeer, words: readonly string[]): string {
    const [name, key = '', ...rest] = words;
    switch (name) {
      case 'RING':
        return key === 'SERVERS' ? viewReply(this.#view) : okReply;
      case 'ONCE':
        return this.#once(peer, Number(rest[1]), rest.slice(3));
      case 'GETLEASE':
        return this.#leased(peer, key, this.#get(key));
      case 'LRANGELEASE':
        return this.#leased(peer, key, this.#range(key, Number(rest[0])));
      case 'REVOKED':
        return this.#revoked(peer, key) ? ':1\r\n' : ':0\r\n';
      case 'GET':
        return this.#get(key);
      case 'LRANGE':
        return this.#range(key, Number(rest[0]));
      case 'PING':
        return '+PONG\r\n';
      default:
        return this.#write(name ?? '', key, rest);
    }
  }

  #get(key: string): string {
    const content = this.#contents.get(key);
    if (content === undefined) return nilReply;
    return typeof content === 'string' ? bulk(content) : wrongType;
  }

  #range(key: string, start: number): string {
    const content = this.#contents.get(key) ?? new Set();
    if (typeof content === 'string') return wrongType;
    const items = [...content].slice(start);
    return `*${items.length}\r\n${items.map((item) => bulk(item)).join('')}`;
  }

  #leased(peer: CommandPeer, key: string, content: string): string {
    if (content.startsWith('-')) return content;
    if (this.#waiting.has(key)) return `*3\r\n${content}:0\r\n:0\r\n`;
    this.#lastLeaseId += 1;
    const holders = this.#leases.get(key) ?? new Map<CommandPeer, number>();
    this.#leases.set(key, holders.set(peer, this.#lastLeaseId));
    return `*3\r\n${content}:${this.#lastLeaseId}\r\n:${this.leaseMs}\r\n`;
  }

  #once(peer: CommandPeer, sequence: number, words: readonly string[]): string {
    const key = words[1] ?? '';
    const holders = this.#leases.get(key);
    holders?.delete(peer);
    const waiting = this.#waiting.get(key);
    if (waiting === undefined && (holders?.size ?? 0) === 0) return this.reply(peer, words);
    const apply = (): void => peer.send(appliedPush(sequence, this.reply(peer, words)));
    if (waiting === undefined) {
      this.#waiting.set(key, [apply]);
      for (const [holder, id] of holders ?? []) holder.send(revokePush(key, id, this.#view.epoch));
    } else waiting.push(apply);
    return '+WAITING\r\n';
  }

  #revoked(peer: CommandPeer, key: string): boolean {
    const holders = this.#leases.get(key);
    const isOver = holders?.delete(peer) === true;
    if (holders?.size === 0) {
      const waiting = this.#waiting.get(key) ?? [];
      this.#waiting.delete(key);
      for (const apply of waiting) apply();
    }
    return isOver;
  }

  #write(name: string, key: string, [item = '', option]: readonly string[]): string {
    const content = this.#contents.get(key);
    if (name === 'SET' && option === 'NX' && content !== undefined) return nilReply;
    if (name === 'SET') {
      if (content instanceof Set) return wrongType;
      this.#contents.set(key, item);
      return okReply;
    }
    if (name === 'DEL') return this.#contents.delete(key) ? ':1\r\n' : ':0\r\n';
    if (typeof content === 'string') return wrongType;
    const items = content ?? new Set<string>();
    const { size } = items;
    if (name === 'LADD') items.add(item);
    else items.delete(item);
    if (items.size === 0) this.#contents.delete(key);
    else this.#contents.set(key, items);
    return items.size === size ? ':0\r\n' : ':1\r\n';
  }
}

export function revokePush(key: string, leaseId: number, epoch: number): string {
  return `>4\r\n${bulk('revoke')}${bulk(key)}:${leaseId}\r\n:${epoch}\r\n`;
}

export function appliedPush(sequence: number, reply: string): string {
  return `>3\r\n${bulk('applied')}:${sequence}\r\n${reply}`;
}

export function viewReply({ epoch, nodes }: RingView): string {
  const texts = nodes.map(({ id, at, virtualIds }) => {
    const ids = virtualIds.map((virtualId) => `:${virtualId}\r\n`).join('');
    return `*4\r\n${bulk(id)}${bulk(at.host)}:${at.port}\r\n*${virtualIds.length}\r\n${ids}`;
  });
  return `*2\r\n:${epoch}\r\n*${nodes.length}\r\n${texts.join('')}`;
}
