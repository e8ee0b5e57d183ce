import { assert } from '../../core/assert.ts';

/** A call of one client. */
export interface TimedCall<Call> {
  readonly call: Call;
  /** When it was made and when its answer came, on any scale: only the order counts. */
  readonly start: number;
  /** Infinity: no answer ever came, and what it did, if anything, nobody knows. */
  readonly end: number;
}

/** An object that does one thing after the other. The search makes it go forwards and back. */
export interface Model<Call> {
  /** What the object is in now: equal texts, equal states. Nothing else may decide what comes next. */
  readonly state: string;
  /** Does `call` if it can end as it did (`isAnswered`), or in any way; gives what undoes it. Undefined: it cannot. */
  apply(call: Call, isAnswered: boolean): (() => void) | undefined;
  /** Whether a call that ended as it did has changed nothing, whenever it was. */
  isNeutral(call: Call): boolean;
  /** Calls that nobody answered and that have the same name may stand for each other. */
  nameOf(call: Call): string;
}

export type Verdict<Call> =
  | { readonly kind: 'linearizable' }
  | {
      readonly kind: 'broken';
      /** How many answered calls could happen, at best; in what state, and which were to be next there. */
      readonly depth: number;
      readonly state: string;
      readonly next: readonly TimedCall<Call>[];
    }
  | { readonly kind: 'undecided' };

export interface SearchOptions {
  /** A search that makes more steps is given up. 1 million if not given. */
  readonly stepsMax?: number;
}

/** Whether the calls of one key, in any order, can have happened one after the other. */
export function checkLinearizable<Call>(
  model: Model<Call>,
  calls: readonly TimedCall<Call>[],
  { stepsMax = 1_000_000 }: SearchOptions = {},
): Verdict<Call> {
  const search = new Search(model, calls);
  for (let steps = 0; steps < stepsMax; steps += 1) {
    const verdict = search.step();
    if (verdict !== undefined) return verdict;
  }
  return { kind: 'undecided' };
}

/** A state that was come to, and what was tried from there. */
interface Frame<Call> {
  /** Which calls can happen now, the best guess last; those that were tried are gone. */
  readonly options: Option<Call>[];
  /** Undoes the option that was tried last. */
  undo: (() => void) | undefined;
  tried: Option<Call> | undefined;
  readonly state: string;
}

interface Option<Call> extends TimedCall<Call> {
  /** In the order of their starts, the answered and the others apart. */
  readonly index: number;
  hasHappened: boolean;
}

