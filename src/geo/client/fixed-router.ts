import type { HostPort } from '../../core/network.ts';
import type { Router } from './router.ts';

/** Sends every call to one address. */
export class FixedRouter implements Router {
  readonly #address: HostPort;

  constructor(address: HostPort) {
    this.#address = address;
  }

  nextAddr(): HostPort {
    return this.#address;
  }
}
