import { geoLimits } from '../../../core/limits.ts';
import type { RemotePeer } from './remote-peer.ts';

/**
 * From whom a server gets everything that it lacks at its start: from one other server at a time. Each of them would send the
 * same.
 *
 * The first that begins is it, until it has told all. The others wait and are asked again: when it is lost, at once; when it has
 * told all, after a moment in which they hear what is known here, so that mostly nothing is left to tell.
 */
export class TransferSource {
  readonly #isReady: () => boolean;
  #source: RemotePeer | undefined;
  #heardMs = 0;
  /** Not before that are those who wait asked. */
  #releaseMs = 0;
  /** Those that wait because of it. */
  readonly #waiting: Set<RemotePeer> = new Set();

  /** `isReady`: whether this server has what it lacked. Then the differences to others are small, and it asks several. */
  constructor(isReady: () => boolean) {
    this.#isReady = isReady;
  }

  /** Whether `remote` may begin, or has to wait for another one. */
  admits(remote: RemotePeer, nowMs: number): boolean {
    const source = this.#current(nowMs);
    if (source === undefined || source === remote) return true;
    this.#waiting.add(remote);
    return false;
  }

  /** It begins. */
  onBegun(remote: RemotePeer, nowMs: number): void {
    this.#waiting.delete(remote);
    if (this.#isReady() || this.#current(nowMs) !== undefined) return;
    this.#source = remote;
    this.#heardMs = nowMs;
  }

  /** Something of the difference came from it; `isAll`: that was it. */
  onTold(remote: RemotePeer, isAll: boolean, nowMs: number): void {
    if (remote !== this.#source) return;
    this.#heardMs = nowMs;
    if (!isAll) return;
    this.#source = undefined;
    this.#releaseMs = nowMs + geoLimits.repairAskMs;
  }

  /** It gets what it lacks from somebody else itself. */
  onRefused(remote: RemotePeer): void {
    if (remote === this.#source) this.#source = undefined;
  }

  /** Those that waited and may begin now. */
  takeReleased(nowMs: number): RemotePeer[] {
    if (this.#waiting.size === 0 || this.#current(nowMs) !== undefined) return [];
    if (nowMs < this.#releaseMs) return [];
    const released = [...this.#waiting];
    this.#waiting.clear();
    return released;
  }

  #current(nowMs: number): RemotePeer | undefined {
    if (this.#source === undefined) return undefined;
    const isLost = this.#source.sync.isAway || this.#source.sync.isRefused;
    const isSilent = nowMs - this.#heardMs > geoLimits.repairSilenceMs;
    if (isLost || isSilent || this.#isReady()) this.#source = undefined;
    return this.#source;
  }
}
