import { batch, computed, signal } from '@preact/signals';
import type { ReadonlySignal, Signal } from '@preact/signals';
import type { Addresses, Arrival } from '../browser/addresses.ts';
import type { Api } from '../browser/api.ts';
import { isOnline, onConnectionChange } from '../browser/connection.ts';
import { LiveStream } from '../browser/live-stream.ts';
import { everyWhileSeen, nowMs } from '../browser/time.ts';
import type { Route } from '../model/route.ts';
import type { Me, Tribble } from '../../api-types.ts';
import type { Answer } from '../model/answer.ts';
import { Deletions } from './deletions.ts';
import { FeedStore } from './feed-store.ts';
import { Following } from './following.ts';
import { Outbox } from './outbox-store.ts';
import { Preferences } from './preferences.ts';

/** Who is here: not known yet, nobody, or a user; or the server does not answer. */
export type Session =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'unreachable' }
  | { readonly kind: 'nobody' }
  | { readonly kind: 'user'; readonly me: Me };

/** Which dialog is open. */
export type Dialog =
  | { readonly kind: 'compose' }
  | { readonly kind: 'help' }
  | { readonly kind: 'delete'; readonly tribble: Tribble };

/** How often the times that are shown are looked at again. */
const tickMs = 20_000;

/** All that the page knows. Components read its signals and call its methods; nothing else changes anything. */
export class PageState {
  readonly api: Api;
  readonly session: Signal<Session> = signal<Session>({ kind: 'unknown' });
  readonly route: Signal<Route> = signal<Route>({ kind: 'home' });
  readonly dialog: Signal<Dialog | undefined> = signal(undefined);
  readonly nowMs: Signal<number> = signal(nowMs());
  readonly isOnline: Signal<boolean> = signal(isOnline());
  /** What is said to those who do not see the page change. */
  readonly spoken: Signal<string> = signal('');
  readonly preferences: Preferences = new Preferences();
  readonly timeline: FeedStore;
  readonly outbox: Outbox;
  readonly deletions: Deletions;
  readonly following: Following;
  /** Whose Tribbles the live stream cannot look at now. */
  readonly streamMissing: Signal<readonly string[]> = signal<readonly string[]>([]);
  readonly me: ReadonlySignal<string | undefined> = computed(() =>
    this.session.value.kind === 'user' ? this.session.value.me.id : undefined,
  );
  readonly #stream: LiveStream;
  #addresses: Addresses | undefined;
  #profileFeed: { readonly user: string; readonly store: FeedStore } | undefined;
  #arrival: Arrival = 'start';

