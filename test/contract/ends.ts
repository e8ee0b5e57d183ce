import assert from 'node:assert/strict';
import type { AtollError } from '../../src/core/errors.ts';
import type {
  Connection,
  ConnectionEvents,
  ConnectOptions,
  HostPort,
  Listener,
  ListenOptions,
} from '../../src/core/network.ts';
import type { World } from './world.ts';

/** One end of a connection that remembers all that happened to it. */
export class End implements ConnectionEvents {
  readonly closed: Promise<AtollError | undefined>;
  readonly opened: Promise<void>;
  isOpen = false;
  closeCount = 0;
  drainCount = 0;
  callsAfterClose = 0;
  byteCount = 0;
  /** Called with everything that came, as copies; set it to look at them. */
  onBytes: (bytes: Uint8Array) => void = () => {};
  onDrained: () => void = () => {};
  #connection: Connection | undefined;
  #resolveOpened: () => void = () => {};
  #resolveClosed: (fault: AtollError | undefined) => void = () => {};
  readonly #received: Uint8Array[] = [];
  #isAwaited: { count: number; resolve: () => void } | undefined;

  constructor() {
    this.opened = new Promise((resolve) => (this.#resolveOpened = resolve));
    this.closed = new Promise((resolve) => (this.#resolveClosed = resolve));
  }

  get connection(): Connection {
    assert.ok(this.#connection !== undefined);
    return this.#connection;
  }

  attach(connection: Connection): this {
    this.#connection = connection;
    return this;
  }

  /** Everything that came so far. */
  get received(): Buffer {
    return Buffer.concat(this.#received);
  }

  /** Resolves when `count` bytes have come in all. */
  receives(count: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.byteCount >= count) resolve();
      else this.#isAwaited = { count, resolve };
    });
  }

  onOpen(): void {
    this.isOpen = true;
    this.#resolveOpened();
  }

  onData(bytes: Uint8Array, start: number, end: number): void {
    assert.ok(0 <= start && start < end && end <= bytes.length, `${start} … ${end}`);
    if (this.closeCount > 0) this.callsAfterClose++;
    const copy = Uint8Array.prototype.slice.call(bytes, start, end);
    this.#received.push(copy);
    this.byteCount += copy.length;
    this.onBytes(copy);
    const awaited = this.#isAwaited;
    if (awaited !== undefined && this.byteCount >= awaited.count) awaited.resolve();
  }

  onDrain(): void {
    if (this.closeCount > 0) this.callsAfterClose++;
    this.drainCount++;
    this.onDrained();
  }

  onClose(fault?: AtollError): void {
    this.closeCount++;
    this.#resolveClosed(fault);
  }
}

export interface Pair {
  readonly listener: Listener;
  readonly client: End;
  readonly server: End;
}

/** Listens on a free port; `accepted` are the ends of those who came, in order. */
export async function listen(
  world: World,
  options: ListenOptions = {},
  atAccept: (end: End) => void = () => {},
): Promise<{ listener: Listener; accepted: End[]; next: () => Promise<End> }> {
  const accepted: End[] = [];
  const waiting: ((end: End) => void)[] = [];
  let taken = 0;
  const at = { host: world.serverHost, port: 0 };
  const listener = await world.settle(
    world.server.network.listen(at, options, (connection) => {
      const end = new End().attach(connection);
      accepted.push(end);
      atAccept(end);
      waiting.shift()?.(end);
      return end;
    }),
  );
  const next = (): Promise<End> => {
    const end = accepted[taken++];
    return end === undefined
      ? new Promise((resolve) => waiting.push(resolve))
      : Promise.resolve(end);
  };
  return { listener, accepted, next };
}

export function dial(world: World, to: HostPort, options: ConnectOptions = {}): End {
  const end = new End();
  return end.attach(world.client.network.connect(to, options, end));
}

/** A connection, open at both ends. */
export async function connectPair(world: World, options: ListenOptions = {}): Promise<Pair> {
  const { listener, next } = await listen(world, options);
  const client = dial(world, listener.address);
  await world.settle(client.opened);
  const server = await world.settle(next());
  return { listener, client, server };
}

/** Ends everything, and sees that each end was told once. */
export async function finish(world: World, { listener, client, server }: Pair): Promise<void> {
  client.connection.destroy();
  server.connection.destroy();
  await world.settle(Promise.all([client.closed, server.closed, listener.close()]));
  for (const end of [client, server]) {
    assert.equal(end.closeCount, 1);
    assert.equal(end.callsAfterClose, 0);
  }
}

/** Writes until the connection takes no more; returns all that was written. */
export function writeUntilFull(connection: Connection, chunkBytes = 262_144): Buffer {
  const written: Buffer[] = [];
  for (let index = 0; index < 1_000; index++) {
    const chunk = Buffer.alloc(chunkBytes, index & 0xff);
    written.push(chunk);
    if (!connection.write(chunk) && connection.bufferedBytes > 0) return Buffer.concat(written);
  }
  assert.fail('the connection takes everything');
}
