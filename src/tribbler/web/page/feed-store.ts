import { signal } from '@preact/signals';
import type { Signal } from '@preact/signals';
import {
  feedContinued,
  feedFailed,
  feedLoaded,
  ownPosted,
  tribbleArrived,
  tribbleGone,
  unloadedFeed,
  waitingShown,
} from '../model/feed.ts';
import type { Feed } from '../model/feed.ts';
import { problemOf } from '../model/problems.ts';
import type { Page, Tribble } from '../../api-types.ts';
import type { Answer } from '../model/answer.ts';

/** A feed, and where its pages come from. */
export class FeedStore {
  readonly feed: Signal<Feed> = signal(unloadedFeed);
  readonly #ask: (cursor: string | undefined) => Promise<Answer<Page<Tribble>>>;
  /** Counts the beginnings: an answer that belongs to an earlier one is thrown away. */
  #beginning = 0;

  constructor(ask: (cursor: string | undefined) => Promise<Answer<Page<Tribble>>>) {
    this.#ask = ask;
  }

  /** Loads the first page, anew if there was one. What is shown stays until it is there. */
  async load(): Promise<void> {
    const beginning = ++this.#beginning;
    const { list } = this.feed.value;
    if (list.status === 'failed') this.feed.value = unloadedFeed;
    const answer = await this.#ask(undefined);
    if (beginning !== this.#beginning) return;
    this.feed.value =
      answer.kind === 'ok'
        ? feedLoaded(this.feed.value, answer.value)
        : feedFailed(this.feed.value, problemOf(answer));
  }

  /** Loads the next page, if there is one and it is not on its way. */
  async loadMore(): Promise<void> {
    const { list } = this.feed.value;
    if (list.next === undefined || list.isLoadingMore) return;
    const beginning = this.#beginning;
    this.feed.value = { ...this.feed.value, list: { ...list, isLoadingMore: true } };
    const answer = await this.#ask(list.next);
    if (beginning !== this.#beginning) return;
    this.feed.value =
      answer.kind === 'ok'
        ? feedContinued(this.feed.value, answer.value)
        : feedFailed(this.feed.value, problemOf(answer));
  }

  arrive(tribble: Tribble): void {
    this.feed.value = tribbleArrived(this.feed.value, tribble);
  }

  /** Shows what waits; if too much was missed, that is a new first page. */
  async showWaiting(): Promise<void> {
    if (this.feed.value.isStale) await this.load();
    this.feed.value = waitingShown(this.feed.value);
  }

  /** Whether there is more than is shown. */
  hasNews(): boolean {
    const { waiting, isStale } = this.feed.value;
    return waiting.length > 0 || isStale;
  }

  markStale(): void {
    this.feed.value = { ...this.feed.value, isStale: true };
  }

  addOwn(tribble: Tribble, place: string): void {
    this.feed.value = ownPosted(this.feed.value, tribble, place);
  }

  remove(id: string): void {
    this.feed.value = tribbleGone(this.feed.value, id);
  }

  clear(): void {
    this.#beginning++;
    this.feed.value = unloadedFeed;
  }
}