class Search<Call> {
  readonly #model: Model<Call>;
  readonly #answered: readonly Option<Call>[];
  readonly #unanswered: readonly Option<Call>[];
  readonly #seen: Set<string> = new Set();
  readonly #frames: Frame<Call>[] = [];
  /** All answered calls before this one have happened. */
  #base = 0;
  #happened = 0;
  #best: Extract<Verdict<Call>, { kind: 'broken' }> = {
    kind: 'broken',
    depth: -1,
    state: '',
    next: [],
  };

  constructor(model: Model<Call>, calls: readonly TimedCall<Call>[]) {
    this.#model = model;
    const ordered = calls.toSorted((a, b) => a.start - b.start);
    const toOptions = (some: readonly TimedCall<Call>[]): Option<Call>[] =>
      some.map((each, index) => ({ ...each, index, hasHappened: false }));
    this.#answered = toOptions(ordered.filter(({ end }) => end < Infinity));
    this.#unanswered = toOptions(ordered.filter(({ end }) => end === Infinity));
    this.#enter();
  }

  /** Makes one call happen or unhappen; gives the verdict when there is one. */
  step(): Verdict<Call> | undefined {
    if (this.#happened === this.#answered.length) return { kind: 'linearizable' };
    const frame = this.#frames.at(-1);
    if (frame === undefined) return this.#best;
    this.#undo(frame);
    const option = frame.options.pop();
    if (option === undefined) {
      this.#frames.pop();
      return undefined;
    }
    const isAnswered = option.end < Infinity;
    const withoutLast = isAnswered ? undefined : this.#stateWithoutLast(option);
    const undo = this.#model.apply(option.call, isAnswered);
    if (undo === undefined) return undefined;
    const { state } = this.#model;
    if (isAnswered) {
      // Possible now, and it takes nothing from what follows: to try anything else here is in vain.
      if (this.#model.isNeutral(option.call)) frame.options.length = 0;
    } else if (state === frame.state || state === withoutLast) {
      // It changes nothing, or hides all that the one before has done: that might as well not have happened.
      undo();
      return undefined;
    }
    frame.undo = undo;
    frame.tried = option;
    this.#mark(option, true);
    this.#enter();
    return undefined;
  }

  /** Begins to look from here, unless somebody has. */
  #enter(): void {
    while (this.#answered[this.#base]?.hasHappened === true) this.#base += 1;
    const name = this.#name();
    if (this.#seen.has(name)) return;
    this.#seen.add(name);
    const { options, next } = this.#findOptions();
    const { state } = this.#model;
    if (this.#happened > this.#best.depth) {
      this.#best = { kind: 'broken', depth: this.#happened, state, next };
    }
    this.#frames.push({ options, undo: undefined, tried: undefined, state });
  }

  #undo(frame: Frame<Call>): void {
    if (frame.undo === undefined || frame.tried === undefined) return;
    frame.undo();
    frame.undo = undefined;
    this.#mark(frame.tried, false);
    frame.tried = undefined;
  }

  #mark(option: Option<Call>, hasHappened: boolean): void {
    option.hasHappened = hasHappened;
    if (option.end === Infinity) return;
    this.#happened += hasHappened ? 1 : -1;
    if (!hasHappened) this.#base = Math.min(this.#base, option.index);
  }

  /** What can happen now: whatever began before the first answer that is still due. */
  #findOptions(): { options: Option<Call>[]; next: readonly Option<Call>[] } {
    let firstEnd = Infinity;
    const next: Option<Call>[] = [];
    for (let index = this.#base; index < this.#answered.length; index += 1) {
      const option = this.#answered[index];
      assert(option !== undefined, 'an index within the calls');
      if (option.hasHappened) continue;
      if (option.start > firstEnd) break;
      next.push(option);
      firstEnd = Math.min(firstEnd, option.end);
    }
    next.sort((a, b) => a.end - b.end);
    // Of those that may stand for each other the first will do.
    const others = new Map<string, Option<Call>>();
    for (const option of this.#unanswered) {
      if (option.start > firstEnd) break;
      const name = this.#model.nameOf(option.call);
      if (!option.hasHappened && !others.has(name)) others.set(name, option);
    }
    return { options: [...others.values(), ...next.toReversed()], next };
  }

  /** Where `option` leads if the call before it, which nobody answered either, has not happened. */
  #stateWithoutLast(option: Option<Call>): string | undefined {
    const last = this.#frames.at(-2);
    if (last?.undo === undefined || last.tried?.end !== Infinity) return undefined;
    last.undo();
    const undo = this.#model.apply(option.call, false);
    const state = undo === undefined ? undefined : this.#model.state;
    undo?.();
    last.undo = this.#model.apply(last.tried.call, false);
    return state;
  }

  /** What has happened, and where that led: all that the rest depends on. */
  #name(): string {
    const parts: (string | number)[] = [this.#base];
    let rest = this.#happened - this.#base;
    for (let index = this.#base; rest > 0; index += 1) {
      if (this.#answered[index]?.hasHappened !== true) continue;
      parts.push(index);
      rest -= 1;
    }
    parts.push('/');
    for (const { index, hasHappened } of this.#unanswered) if (hasHappened) parts.push(index);
    return `${parts.join(' ')} ${this.#model.state}`;
  }
}
