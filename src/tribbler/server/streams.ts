import { AtollError } from '../../core/errors.ts';
import { tribblerLimits } from '../../core/limits.ts';
import type { Clock } from '../../core/clock.ts';
import type { Timer, Timers } from '../../core/timers.ts';
import type { Libstore } from '../../ring/libstore/libstore.ts';
import { compareNewestFirst, formatPostId, postTimeUs, type PostRef } from '../post-key.ts';
import { keys } from './keys.ts';
import { FollowIndex } from './follow-index.ts';
import { differenceOf } from './list-difference.ts';
import type { EventSink, StreamEvent } from './stream-event.ts';
import type { Timeline } from './timeline.ts';
import type { TribbleReader } from './tribble-reader.ts';

export interface StreamOptions {
  readonly user: string;
  /** Also the user's own Tribbles. */
  readonly own: boolean;
  /** The last event that came before: what was missed since is sent. */
  readonly after: PostRef | undefined;
  readonly sink: EventSink;
  /** Asked now and then. */
  readonly isSessionOver: () => Promise<boolean>;
}

export interface StreamsOptions {
  readonly store: Libstore;
  readonly reader: TribbleReader;
  readonly timeline: Timeline;
  readonly clock: Clock;
  readonly timers: Timers;
  /** What is not a fault of the ring is a bug, and thrown to here. */
  readonly onBug: (error: unknown) => void;
}

/** One open stream. */
interface Stream extends StreamOptions {
  /** The list that `followed` was made of. */
  list: readonly string[] | undefined;
  followed: ReadonlySet<string>;
  missing: string;
  spokeAtMs: number;
}

/** A list as it was at the last look; undefined: it could not be read yet. */
type Seen = readonly string[] | undefined;

const noKeys: readonly string[] = [];

/**
 * The live updates of all open streams. Nobody tells an application server that another one took a Tribble; it looks at the newest
 * keys of everybody that its streams follow, once a second, in one batch. Lists that are looked at so often are leased, so a
 * look costs nothing until somebody posts: the revocation of the lease is the news.
 *
 * Invariant: what is listed after a stream is open is told to it. So a stream is known here before its lists are looked at first.
 */
export class Streams {
  readonly #options: StreamsOptions;
  readonly #streams: Set<Stream> = new Set();
  readonly #index = new FollowIndex<Stream>();
  readonly #seen: Map<string, Seen> = new Map();
  /** Whose lists could not be read at the last look. */
  readonly #unreadable: Set<string> = new Set();
  readonly #decoder = new TextDecoder();
  #timer: Timer | undefined;
  #isClosed = false;

  constructor(options: StreamsOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#streams.size;
  }

  countOf(user: string): number {
    let count = 0;
    for (const stream of this.#streams) if (stream.user === user) count += 1;
    return count;
  }

  /** Resolves when it is open, with how to close it. Rejects if the user's node cannot be reached. */
  async open(options: StreamOptions): Promise<() => void> {
    const stream: Stream = {
      ...options,
      list: undefined,
      followed: new Set(),
      missing: '',
      spokeAtMs: this.#options.clock.monotonicMs(),
    };
    const list = await this.#options.store.getList(keys.subscriptions(stream.user));
    if (this.#isClosed) {
      this.#end(stream, 'stop');
      return () => {};
    }
    this.#streams.add(stream);
    this.#follow(stream, list ?? noKeys);
    const fresh = [...stream.followed].filter((user) => !this.#seen.has(user));
    await this.#lookAt(fresh);
    const missing = this.#missingOf(stream);
    this.#send(stream, { name: 'state', data: { complete: missing.length === 0, missing } });
    stream.missing = missing.join(' ');
    if (stream.after !== undefined) await this.#replay(stream, stream.after);
    this.#schedule();
    return () => this.#forget(stream);
  }

  /** Tells all streams that the server stops. */
  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
    for (const stream of this.#streams) this.#end(stream, 'stop');
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#isClosed || this.#streams.size === 0) return;
    this.#timer = this.#options.timers.setTimer(tribblerLimits.streamLookMs, () => {
      this.#look()
        .catch((error: unknown) => {
          if (!(error instanceof AtollError)) this.#options.onBug(error);
        })
        .finally(() => {
          this.#timer = undefined;
          this.#schedule();
        });
    });
  }

  async #look(): Promise<void> {
    await this.#lookAtSubscriptions();
    for (const user of this.#seen.keys()) {
      if (this.#index.has(user)) continue;
      this.#seen.delete(user);
      this.#unreadable.delete(user);
    }
    await this.#lookAt(this.#index.users);
    for (const stream of this.#streams) {
      this.#tellState(stream);
      await this.#tellSigns(stream);
    }
  }

