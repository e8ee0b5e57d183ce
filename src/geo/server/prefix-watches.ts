import { serverLimits } from '../../core/limits.ts';
import type { Client } from '../../resp/client.ts';
import type { Reply } from '../../resp/reply.ts';

/** Writes key, or key and value, of a change: the last elements of its push. */
type WriteChange = (reply: Reply) => void;

/**
 * Who is told of changes under which prefix.
 *
 * Asking every watch whether its prefix fits would make a write as dear as there are watches. Prefixes are
 * found by looking up the beginnings of the key instead, one look-up for each length that any
 * prefix has, so that a thousand players who watch a room each cost what one costs.
 *
 * Prefixes and keys are strings of bytes here. Pushes go into the client's own output, which is bounded:
 * who does not read them is closed, and nothing waits here.
 */
export class PrefixWatches {
  readonly #clientsByPrefix: Map<string, Set<Client>> = new Map();
  readonly #prefixesByClient: Map<Client, Set<string>> = new Map();
  /** How many prefixes have each length, in ascending order of lengths. */
  #lengths: { length: number; count: number }[] = [];
  /** Changes told, one for each client that was told. */
  pushed = 0;

  get isEmpty(): boolean {
    return this.#lengths.length === 0;
  }

  /** How many clients watch something. */
  get clientCount(): number {
    return this.#prefixesByClient.size;
  }

  /** The prefixes that `client` watches, in the order in which it began to. */
  prefixesOf(client: Client): readonly string[] {
    return [...(this.#prefixesByClient.get(client) ?? [])];
  }

  /** Begins to tell `client`; false: it watches as many prefixes as it may. Again is no error. */
  add(client: Client, prefix: string): boolean {
    const prefixes = this.#prefixesByClient.get(client) ?? this.#begin(client);
    if (prefixes.has(prefix)) return true;
    if (prefixes.size >= serverLimits.watchedPrefixesMax) return false;
    prefixes.add(prefix);
    client.isListening = true;
    const clients = this.#clientsByPrefix.get(prefix);
    if (clients === undefined) {
      this.#clientsByPrefix.set(prefix, new Set([client]));
      this.#countLength(prefix.length, 1);
    } else clients.add(client);
    return true;
  }

  /** Ends one watch; whether there was one. */
  delete(client: Client, prefix: string): boolean {
    const prefixes = this.#prefixesByClient.get(client);
    if (prefixes === undefined || !prefixes.delete(prefix)) return false;
    this.#removeFrom(prefix, client);
    client.isListening = prefixes.size > 0;
    return true;
  }

  /** Tells everybody who watches a prefix of `key`: `keyLength` characters of it, and what `write` adds. */
  publish(key: string, kind: 'put' | 'delete', write: WriteChange): void {
    for (const { length } of this.#lengths) {
      if (length > key.length) return;
      const prefix = key.slice(0, length);
      const clients = this.#clientsByPrefix.get(prefix);
      if (clients === undefined) continue;
      for (const client of clients) {
        // Who has gone back to RESP2 could not tell a push from the reply it waits for.
        if (client.protocol !== 3) continue;
        this.pushed += 1;
        client.push((reply) => {
          reply.push(kind === 'put' ? 5 : 4);
          reply.bulkLatin1('watchprefix');
          reply.bulkLatin1(prefix);
          reply.bulkLatin1(kind);
          write(reply);
        });
      }
    }
  }

  #begin(client: Client): Set<string> {
    const prefixes = new Set<string>();
    this.#prefixesByClient.set(client, prefixes);
    client.onClosed(() => this.#end(client));
    return prefixes;
  }

  #end(client: Client): void {
    for (const prefix of this.#prefixesByClient.get(client) ?? []) this.#removeFrom(prefix, client);
    this.#prefixesByClient.delete(client);
  }

  #removeFrom(prefix: string, client: Client): void {
    const clients = this.#clientsByPrefix.get(prefix);
    if (clients === undefined || !clients.delete(client) || clients.size > 0) return;
    this.#clientsByPrefix.delete(prefix);
    this.#countLength(prefix.length, -1);
  }

  #countLength(length: number, change: number): void {
    const known = this.#lengths.find((each) => each.length === length);
    if (known === undefined) this.#lengths.push({ length, count: change });
    else known.count += change;
    this.#lengths = this.#lengths
      .filter(({ count }) => count > 0)
      .toSorted((a, b) => a.length - b.length);
  }
}
