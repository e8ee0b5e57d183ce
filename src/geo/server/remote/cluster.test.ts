import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { ActorRef } from '../../../actor/actor-ref.ts';
import type { Log } from '../../../core/log.ts';
import type { SyncMessage } from '../sync/sync-message.ts';
import type { SyncNote } from '../sync/sync-note.ts';
import { SyncPeer } from '../sync/sync-peer.ts';
import { Cluster } from './cluster.ts';
import type { MemberCard } from './members.ts';

const silentLog: Log = {
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

function card(id: string, parts: Partial<MemberCard> = {}): MemberCard {
  return { id, incarnation: 1, at: `${id}:7000`, isVolatile: false, isRemoved: false, ...parts };
}

/** The cluster as the server `self` sees it, and what it gives to its journal. */
class Seen {
  readonly cluster: Cluster;
  /** Cards and the numbers under which they are to be kept, oldest first. */
  readonly given: { readonly ids: readonly string[]; readonly number: number }[] = [];

  constructor({ isVolatile = false, known = [] as readonly MemberCard[] } = {}) {
    this.cluster = new Cluster(
      {
        clusterId: 'cluster',
        self: card('self', { isVolatile }),
        clock: { wallMs: () => 0, monotonicMs: () => 0 },
        log: silentLog,
        newPeer: (ref) => new SyncPeer({ ref, feeds: [], isLocal: false }),
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

describe('a server that greets', () => {
  test('as a new member is heard when it is on the disk, and not before', () => {
    const seen = new Seen();
    const peer = seen.greet(card('new'));
    assert.deepEqual(seen.given.at(-1)?.ids, ['self', 'new']);
    assert.equal(peer.isRefused, true);
    seen.cluster.onMembersKept(seen.lastNumber - 1);
    assert.equal(peer.isRefused, true, 'what was given before is on the disk');
    seen.cluster.onMembersKept(seen.lastNumber);
    assert.equal(peer.isRefused, false);
    assert.ok(seen.cluster.remoteOf('new') !== undefined);
  });

  test('as a member that the disk has is heard at once, in whatever life', () => {
    const seen = new Seen({ known: [card('known')] });
    assert.equal(seen.greet(card('known', { incarnation: 5 })).isRefused, false);
  });

  test('is heard at once by one that keeps nothing', () => {
    assert.equal(new Seen({ isVolatile: true }).greet(card('new')).isRefused, false);
  });

  test('is heard in its present life only, if it began another one meanwhile', () => {
    const seen = new Seen();
    const before = seen.greet(card('new'));
    const after = seen.greet(card('new', { incarnation: 2, at: 'elsewhere:7000' }));
    seen.cluster.onMembersKept(seen.lastNumber);
    assert.equal(after.isRefused, false);
    assert.equal(seen.cluster.remoteOf('new')?.sync, after);
    assert.equal(before.isRefused, true);
  });

  test('with our own id is never heard', () => {
    const seen = new Seen();
    const twin = seen.greet(card('self', { at: 'copy:7000' }));
    seen.cluster.onMembersKept(1_000);
    assert.equal(twin.isRefused, true);
  });
});
