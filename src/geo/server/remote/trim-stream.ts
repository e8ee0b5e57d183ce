import type { ChangeStream } from '../sync/change-stream.ts';
import type { SyncPeer } from '../sync/sync-peer.ts';
import type { Cluster } from './cluster.ts';

export interface TrimOptions {
  readonly queryPeers: readonly SyncPeer[];
  readonly cluster: Cluster;
  /** Whether the first other server was met, if there is one. */
  readonly isReady: boolean;
  /** So many changes are kept for servers that are away; beyond, the difference is looked for. */
  readonly heldMax: number;
}

/** Forgets the changes of a stream that everybody has. */
export function trimStream(stream: ChangeStream, options: TrimOptions): void {
  const { queryPeers, heldMax } = options;
  let neededBehind = stream.last;
  for (const { feeds } of queryPeers) {
    for (const feed of feeds) {
      if (feed.stream === stream) neededBehind = Math.min(neededBehind, feed.neededBehind);
    }
  }
  const forServers = Math.max(stream.last - heldMax, neededByServers(stream, options));
  stream.trim(Math.min(neededBehind, forServers));
}

function neededByServers(stream: ChangeStream, { cluster, isReady }: TrimOptions): number {
  // Whom it is about to meet lacks all of it: what clients wrote before that would wait until the difference is found.
  if (!isReady) return 0;
  let neededBehind = stream.last;
  for (const { sync } of cluster.remotes) {
    const feed = sync.feeds.find((each) => each.stream === stream);
    if (feed !== undefined) neededBehind = Math.min(neededBehind, feed.neededBehind);
  }
  const isAnyUnmet = cluster.others().some(({ id }) => cluster.remoteOf(id) === undefined);
  return isAnyUnmet ? 0 : neededBehind;
}
