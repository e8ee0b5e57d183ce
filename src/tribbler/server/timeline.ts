import { AtollError } from '../../core/errors.ts';
import { tribblerLimits } from '../../core/limits.ts';
import { whenThere } from '../../core/when-there.ts';
import type { Libstore, ListOptions, ReadyReads } from '../../ring/libstore/libstore.ts';
import type { PostRef } from '../post-key.ts';
import { isUserName } from '../user-name.ts';
import { Circles } from './circles.ts';
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

/** Outcomes that are at hand are no promises. */
type PageOutcome = Outcome<TribblePage, 'NoSuchUser'>;

/** What the ring has of one who follows. */
interface Follower {
  readonly record: string | undefined;
  readonly followed: readonly string[] | undefined;
}

const { pageItemsMax, storeReadMs } = tribblerLimits;
const nobody: readonly string[] = [];
const newestKeys: ListOptions = { newest: pageItemsMax, timeoutMs: storeReadMs };

/**
 * Pages of Tribbles: of one user, and of all whom a user follows.
 *
 * What is stored is one list of post keys for each user, so that posting costs the same however many follow. A timeline reads the
 * ends of all those lists, merges them, and reads only the Tribbles that win: each a batch, which costs a round trip to each node,
 * however many users are followed.
 */
export class Timeline {
  readonly #store: Libstore;
  readonly #reads: ReadyReads;
  readonly #reader: TribbleReader;
  readonly #lists = new PostLists();
  readonly #circles = new Circles();
  readonly #pages: KeptPages;
  /** The keys of the lists of the users of a circle. */
  readonly #keysOf: WeakMap<readonly string[], readonly string[]> = new WeakMap();

  constructor(store: Libstore, reader: TribbleReader) {
    this.#store = store;
    this.#reads = store.ready ?? store;
    this.#reader = reader;
    this.#pages = new KeptPages(reader);
  }

  /** Tribbler §3.1, GetTribbles. */
  ofUser(user: string, options: TribblePageOptions): PageOutcome | Promise<PageOutcome> {
    if (!isUserName(user)) return no('NoSuchUser');
    const record = this.#reads.get(keys.user(user));
    if (record instanceof Promise) {
      return Promise.all([record, this.ofUsers([user], options)]).then(([there, page]) =>
        there === undefined ? no('NoSuchUser') : ok(page),
      );
    }
    if (record === undefined) return no('NoSuchUser');
    // Many ask for him. Pages of others, or of names that nobody has, would displace those of everybody else.
    return whenThere(this.ofUsers(this.#circles.find(user, nobody, user), options), ok);
  }

  /** Tribbler §3.1, GetTribblesBySubscription; with `own`, also of the user. */
  bySubscription(
    user: string,
    options: TribblePageOptions & { readonly own: boolean },
  ): PageOutcome | Promise<PageOutcome> {
    if (!isUserName(user)) return no('NoSuchUser');
    const record = this.#reads.get(keys.user(user));
    const followed = this.#reads.getList(keys.subscriptions(user));
    if (record instanceof Promise || followed instanceof Promise) {
      return Promise.all([record, followed]).then(([there, list]) =>
        this.#followedBy(user, { record: there, followed: list }, options),
      );
    }
    return this.#followedBy(user, { record, followed }, options);
  }

  #followedBy(
    user: string,
    { record, followed = nobody }: Follower,
    options: TribblePageOptions & { readonly own: boolean },
  ): PageOutcome | Promise<PageOutcome> {
    if (record === undefined) return no('NoSuchUser');
    // No user has such a name, so it is not the circle of one alone.
    const circle = options.own
      ? this.#circles.find(`${user} and followed`, followed, user)
      : this.#circles.find(`${user}'s followed`, followed);
    return whenThere(this.ofUsers(circle, options), ok);
  }

  /** The Tribbles of these users together. Fails if none of them could be reached. */
  ofUsers(
    users: readonly string[],
    options: TribblePageOptions,
  ): TribblePage | Promise<TribblePage> {
    const { limit, after } = options;
    // Only a list that nobody can change stands for its users.
    const isKept = after === undefined && Object.isFrozen(users);
    return whenThere(this.#reads.getLists(this.#listKeys(users), newestKeys), (lists) => {
      const make = (): Promise<TribblePage> => this.#makePage(users, lists, { ...options, isKept });
      if (!isKept) return make();
      return whenThere(this.#pages.renew(users, lists, limit), (renewed) =>
        renewed === undefined ? make() : pageOf(renewed, nobody),
      );
    });
  }

  /** A page from the beginning, and kept if it is whole. */
  async #makePage(
    users: readonly string[],
    lists: readonly ReadKeys[],
    options: TribblePageOptions & { readonly isKept: boolean },
  ): Promise<TribblePage> {
    const { limit, isKept } = options;
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
    let newest: number = pageItemsMax;
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
