import type { AtollError } from '../../core/errors.ts';
import { tribblerLimits } from '../../core/limits.ts';
import type { Libstore, LibstoreCallOptions } from '../../ring/libstore/libstore.ts';
import type { PostRef } from '../post-key.ts';
import { keys } from './keys.ts';

/**
 * Reads Tribbles that are listed, as the JSON that the ring holds and the API gives: it is not taken apart in between.
 *
 * A Tribble never changes, and its list tells whether it is deleted. So a text that was read once is kept; for a list that was read
 * just now it is as good as asking again.
 *
 * Requires: callers have each Tribble from its list, read since they were asked.
 */
export class TribbleReader {
  readonly #store: Libstore;
  readonly #kept: Map<string, string> = new Map();

  constructor(store: Libstore) {
    this.#store = store;
  }

  /** In the order asked for. Undefined: it was deleted meanwhile (Tribbler §3.1: ignored). A fault: its node was not reached. */
  async read(
    refs: readonly PostRef[],
    options?: LibstoreCallOptions,
  ): Promise<readonly (string | undefined | AtollError)[]> {
    const found: (string | undefined | AtollError)[] = [];
    const places: number[] = [];
    const wanted: string[] = [];
    for (const [index, ref] of refs.entries()) {
      const key = keys.post(ref);
      const kept = this.#kept.get(key);
      found.push(kept);
      if (kept !== undefined) continue;
      places.push(index);
      wanted.push(key);
    }
    if (wanted.length === 0) return found;
    const values = await this.#store.getMany(wanted, options);
    for (const [index, value] of values.entries()) {
      found[places[index] ?? 0] = value;
      if (typeof value === 'string') this.keep(wanted[index] ?? '', value);
    }
    return found;
  }

  /** Keeps a text that will soon be asked for. The longest kept goes first. */
  keep(key: string, text: string): void {
    this.#kept.set(key, text);
    if (this.#kept.size <= tribblerLimits.tribblesKept) return;
    for (const [oldest] of this.#kept) {
      this.#kept.delete(oldest);
      break;
    }
  }
}
