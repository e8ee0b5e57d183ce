import type { AtollError } from '../../core/errors.ts';
import { tribblerLimits } from '../../core/limits.ts';
import type { Libstore, LibstoreCallOptions } from '../../ring/libstore/libstore.ts';
import type { PostRef } from '../post-key.ts';
import { keys } from './keys.ts';

/**
 * Reads Tribbles that are listed, as the JSON that the ring holds and the API gives, in UTF-8: it is not taken apart in between, and a
 * hundred of them are copied in a fifth of the time in which a text would be written.
 *
 * A Tribble never changes, and its list tells whether it is deleted. So a text that was read once is kept; for a list that was read
 * just now it is as good as asking again.
 *
 * Requires: callers have each Tribble from its list, read since they were asked.
 */
export class TribbleReader {
  readonly #store: Libstore;
  /** By user, then by key: names and keys are at hand, and a key of the ring would have to be made for each look. */
  readonly #kept: Map<string, Map<string, Uint8Array>> = new Map();
  readonly #encoder = new TextEncoder();
  #count = 0;

  constructor(store: Libstore) {
    this.#store = store;
  }

  /** In the order asked for. Undefined: it was deleted meanwhile (Tribbler §3.1: ignored). A fault: its node was not reached. */
  async read(
    refs: readonly PostRef[],
    options?: LibstoreCallOptions,
  ): Promise<readonly (Uint8Array | undefined | AtollError)[]> {
    const found: (Uint8Array | undefined | AtollError)[] = [];
    const places: number[] = [];
    for (const [index, { user, key }] of refs.entries()) {
      const kept = this.#kept.get(user)?.get(key);
      found.push(kept);
      if (kept === undefined) places.push(index);
    }
    if (places.length === 0) return found;
    const wanted = places.map((place) => refs[place] ?? { user: '', key: '' });
    const values = await this.#store.getMany(wanted.map(keys.post), options);
    for (const [index, value] of values.entries()) {
      const isText = typeof value === 'string';
      found[places[index] ?? 0] = isText
        ? this.keep(wanted[index] ?? { user: '', key: '' }, value)
        : value;
    }
    return found;
  }

  /** Keeps a text that will soon be asked for, and gives its bytes. Those of the user whose first was kept longest ago go first. */
  keep({ user, key }: PostRef, text: string): Uint8Array {
    const bytes = this.#encoder.encode(text);
    const ofUser = this.#kept.get(user) ?? new Map<string, Uint8Array>();
    this.#kept.set(user, ofUser);
    if (!ofUser.has(key)) this.#count += 1;
    ofUser.set(key, bytes);
    while (this.#count > tribblerLimits.tribblesKept) {
      const [oldest] = this.#kept;
      if (oldest === undefined) break;
      this.#kept.delete(oldest[0]);
      this.#count -= oldest[1].size;
    }
    return bytes;
  }
}