  constructor(api: Api) {
    this.api = api;
    this.timeline = new FeedStore((cursor) => this.#watched(api.timeline(cursor)));
    this.outbox = new Outbox(api, (tribble, place) => this.#posted(tribble, place));
    this.deletions = new Deletions(api, (id) => this.#gone(id));
    // Whoever is followed has posted before: the timeline is another one.
    this.following = new Following(api, () => this.timeline.markStale());
    this.#stream = new LiveStream({
      tribble: (tribble) => this.#arrived(tribble),
      deleted: (id) => this.#gone(id),
      missing: (users) => (this.streamMissing.value = users),
      reset: () => this.timeline.markStale(),
      ended: () => this.#forgetUser(),
      refused: () => void this.#watched(api.me()), // If the session is over, that ends it.
    });
  }

  /** Begins: asks who is here, and listens to the clock and the connection. */
  async start(addresses: Addresses): Promise<void> {
    this.#addresses = addresses;
    everyWhileSeen(tickMs, () => (this.nowMs.value = nowMs()));
    onConnectionChange((isOnlineNow) => {
      this.isOnline.value = isOnlineNow;
      if (isOnlineNow) this.#connected();
    });
    await this.findSession();
  }

  /** Asks the server who is here. */
  async findSession(): Promise<void> {
    const answer = await this.api.me();
    if (answer.kind === 'ok') this.#becomeUser(answer.value);
    else if (answer.kind === 'problem' && answer.problem.code === 'not-logged-in') {
      this.session.value = { kind: 'nobody' };
    } else this.session.value = { kind: 'unreachable' };
  }

  /** Whether the reader has followed a link here: then the focus goes to the page's heading. */
  get hasArrived(): boolean {
    return this.#arrival !== 'start';
  }

  /** Puts the reader where they left this entry of the history; on a new page, on top. */
  restoreScroll(): void {
    if (this.#arrival !== 'start') this.#addresses?.restoreScroll();
  }

  /** Whether the reader came back to what they have seen: then it is shown as it was. */
  isReturning(): boolean {
    return this.#arrival === 'returned';
  }

  go(address: string): void {
    this.#addresses?.go(address);
  }

  rename(address: string): void {
    this.#addresses?.rename(address);
  }

  arriveAt(route: Route, arrival: Arrival): void {
    this.#arrival = arrival;
    batch(() => {
      this.dialog.value = undefined;
      this.route.value = route;
    });
    // Who goes home wants what is new; who comes back, what they left.
    if (route.kind === 'home' && arrival === 'followed' && this.timeline.hasNews()) {
      void this.timeline.showWaiting(); // Its outcome is in the store.
    }
  }

  /** The feed of a user's page; the last one is kept for those who come back to it. */
  feedOf(user: string): FeedStore {
    if (this.#profileFeed?.user !== user || !this.isReturning()) {
      const store = new FeedStore((cursor) => this.#watched(this.api.postsOf(user, cursor)));
      this.#profileFeed = { user, store };
      void store.load(); // Its outcome is in the store.
    }
    return this.#profileFeed.store;
  }

  async logIn(user: string, password: string): Promise<Answer<{ user: string }>> {
    const answer = await this.api.logIn(user, password);
    if (answer.kind === 'ok') await this.findSession();
    return answer;
  }

  async logOut(): Promise<void> {
    await this.deletions.finish();
    const answer = await this.api.logOut();
    if (answer.kind === 'lost') {
      this.say('Could not log out: there is no connection.');
      return;
    }
    this.#forgetUser();
    this.go('/');
  }

  say(text: string): void {
    this.spoken.value = text;
  }

  /** Sends what was written. */
  post(text: string): void {
    this.outbox.send(text);
    this.say('Posting.');
  }

  #becomeUser(me: Me): void {
    batch(() => {
      this.session.value = { kind: 'user', me };
      this.timeline.clear();
    });
    void this.timeline.load(); // Their outcomes are in the stores.
    void this.following.load(me.id);
    this.outbox.openFor(me.id);
    this.#stream.open();
  }

  #forgetUser(): void {
    this.#stream.forget();
    batch(() => {
      this.outbox.close();
      this.following.clear();
      this.timeline.clear();
      this.streamMissing.value = [];
      this.#profileFeed = undefined;
      this.session.value = { kind: 'nobody' };
    });
  }

  #connected(): void {
    const { kind } = this.session.value;
    if (kind === 'unreachable' || kind === 'unknown') void this.findSession();
    else if (kind === 'user') {
      this.outbox.sendWaiting();
      if (this.timeline.feed.value.list.status === 'failed') void this.timeline.load();
    }
  }

  /** An answer that the session is over ends it here too. */
  async #watched<Value>(asked: Promise<Answer<Value>>): Promise<Answer<Value>> {
    const answer = await asked;
    if (answer.kind === 'problem' && answer.problem.code === 'not-logged-in') this.#forgetUser();
    return answer;
  }

  #arrived(tribble: Tribble): void {
    // One's own comes by the stream too, perhaps before the answer to the request that posted it.
    if (tribble.user === this.me.value && this.outbox.isSending(tribble.text)) return;
    this.timeline.arrive(tribble);
    const count = this.timeline.feed.value.waiting.length;
    if (count > 0) this.say(`${count} new ${count === 1 ? 'Tribble' : 'Tribbles'}.`);
  }

  #posted(tribble: Tribble, place: string): void {
    this.timeline.addOwn(tribble, place);
    if (this.#profileFeed?.user === tribble.user) this.#profileFeed.store.addOwn(tribble, place);
    this.say('Posted.');
  }

  #gone(id: string): void {
    this.timeline.remove(id);
    this.#profileFeed?.store.remove(id);
  }
}
