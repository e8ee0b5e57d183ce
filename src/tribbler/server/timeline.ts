import { AtollError } from '../../core/errors.ts';
import { tribblerLimits } from '../../core/limits.ts';
import type { Libstore } from '../../ring/libstore/libstore.ts';
import type { PostRef } from '../post-key.ts';
import { isUserName } from '../user-name.ts';
import { keys } from './keys.ts';
import { mergeNewest, type Merged, type ReadList } from './merge-newest.ts';
import { no, ok, type Outcome } from './outcome.ts';
import { PostLists } from './post-lists.ts';
import { refOf, type TribbleReader } from './tribble-reader.ts';

/** Tribbles as JSON in UTF-8, latest first. */
export interface TribblePage {
  readonly tribbles: readonly Uint8Array[];
  /** The last one; undefined: there are no more. */
  readonly next: PostRef | undefined;
  /** Users whose Tribbles could not be read. */
  readonly missing: readonly string[];
}

export interface TribblePageOptions {
  readonly limit: number;
  readonly after: PostRef | undefined;
}

/**
 * Pages of Tribbles: of one user, and of all whom a user follows.
 *
 * What is stored is one list of post keys for each user, so that posting costs the same however many follow. A timeline reads the
 * ends of all those lists, merges them, and reads only the Tribbles that win: each a batch, which costs a round trip to each node,
 * however many users are followed.
 */
export class Timeline {
  readonly #store: Libstore;
  readonly #reader: TribbleReader;
  readonly #lists = new PostLists();
  /** The keys of the lists of those who are followed, by the list of these: a Libstore's copy is the same array each time. */
  readonly #keysOf: WeakMap<readonly string[], readonly string[]> = new WeakMap();

  constructor(store: Libstore, reader: TribbleReader) {
    this.#store = store;
    this.#reader = reader;
  }

  /** Tribbler §3.1, GetTribbles. */
  async ofUser(
    user: string,
    options: TribblePageOptions,
  ): Promise<Outcome<TribblePage, 'NoSuchUser'>> {
    if (!isUserName(user)) return no('NoSuchUser');
    const [record, page] = await Promise.all([
      this.#store.get(keys.user(user)),
      this.ofUsers([user], options),
    ]);
    return record === undefined ? no('NoSuchUser') : ok(page);
  }

  /** Tribbler §3.1, GetTribblesBySubscription; with `own`, also of the user. */
  async bySubscription(
    user: string,
    { own, ...options }: TribblePageOptions & { readonly own: boolean },
  ): Promise<Outcome<TribblePage, 'NoSuchUser'>> {
    if (!isUserName(user)) return no('NoSuchUser');
    const [record, followed = []] = await Promise.all([
      this.#store.get(keys.user(user)),
      this.#store.getList(keys.subscriptions(user)),
    ]);
    if (record === undefined) return no('NoSuchUser');
    const users = own && !followed.includes(user) ? [...followed, user] : followed;
    return ok(await this.ofUsers(users, options));
  }

  /** The Tribbles of these users together. Rejects if none of them could be reached. */
  async ofUsers(users: readonly string[], options: TribblePageOptions): Promise<TribblePage> {
    const missing: Set<string> = new Set();
    const merged = await this.#merge(users, options, missing);
    const texts = await this.#reader.readPicked(merged.picks);
    const tribbles: Uint8Array[] = [];
    let fault: AtollError | undefined;
    for (const [index, text] of texts.entries()) {
      if (text instanceof AtollError) {
        fault = text;
        missing.add(merged.picks[index]?.list.user ?? '');
      } else if (text !== undefined) tribbles.push(text);
    }
    if (fault !== undefined && tribbles.length === 0) throw fault;
    const last = merged.picks.at(-1);
    return {
      tribbles,
      next: merged.hasMore && last !== undefined ? refOf(last) : undefined,
      missing: [...missing].toSorted(),
    };
  }

  /** The keys that win. Lists of which too little was read are read further, all of them in one batch. */
  async #merge(
    users: readonly string[],
    options: TribblePageOptions,
    missing: Set<string>,
  ): Promise<Merged> {
    let newest: number = tribblerLimits.pageItemsMax;
    let lists: readonly ReadList[] = [];
    let wanted = users;
    for (;;) {
      const more = await this.#readLists(wanted, newest, missing, lists.length === 0);
      lists = lists.length === 0 ? more : [...lists, ...more];
      const merged = mergeNewest(lists, options);
      if (merged.short.length === 0) return merged;
      newest *= 4;
      wanted = merged.short;
      const isShort = new Set(wanted);
      lists = lists.filter(({ list }) => !isShort.has(list.user));
    }
  }

  /** Lists that can be read and are there. Rejects if none can be read and they are `all` that there is. */
  async #readLists(
    users: readonly string[],
    newest: number,
    missing: Set<string>,
    all: boolean,
  ): Promise<readonly ReadList[]> {
    const lists = await this.#store.getLists(this.#listKeys(users), { newest });
    const found: ReadList[] = [];
    let faults = 0;
    let fault: AtollError | undefined;
    for (const [index, list] of lists.entries()) {
      const user = users[index] ?? '';
      if (list instanceof AtollError) {
        fault = list;
        faults += 1;
        missing.add(user);
      } else if (list !== undefined) {
        found.push({ list: this.#lists.listOf(user, list), isCut: list.length >= newest });
      }
    }
    if (fault !== undefined && all && faults === users.length) throw fault;
    return found;
  }

  /** To make twenty keys costs more than to look up what they have. */
  #listKeys(users: readonly string[]): readonly string[] {
    // Others may be changed by whoever has them.
    if (!Object.isFrozen(users)) return users.map(keys.posts);
    const known = this.#keysOf.get(users);
    if (known !== undefined) return known;
    const listKeys = users.map(keys.posts);
    this.#keysOf.set(users, listKeys);
    return listKeys;
  }
}
