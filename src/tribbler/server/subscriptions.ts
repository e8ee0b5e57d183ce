import { AtollError } from '../../core/errors.ts';
import { tribblerLimits } from '../../core/limits.ts';
import type { Libstore } from '../../ring/libstore/libstore.ts';
import { isUserName } from '../user-name.ts';
import { keys } from './keys.ts';
import { done, no, ok, type Outcome } from './outcome.ts';

/** Friends by name, and who could not be asked whether he is one. */
export interface Friends {
  readonly users: readonly string[];
  readonly missing: readonly string[];
}

/**
 * Who follows whom. A subscription is two writes at two nodes: `followers` of the one and `sublist` of the other, which is the
 * truth.
 *
 * Invariant: whoever has somebody in his `sublist` is in the `followers` of that one. So `followers` is written first when a
 * subscription is made, and last when it is taken back; a crash leaves it with one too many, never one too few.
 */
export class Subscriptions {
  readonly #store: Libstore;

  constructor(store: Libstore) {
    this.#store = store;
  }

  /** Tribbler §3.1, AddSubscription. OK also if it was there. */
  async add(
    user: string,
    target: string,
  ): Promise<Outcome<undefined, 'NoSuchUser' | 'NoSuchTargetUser' | 'TooManySubscriptions'>> {
    const [existence, list] = await Promise.all([
      this.#check(user, target),
      this.#store.getList(keys.subscriptions(user)),
    ]);
    if (existence !== 'OK') return no(existence);
    const { subscriptionsMax } = tribblerLimits;
    if (list !== undefined && list.length >= subscriptionsMax && !list.includes(target)) {
      return no('TooManySubscriptions');
    }
    await this.#store.appendToList(keys.followers(target), user);
    await this.#store.appendToList(keys.subscriptions(user), target);
    return done;
  }

  /** Tribbler §3.1, RemoveSubscription. OK also if there was none. */
  async remove(
    user: string,
    target: string,
  ): Promise<Outcome<undefined, 'NoSuchUser' | 'NoSuchTargetUser'>> {
    const existence = await this.#check(user, target);
    if (existence !== 'OK') return no(existence);
    await this.#store.removeFromList(keys.subscriptions(user), target);
    await this.#store.removeFromList(keys.followers(target), user);
    return done;
  }

  /**
   * Tribbler §3.1, GetFriends: A and B are friends if each follows the other. Two rounds: who is in both lists of the user, and
   * of these whose own list has the user, since `followers` may have one too many.
   */
  async friends(user: string): Promise<Outcome<Friends, 'NoSuchUser'>> {
    if (!isUserName(user)) return no('NoSuchUser');
    const [record, followed = [], followers = []] = await Promise.all([
      this.#store.get(keys.user(user)),
      this.#store.getList(keys.subscriptions(user)),
      this.#store.getList(keys.followers(user)),
    ]);
    if (record === undefined) return no('NoSuchUser');
    const following = new Set(followers);
    const candidates = followed.filter((one) => one !== user && following.has(one));
    const lists = await this.#store.getLists(candidates.map(keys.subscriptions));
    const users: string[] = [];
    const missing: string[] = [];
    for (const [index, candidate] of candidates.entries()) {
      const list = lists[index];
      if (list instanceof AtollError) missing.push(candidate);
      else if (list?.includes(user) === true) users.push(candidate);
    }
    return ok({ users: users.toSorted(), missing: missing.toSorted() });
  }

  /** Whether `user` follows `target`. */
  async has(user: string, target: string): Promise<boolean> {
    const list = await this.#store.getList(keys.subscriptions(user));
    return list?.includes(target) === true;
  }

  /** Users are for ever (Tribbler §3.1): who exists now will when the writes come. */
  async #check(user: string, target: string): Promise<'OK' | 'NoSuchUser' | 'NoSuchTargetUser'> {
    if (!isUserName(user)) return 'NoSuchUser';
    if (!isUserName(target)) return 'NoSuchTargetUser';
    const [own, other] = await Promise.all([
      this.#store.get(keys.user(user)),
      this.#store.get(keys.user(target)),
    ]);
    if (own === undefined) return 'NoSuchUser';
    return other === undefined ? 'NoSuchTargetUser' : 'OK';
  }
}
