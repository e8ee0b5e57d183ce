import { mustParseHostPort } from '../core/network.ts';
import type { Timers } from '../core/timers.ts';
import type { GatewayLinks } from './gateway.ts';
import type { MemberStatus } from './remote/links-options.ts';
import type { SystemLinks } from './system-links.ts';

/**
 * What one gateway sees of the links. Each gateway has a view of its own, so that none takes the other's news.
 *
 * Links come up whenever they like: before the gateway was started, or while it starts. So who begins to listen is
 * told what is up already, in a microtask, which reads the state as it is then; what comes up
 * before that is in it, and is not told twice.
 */
export class LinksView implements GatewayLinks {
  onPeerDown: ((address: string) => void) | undefined = undefined;
  readonly #links: SystemLinks;
  readonly #timers: Timers;
  #onPeerUp: ((address: string) => void) | undefined = undefined;
  #isCatchingUp = false;

  constructor(links: SystemLinks, timers: Timers) {
    this.#links = links;
    this.#timers = timers;
  }

  get onPeerUp(): ((address: string) => void) | undefined {
    return this.#onPeerUp;
  }

  set onPeerUp(listener: ((address: string) => void) | undefined) {
    this.#onPeerUp = listener;
    if (this.#isCatchingUp) return;
    this.#isCatchingUp = true;
    this.#timers.microtask(() => this.#catchUp());
  }

  addMember(hostPort: string): void {
    this.#links.addMember(mustParseHostPort(hostPort));
  }

  removeMember(hostPort: string): void {
    this.#links.removeMember(mustParseHostPort(hostPort));
  }

  members(): readonly MemberStatus[] {
    return this.#links.members();
  }

  /** Messages to this life of a system pass from now on. */
  tellUp(address: string): void {
    if (!this.#isCatchingUp) this.#onPeerUp?.(address);
  }

  /** They do not any more. */
  tellDown(address: string): void {
    this.onPeerDown?.(address);
  }

  /** Tells nothing any more. */
  close(): void {
    this.#onPeerUp = undefined;
    this.onPeerDown = undefined;
  }

  #catchUp(): void {
    this.#isCatchingUp = false;
    for (const { state, address } of this.#links.members()) {
      if (state === 'up' && address !== undefined) this.#onPeerUp?.(address);
    }
  }
}
