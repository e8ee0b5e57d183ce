import { signal } from '@preact/signals';
import type { Signal } from '@preact/signals';
import type { Api } from '../browser/api.ts';
import { later, onLeave } from '../browser/time.ts';
import { problemOf } from '../model/problems.ts';
import type { Tribble } from '../../api-types.ts';
import type { Problem } from '../model/answer.ts';

/** So long a deletion can be taken back. */
const undoMs = 8000;

/** A Tribble that is about to be deleted, was, or could not be. */
export type Deletion =
  | { readonly kind: 'undoable'; readonly tribble: Tribble }
  | { readonly kind: 'gone' }
  | { readonly kind: 'failed'; readonly problem: Problem };

/**
 * Deleting with a way back: the server cannot bring a Tribble back, so it is asked only when the time to undo is over, or when the page goes.
 */
export class Deletions {
  readonly byId: Signal<ReadonlyMap<string, Deletion>> = signal<ReadonlyMap<string, Deletion>>(
    new Map(),
  );
  readonly #api: Api;
  readonly #gone: (id: string) => void;
  readonly #timers: Map<string, () => void> = new Map();

  constructor(api: Api, gone: (id: string) => void) {
    this.#api = api;
    this.#gone = gone;
    onLeave(() => void this.finish()); // Nobody is there to hear of it.
  }

  /** Whether it was deleted here. */
  isGone(id: string): boolean {
    return this.byId.value.get(id)?.kind === 'gone';
  }

  begin(tribble: Tribble): void {
    this.#set(tribble.id, { kind: 'undoable', tribble });
    this.#timers.set(
      tribble.id,
      later(undoMs, () => void this.#delete(tribble)), // Its outcome is in `byId`.
    );
  }

  undo(id: string): void {
    this.#timers.get(id)?.();
    this.#timers.delete(id);
    this.#set(id, undefined);
  }

  /** Deletes now what could still be undone. */
  async finish(): Promise<void> {
    const undoable = [...this.byId.value.values()].flatMap((deletion) =>
      deletion.kind === 'undoable' ? [deletion.tribble] : [],
    );
    await Promise.all(undoable.map((tribble) => this.#delete(tribble)));
  }

  async #delete(tribble: Tribble): Promise<void> {
    const cancel = this.#timers.get(tribble.id);
    if (cancel === undefined) return; // It is being deleted already.
    cancel();
    this.#timers.delete(tribble.id);
    this.#set(tribble.id, { kind: 'gone' });
    this.#gone(tribble.id);
    const answer = await this.#api.remove(tribble);
    const isGone =
      answer.kind === 'ok' || (answer.kind === 'problem' && answer.problem.code === 'no-such-post');
    if (!isGone) this.#set(tribble.id, { kind: 'failed', problem: problemOf(answer) });
  }

  #set(id: string, deletion: Deletion | undefined): void {
    const byId = new Map(this.byId.value);
    if (deletion === undefined) byId.delete(id);
    else byId.set(id, deletion);
    this.byId.value = byId;
  }
}
