import { assert } from '../../core/assert.ts';
import type { HostPort } from '../../core/network.ts';
import type { Router } from './router.ts';

/**
 * Sends calls to each address in turn: spreads load evenly over the query actors of one server. Knows
 * nothing of distance or failure; `NearestRouter` does.
 */
export class RoundRobinRouter implements Router {
  readonly #addresses: readonly HostPort[];
  #next = 0;

  /** Requires: at least one address. */
  constructor(addresses: readonly HostPort[]) {
    assert(addresses.length > 0, 'a router needs an address');
    this.#addresses = [...addresses];
  }

  nextAddr(): HostPort {
    const address = this.#addresses[this.#next];
    assert(address !== undefined, 'the turn is always at an address');
    this.#next = (this.#next + 1) % this.#addresses.length;
    return address;
  }
}
