import type { Connection, HostPort, Network } from '../../src/core/network.ts';

/** A connection of somebody who is no system of ours, and what he hears. */
export class Raw {
  isClosed = false;
  text = '';
  onBytes: (bytes: Uint8Array) => void = () => {};
  readonly #connection: Connection;

  constructor(network: Network, to: HostPort) {
    this.#connection = network.connect(
      to,
      {},
      {
        onData: (bytes, start, end) => {
          const came = new Uint8Array(bytes.subarray(start, end));
          this.text += Buffer.from(came).toString('latin1');
          this.onBytes(came);
        },
        onClose: () => (this.isClosed = true),
      },
    );
  }

  send(bytes: Uint8Array): void {
    this.#connection.write(new Uint8Array(bytes));
  }

  stopReading(): void {
    this.#connection.pauseReading();
  }

  end(): void {
    this.#connection.end();
  }
}
