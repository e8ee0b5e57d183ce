import type { AtollError } from '../../core/errors.ts';
import { tribblerLimits } from '../../core/limits.ts';
import type { Libstore, LibstoreCallOptions } from '../../ring/libstore/libstore.ts';
import type { PostRef } from '../post-key.ts';
import { keys } from './keys.ts';
import type { Pick } from './merge-newest.ts';
import type { PostList } from './post-lists.ts';

/** Texts of one user. */
interface KeptTexts {
  readonly byKey: Map<string, Uint8Array>;
  /** The list that has them by their places. One at most: what is forgotten here is forgotten there. */
  list: PostList | undefined;
}

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
  readonly #kept: Map<string, KeptTexts> = new Map();
  readonly #encoder = new TextEncoder();
  #count = 0;

  constructor(store: Libstore) {
    this.#store = store;
  }

  /** All of these, if all are at hand; undefined: they must be read. */
  find(refs: readonly PostRef[]): readonly Uint8Array[] | undefined {
    const found: Uint8Array[] = [];
    for (const { user, key } of refs) {
      const kept = this.#kept.get(user)?.byKey.get(key);
      if (kept === undefined) return undefined;
      found.push(kept);
    }
    return found;
  }

  /** In the order asked for. Undefined: it was deleted meanwhile (Tribbler §3.1: ignored). A fault: its node was not reached. */
  async read(
    refs: readonly PostRef[],
    options?: LibstoreCallOptions,
  ): Promise<readonly (Uint8Array | undefined | AtollError)[]> {
    const found: (Uint8Array | undefined | AtollError)[] = [];
    const places: number[] = [];
    for (const [index, { user, key }] of refs.entries()) {
      const kept = this.#kept.get(user)?.byKey.get(key);
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

  /** The same of Tribbles that a merge has picked of lists. */
  async readPicked(
    picks: readonly Pick[],
  ): Promise<readonly (Uint8Array | undefined | AtollError)[]> {
    const found: (Uint8Array | undefined | AtollError)[] = [];
    let isWhole = true;
    for (const { list, place } of picks) {
      const text = (list.texts ?? this.#align(list))?.[place];
      if (text === undefined) isWhole = false;
      found.push(text);
    }
    return isWhole ? found : await this.read(picks.map(refOf));
  }

  /** Puts what is kept at its places in a list; undefined: nothing is kept of its user. */
  #align(list: PostList): PostList['texts'] {
    const kept = this.#kept.get(list.user);
    if (kept === undefined) return undefined;
    unalign(kept);
    kept.list = list;
    list.texts = list.keys.map((key) => kept.byKey.get(key));
    return list.texts;
  }

  /** Keeps a text that will soon be asked for, and gives its bytes. Those of the user whose first was kept longest ago go first. */
  keep({ user, key }: PostRef, text: string): Uint8Array {
    const bytes = this.#encoder.encode(text);
    const kept = this.#kept.get(user) ?? { byKey: new Map(), list: undefined };
    this.#kept.set(user, kept);
    if (!kept.byKey.has(key)) this.#count += 1;
    kept.byKey.set(key, bytes);
    unalign(kept);
    while (this.#count > tribblerLimits.tribblesKept) {
      const [oldest] = this.#kept;
      if (oldest === undefined) break;
      const [name, forgotten] = oldest;
      this.#kept.delete(name);
      this.#count -= forgotten.byKey.size;
      unalign(forgotten);
    }
    return bytes;
  }
}

/** What the list has is not all that is kept any more. */
function unalign(kept: KeptTexts): void {
  if (kept.list !== undefined) kept.list.texts = undefined;
  kept.list = undefined;
}

/** A picked Tribble by its key. */
export function refOf({ list, place }: Pick): PostRef {
  return { user: list.user, key: list.keys[place] ?? '' };
}
