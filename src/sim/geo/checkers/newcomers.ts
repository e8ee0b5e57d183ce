import type { Evidence, ReplicaEntry } from '../evidence.ts';
import { lifeName, writeName } from './write-index.ts';

/**
 * Which writes a server took before it had what the others had that it was to join.
 *
 * A tombstone goes when all members have it. Nobody could ask a server that nobody had met: a write that it took with an older
 * stamp, which it may do since a store that is cut off answers as well as any, comes after the tombstone is forgotten and is
 * news. So a key may go back by such a write, and by no other.
 */
export class Newcomers {
  readonly #writes: Set<string> = new Set();

  constructor({ changes, lives }: Evidence) {
    const joinedMs = new Map(
      lives.map(({ server, number, joinedMs: ms }) => [`${server} ${number}`, ms]),
    );
    for (const { how, replica, life, atMs, entry } of changes) {
      if (how !== 'written') continue;
      if (atMs < (joinedMs.get(lifeName(replica, life)) ?? 0)) this.#writes.add(writeName(entry));
    }
  }

  wrote(entry: ReplicaEntry): boolean {
    return this.#writes.has(writeName(entry));
  }
}