  /** Whom the streams' users follow may have changed. One that cannot be read stays as it was. */
  async #lookAtSubscriptions(): Promise<void> {
    const streams = [...this.#streams];
    const users = [...new Set(streams.map(({ user }) => user))];
    const lists = await this.#options.store.getLists(users.map(keys.subscriptions), {
      timeoutMs: tribblerLimits.streamLookCallMs,
    });
    const listOf = new Map(users.map((user, index) => [user, lists[index] ?? noKeys]));
    for (const stream of streams) {
      const list = listOf.get(stream.user) ?? noKeys;
      if (list instanceof AtollError || list === stream.list) continue;
      // It may have been closed meanwhile.
      if (this.#streams.has(stream)) this.#follow(stream, list);
    }
  }

  /** Reads the newest keys of these users, and tells what is new and what is gone. */
  async #lookAt(users: readonly string[]): Promise<void> {
    if (users.length === 0) return;
    const lists = await this.#options.store.getLists(users.map(keys.posts), {
      newest: tribblerLimits.pageItemsMax,
      timeoutMs: tribblerLimits.streamLookCallMs,
    });
    const added: PostRef[] = [];
    const removed: PostRef[] = [];
    for (const [index, user] of users.entries()) {
      const list = lists[index];
      const before = this.#seen.get(user);
      if (list instanceof AtollError) {
        // What it had is remembered: when it is back, what is new since is told.
        this.#unreadable.add(user);
        if (!this.#seen.has(user)) this.#seen.set(user, undefined);
        continue;
      }
      this.#unreadable.delete(user);
      const now = list ?? noKeys;
      this.#seen.set(user, now);
      if (before === undefined || before === now) continue;
      const difference = differenceOf(before, now, tribblerLimits.pageItemsMax);
      for (const key of difference.added) added.push({ user, key });
      for (const key of difference.removed) removed.push({ user, key });
    }
    if (added.length > 0) await this.#tellAdded(added);
    for (const ref of removed) {
      this.#tellFollowers(ref.user, { name: 'deleted', data: { id: formatPostId(ref) } });
    }
  }

  async #tellAdded(added: PostRef[]): Promise<void> {
    const refs = added.toSorted((a, b) => compareNewestFirst(b, a));
    const texts = await this.#options.reader.read(refs);
    for (const [index, ref] of refs.entries()) {
      const text = texts[index];
      // It was deleted meanwhile, or its node is away, which the state tells.
      if (text === undefined || text instanceof AtollError) continue;
      const json = this.#decoder.decode(text);
      this.#tellFollowers(ref.user, { name: 'tribble', id: formatPostId(ref), json });
    }
  }

  #tellFollowers(user: string, event: StreamEvent): void {
    for (const stream of this.#index.listenersOf(user)) this.#send(stream, event);
  }

  /** Sends what came after an event, and a little before it: what another server took may have come later with an earlier time. */
  async #replay(stream: Stream, after: PostRef): Promise<void> {
    const { pageItemsMax, streamOverlapMs } = tribblerLimits;
    const page = await this.#options.timeline.ofUsers([...stream.followed], {
      limit: pageItemsMax,
      after: undefined,
    });
    const fromUs = postTimeUs(after.key) - streamOverlapMs * 1_000;
    const missed = page.tribbles
      .map((text) => this.#decoder.decode(text))
      .map((json) => ({ json, ref: JSON.parse(json) as PostRef }))
      .filter(({ ref }) => postTimeUs(ref.key) >= fromUs)
      .toReversed();
    if (missed.length === pageItemsMax) this.#send(stream, { name: 'reset', data: {} });
    for (const { json, ref } of missed) {
      this.#send(stream, { name: 'tribble', id: formatPostId(ref), json });
    }
  }

  #missingOf(stream: Stream): string[] {
    return [...stream.followed].filter((user) => this.#unreadable.has(user)).toSorted();
  }

  #tellState(stream: Stream): void {
    if (this.#unreadable.size === 0 && stream.missing === '') return;
    const missing = this.#missingOf(stream);
    const text = missing.join(' ');
    if (text === stream.missing) return;
    stream.missing = text;
    this.#send(stream, { name: 'state', data: { complete: missing.length === 0, missing } });
  }

  /** A sign of life for streams that were silent; and their sessions may be over. */
  async #tellSigns(stream: Stream): Promise<void> {
    const nowMs = this.#options.clock.monotonicMs();
    if (nowMs - stream.spokeAtMs < tribblerLimits.streamSilenceMs - tribblerLimits.streamLookMs)
      return;
    this.#send(stream, { name: 'comment' });
    if (!(await stream.isSessionOver())) return;
    this.#end(stream, 'session');
  }

  #end(stream: Stream, reason: 'session' | 'stop'): void {
    this.#send(stream, { name: 'end', data: { reason } });
    stream.sink.close();
    this.#forget(stream);
  }

  #forget(stream: Stream): void {
    this.#streams.delete(stream);
    this.#index.move(stream, stream.followed, new Set());
  }

  /** The list of whom the stream's user follows, as it is now. */
  #follow(stream: Stream, list: readonly string[]): void {
    const followed = new Set(stream.own ? [...list, stream.user] : list);
    this.#index.move(stream, stream.followed, followed);
    stream.list = list;
    stream.followed = followed;
  }

  #send(stream: Stream, event: StreamEvent): void {
    stream.spokeAtMs = this.#options.clock.monotonicMs();
    // Whoever does not read is let go: it comes back, and gets what it missed.
    if (stream.sink.send(event)) return;
    stream.sink.close();
    this.#forget(stream);
  }
}
