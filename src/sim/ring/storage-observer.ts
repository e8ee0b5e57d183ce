import type { Client } from '../../resp/client.ts';
import type { Storage } from '../../ring/server/storage/storage.ts';
import type { ItemList } from '../../ring/server/storage/item-list.ts';
import type { Once, Write, WriteReply } from '../../ring/server/storage/write.ts';
import type { What } from './evidence.ts';

export interface StorageObserverOptions {
  readonly storage: Storage;
  readonly leasesMax: number;
  readonly leasesPerClientMax: number;
  /** Whether the node owns a key. */
  readonly isOwner: (key: string) => boolean;
  readonly onEvent: (key: string, what: What) => void;
}

/**
 * Watches the storage of one node: every lease, every write that waits, every change, at the moment at which it happens.
 * What clients see cannot tell why a write was late, or that a stale copy was there which nobody happened to use.
 *
 * Methods are replaced, on this one storage, by ones that also tell.
 */
export class StorageObserver {
  readonly #options: StorageObserverOptions;
  readonly #storage: Storage;
  /** Who sent each numbered write last. */
  readonly #clientOf: Map<string, string> = new Map();

  constructor(options: StorageObserverOptions) {
    this.#options = options;
    this.#storage = options.storage;
    this.#observeLeases();
    this.#observeEnds();
    this.#observeWaiting();
    this.#observeChanges();
    this.#observeRequests();
  }

  /** What a key leads to now: its value, its items, or nothing. */
  content(key: string): string | readonly string[] | undefined {
    const entry = this.#storage.table.get(key);
    return entry === undefined || typeof entry === 'string' ? entry : itemsOf(entry);
  }

  #observeLeases(): void {
    const storage = this.#storage;
    const { leasesMax, leasesPerClientMax, onEvent } = this.#options;
    const { keeper } = storage;
    const grant = keeper.grant.bind(keeper);
    keeper.grant = (key, client) => {
      const wasWaiting = storage.keeper.waiting.has(key);
      const lease = grant(key, client);
      const leases = storage.keeper.leases.size;
      const leasesOfClient = storage.keeper.leases.countOf(client);
      const name = clientName(client);
      if (lease === undefined) {
        const isBound = leases >= leasesMax || leasesOfClient >= leasesPerClientMax;
        const otherwise = isBound ? 'bound' : 'other';
        const because = wasWaiting ? 'waiting' : otherwise;
        onEvent(key, { kind: 'refused', client: name, because });
      } else {
        const { id: leaseId } = lease;
        onEvent(key, {
          kind: 'granted',
          client: name,
          leaseId,
          wasWaiting,
          leases,
          leasesOfClient,
        });
      }
      return lease;
    };
    const forHolders = storage.keeper.leases.forHolders.bind(storage.keeper.leases);
    storage.keeper.leases.forHolders = (key, visit) => {
      forHolders(key, (lease) => {
        if (storage.keeper.waiting.has(key)) {
          const client = clientName(lease.holder);
          onEvent(key, { kind: 'revoked', client, leaseId: lease.id });
        }
        visit(lease);
      });
    };
  }

  #observeEnds(): void {
    const storage = this.#storage;
    const { onEvent } = this.#options;
    const revoked = storage.keeper.revoked.bind(storage.keeper);
    storage.keeper.revoked = (key, leaseId, client) => {
      const isHeld = storage.keeper.leases.find(key, client)?.id === leaseId;
      if (isHeld) onEvent(key, { kind: 'given back', client: clientName(client), leaseId });
      return revoked(key, leaseId, client);
    };
    const takeOver = storage.keeper.leases.takeOver.bind(storage.keeper.leases);
    storage.keeper.leases.takeOver = (nowMs) => {
      const over = takeOver(nowMs);
      if (over !== undefined && storage.keeper.waiting.has(over.key)) {
        const client = clientName(over.holder);
        onEvent(over.key, { kind: 'missed', client, leaseId: over.id });
      }
      return over;
    };
  }

  #observeWaiting(): void {
    const storage = this.#storage;
    const { waiting } = storage.keeper;
    const { onEvent } = this.#options;
    const add = waiting.add.bind(waiting);
    waiting.add = (write) => {
      const { key } = write.write;
      const request = write.once === undefined ? undefined : requestName(write.once);
      onEvent(key, { kind: 'waits', because: this.#whyWaiting(write.write), request });
      add(write);
    };
    const take = waiting.take.bind(waiting);
    waiting.take = (key) => {
      const sinceMs = waiting.get(key)?.sinceMs;
      const writes = take(key);
      if (sinceMs !== undefined) onEvent(key, { kind: 'settled', sinceMs, writes: writes.length });
      return writes;
    };
  }

  #whyWaiting({ key }: Write): Extract<What, { kind: 'waits' }>['because'] {
    const storage = this.#storage;
    if (storage.keeper.waiting.has(key)) return 'writes';
    if (storage.keeper.leases.isHeld(key)) return 'holders';
    return storage.keeper.graceMs > 0 ? 'restart' : 'nothing';
  }

  #observeChanges(): void {
    const storage = this.#storage;
    const tell = (key: string, reply: WriteReply): WriteReply => {
      const { isOwner, onEvent } = this.#options;
      if (isEffect(reply)) onEvent(key, { kind: 'applied', isOwner: isOwner(key) });
      return reply;
    };
    const set = storage.set.bind(storage);
    storage.set = (key, value, once) => tell(key, set(key, value, once));
    const remove = storage.remove.bind(storage);
    storage.remove = (key, item, once) => tell(key, remove(key, item, once));
    const setNow = storage.setNow.bind(storage);
    storage.setNow = (command) => tell(command.latin1(1), setNow(command));
    const appendNow = storage.appendNow.bind(storage);
    storage.appendNow = (command) => tell(command.latin1(1), appendNow(command));
    const append = storage.append.bind(storage);
    storage.append = (key, item, once) => tell(key, append(key, item, once));
    const deleteKey = storage.delete.bind(storage);
    storage.delete = (key, once) => tell(key, deleteKey(key, once));
  }

  #observeRequests(): void {
    const storage = this.#storage;
    const { onEvent } = this.#options;
    const add = storage.applied.add.bind(storage.applied);
    storage.applied.add = (once, reply) => {
      if (isEffect(reply)) {
        const request = requestName(once);
        onEvent('', { kind: 'done', request, client: this.#clientOf.get(request) ?? '' });
      }
      add(once, reply);
    };
    const writeOnce = storage.writeOnce.bind(storage);
    storage.writeOnce = (once, write, waiter) => {
      const { retries } = storage.counters;
      const request = requestName(once);
      this.#clientOf.set(request, clientName(waiter.client));
      if (storage.keeper.waiting.findRequest(once) !== undefined) {
        onEvent(write.key, { kind: 'joined', request });
      }
      const outcome = writeOnce(once, write, waiter);
      if (storage.counters.retries > retries) onEvent(write.key, { kind: 'repeated', request });
      return outcome;
    };
  }
}

function isEffect(reply: WriteReply): boolean {
  return reply === 'ok' || reply === 1;
}

function requestName({ client, sequence }: Once): string {
  return `${client} ${sequence}`;
}

/** Each client of a simulation has a host of its own. */
function clientName({ remote }: Client): string {
  return remote.slice(0, remote.lastIndexOf(':'));
}

function itemsOf(list: ItemList): readonly string[] {
  const items: string[] = [];
  list.forRange(0, list.size, (item) => items.push(item));
  return items;
}
