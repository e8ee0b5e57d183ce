import { AtollError } from '../../core/errors.ts';
import { tribblerLimits } from '../../core/limits.ts';
import type { Libstore } from '../../ring/libstore/libstore.ts';
import type { PostRef } from '../post-key.ts';
import { isUserName } from '../user-name.ts';
import { KeyOrder } from './key-order.ts';
import { keys } from './keys.ts';
import { mergeNewest, type Merged, type PostList } from './merge-newest.ts';
import { no, ok, type Outcome } from './outcome.ts';
import type { TribbleReader } from './tribble-reader.ts';

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
  readonly #order = new KeyOrder();

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
    const texts = await this.#reader.read(merged.refs);
    const tribbles: Uint8Array[] = [];
    let fault: AtollError | undefined;
    for (const [index, text] of texts.entries()) {
      if (text instanceof AtollError) {
        fault = text;
        missing.add(merged.refs[index]?.user ?? '');
      } else if (text !== undefined) tribbles.push(text);
    }
    if (fault !== undefined && tribbles.length === 0) throw fault;
    return {
      tribbles,
      next: merged.hasMore ? merged.refs.at(-1) : undefined,
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
    let lists: readonly PostList[] = [];
    let wanted = users;
    for (;;) {
      lists = [...lists, ...(await this.#readLists(wanted, newest, missing, lists.length === 0))];
      const merged = mergeNewest(lists, options);
      if (merged.short.length === 0) return merged;
      newest *= 4;
      wanted = merged.short;
      const isShort = new Set(wanted);
      lists = lists.filter(({ user }) => !isShort.has(user));
    }
  }

  /** Lists that can be read and are there. Rejects if none can be read and they are `all` that there is. */
  async #readLists(
    users: readonly string[],
    newest: number,
    missing: Set<string>,
    all: boolean,
  ): Promise<PostList[]> {
    const lists = await this.#store.getLists(users.map(keys.posts), { newest });
    const found: PostList[] = [];
    let faults = 0;
    let fault: AtollError | undefined;
    for (const [index, list] of lists.entries()) {
      const user = users[index] ?? '';
      if (list instanceof AtollError) {
        fault = list;
        faults += 1;
        missing.add(user);
      } else if (list !== undefined) {
        found.push({ user, keys: this.#order.order(list), isCut: list.length >= newest });
      }
    }
    if (fault !== undefined && all && faults === users.length) throw fault;
    return found;
  }
}
