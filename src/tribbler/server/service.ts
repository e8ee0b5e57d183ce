import type { Clock } from '../../core/clock.ts';
import { tribblerLimits } from '../../core/limits.ts';
import type { Random } from '../../core/random.ts';
import type { Libstore } from '../../ring/libstore/libstore.ts';
import type { Counts, Profile, Relation } from '../api-types.ts';
import { isUserName } from '../user-name.ts';
import { keys } from './keys.ts';
import { readListPage, type ListCursor, type ListPage } from './list-pages.ts';
import { no, ok, type Outcome } from './outcome.ts';
import { PostMaker } from './post-maker.ts';
import { Posts } from './posts.ts';
import { Subscriptions } from './subscriptions.ts';
import { Timeline } from './timeline.ts';
import { TribbleReader } from './tribble-reader.ts';
import { Users, type UserRecord } from './users.ts';

export interface ServiceOptions {
  readonly store: Libstore;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Tribbler without HTTP: the operations of the handout (Tribbler §3.1) and what it lacks, over a Libstore. It keeps nothing that
 * another one over the same ring would miss.
 */
export class Service {
  readonly store: Libstore;
  readonly users: Users;
  readonly subscriptions: Subscriptions;
  readonly posts: Posts;
  readonly timeline: Timeline;
  readonly reader: TribbleReader;

  constructor({ store, clock, random }: ServiceOptions) {
    this.store = store;
    this.users = new Users(store);
    this.subscriptions = new Subscriptions(store);
    this.reader = new TribbleReader(store);
    this.posts = new Posts(store, new PostMaker({ clock, random }), this.reader);
    this.timeline = new Timeline(store, this.reader);
  }

  /** A user, as `viewer` sees him. One round trip, and one more for a viewer. */
  async profile(user: string, viewer?: string): Promise<Outcome<Profile, 'NoSuchUser'>> {
    if (!isUserName(user)) return no('NoSuchUser');
    const [record, counts, relation] = await Promise.all([
      this.store.get(keys.user(user)),
      this.#counts(user),
      viewer === undefined ? undefined : this.#relation(viewer, user),
    ]);
    if (record === undefined) return no('NoSuchUser');
    const { created } = JSON.parse(record) as UserRecord;
    return ok({
      id: user,
      created,
      counts,
      ...(relation === undefined ? {} : { viewer: relation }),
    });
  }

  /** Whom a user follows, or who follows him, latest first. */
  async pageOf(
    which: 'subscriptions' | 'followers',
    user: string,
    options: { readonly limit: number; readonly after: ListCursor | undefined },
  ): Promise<Outcome<ListPage, 'NoSuchUser'>> {
    if (!isUserName(user)) return no('NoSuchUser');
    const [record, page] = await Promise.all([
      this.store.get(keys.user(user)),
      readListPage(this.store, keys[which](user), options),
    ]);
    return record === undefined ? no('NoSuchUser') : ok(page);
  }

  async #counts(user: string): Promise<Counts> {
    const newest = tribblerLimits.countMax;
    const [posts, subscriptions, followers] = await Promise.all([
      this.store.getList(keys.posts(user), { newest }),
      this.store.getList(keys.subscriptions(user), { newest }),
      this.store.getList(keys.followers(user), { newest }),
    ]);
    return {
      tribbles: posts?.length ?? 0,
      subscriptions: subscriptions?.length ?? 0,
      followers: followers?.length ?? 0,
    };
  }

  async #relation(viewer: string, user: string): Promise<Relation> {
    const [follows, followedBy] = await Promise.all([
      this.subscriptions.has(viewer, user),
      this.subscriptions.has(user, viewer),
    ]);
    return { follows, followedBy, friend: follows && followedBy && viewer !== user };
  }
}
