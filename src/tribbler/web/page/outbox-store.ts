import { signal } from '@preact/signals';
import type { Signal } from '@preact/signals';
import type { Api } from '../browser/api.ts';
import { uniqueKey } from '../browser/chance.ts';
import { keep, recall } from '../browser/storage.ts';
import { formatTime, later, nowMs } from '../browser/time.ts';
import { parseDrafts, withDraftState } from '../model/outbox.ts';
import type { Draft } from '../model/outbox.ts';
import { isPassing, problemOf } from '../model/problems.ts';
import type { Tribble } from '../../api-types.ts';

/** How long until what did not get through is tried again by itself. */
const retryMs = 5000;

/**
 * What was written and is not yet acknowledged. It is shown at once, sent with its own `Idempotency-Key`, and kept in the browser until the
 * server has it: closing the page loses nothing, and sending it twice makes one Tribble.
 */
export class Outbox {
  readonly drafts: Signal<readonly Draft[]> = signal<readonly Draft[]>([]);
  readonly #api: Api;
  readonly #posted: (tribble: Tribble, place: string) => void;
  #user: string | undefined;
  #retry: (() => void) | undefined;

  constructor(api: Api, posted: (tribble: Tribble, place: string) => void) {
    this.#api = api;
    this.#posted = posted;
  }

  /** Takes up what the user has left here. */
  openFor(user: string): void {
    this.#user = user;
    this.drafts.value = parseDrafts(recall(`outbox.${user}`));
    this.sendWaiting();
  }

  close(): void {
    this.#retry?.();
    this.#user = undefined;
    this.drafts.value = [];
  }

  send(text: string): void {
    const written = formatTime(nowMs());
    const draft: Draft = { key: uniqueKey(), text, written, state: { kind: 'sending' } };
    this.#change([draft, ...this.drafts.value]);
    void this.#deliver(draft); // Its outcome is in the draft's state.
  }

  /** Sends one again that was refused or waits. */
  sendAgain(draft: Draft): void {
    this.#change(withDraftState(this.drafts.value, draft.key, { kind: 'sending' }));
    void this.#deliver(draft);
  }

  sendWaiting(): void {
    this.#retry?.();
    // Oldest first, so that they come to be in the order in which they were written.
    const waiting = this.drafts.value.filter(({ state }) => state.kind === 'waiting');
    for (const draft of waiting.toReversed()) this.sendAgain(draft);
  }

  discard(draft: Draft): void {
    this.#change(this.drafts.value.filter(({ key }) => key !== draft.key));
  }

  isSending(text: string): boolean {
    return this.drafts.value.some((draft) => draft.text === text && draft.state.kind === 'sending');
  }

  async #deliver({ key, text }: Draft): Promise<void> {
    const user = this.#user;
    const answer = await this.#api.post(text, key);
    // Another user may be here by now; the draft is still kept for the one who wrote it.
    if (user !== this.#user) return;
    if (answer.kind === 'ok') {
      this.#change(this.drafts.value.filter((draft) => draft.key !== key));
      this.#posted(answer.value, key);
      return;
    }
    const problem = problemOf(answer);
    if (isPassing(problem)) {
      this.#change(withDraftState(this.drafts.value, key, { kind: 'waiting' }));
      this.#retry?.();
      this.#retry = later(retryMs, () => this.sendWaiting());
    } else {
      this.#change(withDraftState(this.drafts.value, key, { kind: 'refused', problem }));
    }
  }

  #change(drafts: readonly Draft[]): void {
    this.drafts.value = drafts;
    const kept = drafts.map(({ key, text, written }) => ({ key, text, written }));
    keep(`outbox.${this.#user}`, kept.length === 0 ? undefined : JSON.stringify(kept));
  }
}
