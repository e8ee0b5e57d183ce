import type { ActorRef } from '../../../actor/actor-ref.ts';
import { geoLimits } from '../../../core/limits.ts';
import type { VectorPairs } from '../../version-vector.ts';
import type { ChangeStream } from '../sync/change-stream.ts';
import { Feed } from '../sync/feed.ts';
import type { SyncMessage } from '../sync/sync-message.ts';
import { SyncPeer } from '../sync/sync-peer.ts';

/** What came from clients of this server, and what came from other servers. */
export interface ServerStreams {
  readonly local: ChangeStream;
  readonly remote: ChangeStream;
}

/** A query actor of this server: it is told what other servers wrote, and knows what was known at the start. */
export function newQueryPeer(
  ref: ActorRef<SyncMessage>,
  { local, remote }: ServerStreams,
  known: VectorPairs,
): SyncPeer {
  const feed = new Feed({ name: 'remote', stream: remote });
  feed.startAt(0);
  const peer = new SyncPeer({ ref, feeds: [feed], keeps: local, isLocal: true });
  peer.confirmed.raiseAll(known);
  return peer;
}

/** Another server: it is told what clients of this one wrote, and what it should have heard from others. */
export function newServerPeer(
  ref: ActorRef<SyncMessage>,
  { local, remote }: ServerStreams,
): SyncPeer {
  const feeds = [
    new Feed({ name: 'local', stream: local }),
    new Feed({ name: 'remote', stream: remote, delayMs: geoLimits.syncRelayMs }),
  ];
  return new SyncPeer({ ref, feeds, keeps: remote, isLocal: false });
}
