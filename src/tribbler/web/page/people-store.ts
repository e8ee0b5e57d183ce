import { signal } from '@preact/signals';
import type { Signal } from '@preact/signals';
import { unloaded, withFirstPage, withNextPage, withProblem } from '../model/paged.ts';
import type { Paged } from '../model/paged.ts';
import { problemOf } from '../model/problems.ts';
import type { Page, UserName } from '../../api-types.ts';
import type { Answer } from '../model/answer.ts';

/** A list of users, and where its pages come from. */
export class PeopleStore {
  readonly list: Signal<Paged<UserName>> = signal<Paged<UserName>>(unloaded);
  readonly #ask: (cursor: string | undefined) => Promise<Answer<Page<UserName>>>;

  constructor(ask: (cursor: string | undefined) => Promise<Answer<Page<UserName>>>) {
    this.#ask = ask;
  }

  async load(): Promise<void> {
    if (this.list.value.status === 'failed') this.list.value = unloaded;
    const answer = await this.#ask(undefined);
    this.list.value =
      answer.kind === 'ok'
        ? withFirstPage(answer.value)
        : withProblem(this.list.value, problemOf(answer));
  }

  async loadMore(): Promise<void> {
    const before = this.list.value;
    if (before.next === undefined || before.isLoadingMore) return;
    this.list.value = { ...before, isLoadingMore: true };
    const answer = await this.#ask(before.next);
    this.list.value =
      answer.kind === 'ok'
        ? withNextPage(this.list.value, answer.value)
        : withProblem(this.list.value, problemOf(answer));
  }
}
