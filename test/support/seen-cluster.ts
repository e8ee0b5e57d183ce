import assert from 'node:assert/strict';

import { ActorRef } from '../../src/actor/actor-ref.ts';
import type { Log } from '../../src/core/log.ts';
import { Cluster } from '../../src/geo/server/remote/cluster.ts';
import type { MemberCard } from '../../src/geo/server/remote/members.ts';
import { Feed } from '../../src/geo/server/sync/feed.ts';
import type { ChangeStream } from '../../src/geo/server/sync/change-stream.ts';
import type { SyncMessage } from '../../src/geo/server/sync/sync-message.ts';
import type { SyncNote } from '../../src/geo/server/sync/sync-note.ts';
import { SyncPeer } from '../../src/geo/server/sync/sync-peer.ts';

const silentLog: Log = {
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** The card of a server; what is given is put in its place. */
export function card(id: string, parts: Partial<MemberCard> = {}): MemberCard {
  return { id, incarnation: 1, at: `${id}:7000`, isVolatile: false, isRemoved: false, ...parts };
}

interface SeenOptions {
  readonly isVolatile?: boolean;
  /** Members that the disk has. */
  readonly known?: readonly MemberCard[];
  /** What other servers are told. */
  readonly streams?: readonly ChangeStream[];
}

/** The cluster as the server `self` sees it, and what it gives to its journal. */
export class SeenCluster {
  readonly cluster: Cluster;
  /** Cards and the numbers under which they are to be kept, oldest first. */
  readonly given: { readonly ids: readonly string[]; readonly number: number }[] = [];

  constructor({ isVolatile = false, known = [], streams = [] }: SeenOptions = {}) {
    this.cluster = new Cluster(
      {
        clusterId: 'cluster',
        self: card('self', { isVolatile }),
        clock: { wallMs: () => 0, monotonicMs: () => 0 },
        log: silentLog,
        newPeer: (ref) => {
          const feeds = streams.map((stream) => new Feed({ name: 'local', stream }));
          return new SyncPeer({ ref, feeds, isLocal: false });
        },
        onGone: () => undefined,
        keys: () => 0,
        onMet: () => undefined,
        onMembers: (cards, number) => {
          this.given.push({ ids: cards.map(({ id }) => id), number });
        },
        dial: () => undefined,
        onRemoved: () => undefined,
      },
      known,
    );
  }

  /** A server says who it is. */
  greet(self: MemberCard): SyncPeer {
    const peer = this.cluster.meet(new ActorRef<SyncMessage>(`${self.at}#boot.1`, 4));
    const remote = this.cluster.findRemote(peer);
    assert.ok(remote !== undefined);
    const note: SyncNote = {
      kind: 'greeting',
      clusterId: 'cluster',
      self,
      members: [],
      keys: 0,
      hearsYou: true,
    };
    this.cluster.onGreeting(remote, note);
    return peer;
  }

  get lastNumber(): number {
    return this.given.at(-1)?.number ?? 0;
  }
}
