import { AtollError } from '../../core/errors.ts';
import { tribblerLimits } from '../../core/limits.ts';
import type { Libstore } from '../../ring/libstore/libstore.ts';
import type { PostRef } from '../post-key.ts';
import { isUserName } from '../user-name.ts';
import type { JoinedBytes } from './joined-bytes.ts';
import { KeptPages, type NewestPage, type ReadKeys } from './kept-pages.ts';
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
  /** Of a page that is kept: where it is written. */
  readonly joined: JoinedBytes | undefined;
}

export interface TribblePageOptions {
  readonly limit: number;
  readonly after: PostRef | undefined;
}

const nobody: readonly string[] = [];

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
  readonly #pages: KeptPages;
  /** The keys of the lists of those who are followed, by the list of these: a Libstore's copy is the same array each time. */
  readonly #keysOf: WeakMap<readonly string[], readonly string[]> = new WeakMap();

  constructor(store: Libstore, reader: TribbleReader) {
    this.#store = store;
    this.#reader = reader;
    this.#pages = new KeptPages(reader);
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
    const lists = await this.#readLists(users, tribblerLimits.pageItemsMax);
    const { limit, after } = options;
    // Only a list that nobody can change stands for its users.
    const isKept = after === undefined && Object.isFrozen(users);
    const renewed = isKept ? await this.#pages.renew(users, lists, limit) : undefined;
    if (renewed !== undefined) return pageOf(renewed, nobody);
    const { page, missing } = await this.#make(users, lists, options);
    const isWhole = missing.length === 0 && page.tribbles.length === page.refs.length;
    return isKept && isWhole
      ? pageOf(this.#pages.keep(users, lists, limit, page), nobody)
      : pageOf(page, missing);
  }

  /** A page from the beginning. `refs` has also those that are not there any more. */
  async #make(
    users: readonly string[],
    lists: readonly ReadKeys[],
    options: TribblePageOptions,
  ): Promise<{ readonly page: NewestPage; readonly missing: readonly string[] }> {
    const missing: Set<string> = new Set();
    const { picks, hasMore } = await this.#merge(users, lists, { ...options, missing });
    const texts = await this.#reader.readPicked(picks);
    const tribbles: Uint8Array[] = [];
    let fault: AtollError | undefined;
    for (const [index, text] of texts.entries()) {
      if (text instanceof AtollError) {
        fault = text;
        missing.add(picks[index]?.list.user ?? '');
      } else if (text !== undefined) tribbles.push(text);
    }
    if (fault !== undefined && tribbles.length === 0) throw fault;
    const page = { refs: picks.map(refOf), tribbles, hasMore };
    return { page, missing: [...missing].toSorted() };
  }

  /** The keys that win. Lists of which too little was read are read further, all of them in one batch. */
  async #merge(
    users: readonly string[],
    firstLists: readonly ReadKeys[],
    { missing, ...options }: TribblePageOptions & { readonly missing: Set<string> },
  ): Promise<Merged> {
    let newest: number = tribblerLimits.pageItemsMax;
    let lists = this.#readable(users, firstLists, newest, missing);
    const fault = firstLists.find((list) => list instanceof AtollError);
    if (fault !== undefined && firstLists.every((list) => list instanceof AtollError)) throw fault;
    for (;;) {
      const merged = mergeNewest(lists, options);
      if (merged.short.length === 0) return merged;
      newest *= 4;
      const isShort = new Set(merged.short);
      const more = await this.#readLists(merged.short, newest);
      lists = [
        ...lists.filter(({ list }) => !isShort.has(list.user)),
        ...this.#readable(merged.short, more, newest, missing),
      ];
    }
  }

  /** Lists that could be read and are there. */
  #readable(
    users: readonly string[],
    lists: readonly ReadKeys[],
    newest: number,
    missing: Set<string>,
  ): readonly ReadList[] {
    const found: ReadList[] = [];
    for (const [index, list] of lists.entries()) {
      const user = users[index] ?? '';
      if (list instanceof AtollError) missing.add(user);
      else if (list !== undefined) {
        found.push({ list: this.#lists.listOf(user, list), isCut: list.length >= newest });
      }
    }
    return found;
  }

  #readLists(users: readonly string[], newest: number): Promise<readonly ReadKeys[]> {
    return this.#store.getLists(this.#listKeys(users), { newest });
  }

  /** To make twenty keys costs more than to look up what they have. */
  #listKeys(users: readonly string[]): readonly string[] {
    // Others may be changed by whoever has them.
    if (!Object.isFrozen(users)) return users.map(keys.posts);
    const known = this.#keysOf.get(users);
    if (known !== undefined) return known;
    const listKeys = Object.freeze(users.map(keys.posts));
    this.#keysOf.set(users, listKeys);
    return listKeys;
  }
}

function pageOf(
  { refs, tribbles, hasMore, joined }: NewestPage,
  missing: readonly string[],
): TribblePage {
  return { tribbles, next: hasMore ? refs.at(-1) : undefined, missing, joined };
}
