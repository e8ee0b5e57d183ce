import { VersionVector } from '../../version-vector.ts';
import type { SyncPeer } from '../sync/sync-peer.ts';
import type { RemotePeer } from './remote-peer.ts';

/**
 * Whether a server has what the first other one that it met had at that moment, in all of its replicas. Before that, reads
 * would miss what the cluster has.
 */
export class Readiness {
  #isReady = false;
  readonly #onReady: () => void;
  /** What has to be known: what the first server that was met knew then. */
  #target: VersionVector | undefined;
  #keysThere = 0;

  constructor(onReady: () => void) {
    this.#onReady = onReady;
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  /** How many keys the server had that everything is got from; 0 if that is not known. */
  get keysThere(): number {
    return this.#keysThere;
  }

  /** A server that was met has so many keys. */
  onMet(keys: number): void {
    if (this.#target === undefined) this.#keysThere = keys;
  }

  /** Looks whether everything is here. `known`: what this server has; the query peers say themselves. */
  check(
    known: VersionVector,
    remotes: Iterable<RemotePeer>,
    queryPeers: readonly SyncPeer[],
  ): void {
    if (this.#isReady) return;
    this.#target ??= targetOf(remotes);
    const target = this.#target;
    if (target === undefined || !known.coversAll(target)) return;
    if (queryPeers.every(({ confirmed }) => confirmed.coversAll(target))) this.become();
  }

  become(): void {
    if (this.#isReady) return;
    this.#isReady = true;
    this.#onReady();
  }
}

function targetOf(remotes: Iterable<RemotePeer>): VersionVector | undefined {
  for (const { sync } of remotes) {
    if (!sync.isRefused && sync.hasSpoken) return new VersionVector(sync.confirmed.pairs());
  }
  return undefined;
}
