import { tribblerLimits } from '../../core/limits.ts';
import type { Libstore } from '../../ring/libstore/libstore.ts';
import { isUserName } from '../user-name.ts';
import { keys } from './keys.ts';
import { readListPage, type ListCursor, type ListPage } from './list-pages.ts';
import { done, no, type Outcome } from './outcome.ts';

/** What `USER:usrid` holds, as JSON. */
export interface UserRecord {
  /** RFC 3339. */
  readonly created: string;
  readonly passwordHash: string;
}

/** Prefixes of these lengths have an index each: a search reads one list, of which at least every 40th fits, on average. */
const indexedLengths = [0, 1, 2, 3, 5, 8];

/** Who exists, and who is found by the beginning of the name. */
export class Users {
  readonly #store: Libstore;

  constructor(store: Libstore) {
    this.#store = store;
  }

  /** Tribbler §3.1, CreateUser. Of two that create one user, one succeeds. */
  async create(user: string, record: UserRecord): Promise<Outcome<undefined, 'Exists'>> {
    const isNew = await this.#store.putIfAbsent(keys.user(user), JSON.stringify(record));
    if (!isNew) return no('Exists');
    await this.index(user);
    return done;
  }

  /** Makes the user be found; changes nothing if that was done before. Log-ins do it again, in case a crash came in between. */
  async index(user: string): Promise<void> {
    const prefixes = indexedLengths
      .filter((length) => length <= user.length)
      .map((length) => user.slice(0, length));
    await Promise.all(prefixes.map((prefix) => this.#store.appendToList(keys.index(prefix), user)));
  }

  async find(user: string): Promise<UserRecord | undefined> {
    if (!isUserName(user)) return undefined;
    const text = await this.#store.get(keys.user(user));
    return text === undefined ? undefined : (JSON.parse(text) as UserRecord);
  }

  async exists(user: string): Promise<boolean> {
    return isUserName(user) && (await this.#store.get(keys.user(user))) !== undefined;
  }

  /** Users whose names begin so, the latest created first. A page may be short when few of many fit. */
  async search(
    prefix: string,
    { limit, after }: { readonly limit: number; readonly after: ListCursor | undefined },
  ): Promise<ListPage> {
    const length = indexedLengths.findLast((one) => one <= prefix.length) ?? 0;
    const key = keys.index(prefix.slice(0, length));
    const found: string[] = [];
    let next = after;
    for (let looked = 0; looked < tribblerLimits.searchItemsMax;) {
      // Where nearly all fit a page is enough; where few do, larger ones are read.
      const count = length === prefix.length ? limit - found.length : Math.max(limit, looked);
      const page = await readListPage(this.#store, key, { limit: count, after: next });
      for (const [index, user] of page.items.entries()) {
        if (!user.startsWith(prefix)) continue;
        found.push(user);
        if (found.length < limit) continue;
        const isLast = index === page.items.length - 1;
        const newer = (next?.newer ?? 0) + index + 1;
        return { items: found, next: isLast ? page.next : { item: user, newer } };
      }
      looked += page.items.length;
      next = page.next;
      if (next === undefined) break;
    }
    return { items: found, next };
  }
}
