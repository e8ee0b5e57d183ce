import { signal } from '@preact/signals';
import type { Signal } from '@preact/signals';
import type { Api } from '../browser/api.ts';
import type { Answer } from '../model/answer.ts';

/** So many pages of whom one follows are loaded; whom that does not tell, the profile page does. */
const pagesMax = 10;

/** Whom the user follows, as far as it is known: lists of people have only names. */
export class Following {
  readonly known: Signal<ReadonlyMap<string, boolean>> = signal<ReadonlyMap<string, boolean>>(
    new Map(),
  );
  /** Whether who is not in `known` is not followed. */
  readonly isComplete: Signal<boolean> = signal(false);
  readonly #api: Api;
  readonly #changed: () => void;

  /** `changed` hears of each change that the server has taken. */
  constructor(api: Api, changed: () => void) {
    this.#api = api;
    this.#changed = changed;
  }

  async load(user: string): Promise<void> {
    let cursor: string | undefined;
    for (let page = 0; page < pagesMax; page++) {
      const answer = await this.#api.people(user, 'following', cursor);
      if (answer.kind !== 'ok') return;
      // What the user has done meanwhile is newer than the page.
      const listed = answer.value.items.map(({ id }) => [id, true] as const);
      this.known.value = new Map([...listed, ...this.known.value]);
      cursor = answer.value.next;
      if (cursor === undefined) {
        this.isComplete.value = true;
        return;
      }
    }
  }

  /** Whether the user follows `id`; undefined if that is not known. */
  follows(id: string): boolean | undefined {
    return this.known.value.get(id) ?? (this.isComplete.value ? false : undefined);
  }

  note(id: string, follows: boolean): void {
    this.known.value = new Map([...this.known.value, [id, follows]]);
  }

  /** Follows or does not; shown at once, and taken back if the server refuses. */
  async set(id: string, follows: boolean): Promise<Answer<undefined>> {
    this.note(id, follows);
    const answer = await this.#api.setFollowing(id, follows);
    if (answer.kind === 'ok') this.#changed();
    else this.note(id, !follows);
    return answer;
  }

  clear(): void {
    this.known.value = new Map();
    this.isComplete.value = false;
  }
}
