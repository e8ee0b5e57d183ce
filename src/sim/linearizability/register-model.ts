import {
  checkLinearizable,
  type Model,
  type SearchOptions,
  type TimedCall,
  type Verdict,
} from './linearizability.ts';

/** What clients do with a value, and what they were told. */
export type RegisterCall =
  | { readonly kind: 'put'; readonly value: string }
  /** `done`: there was none. */
  | { readonly kind: 'put if absent'; readonly value: string; readonly done: boolean }
  /** `found`: there was one. */
  | { readonly kind: 'delete'; readonly found: boolean }
  | { readonly kind: 'get'; readonly value: string | undefined };

/** Whether the calls of one value can have happened one after the other. Requires: no value is put twice. */
export function checkRegister(
  calls: readonly TimedCall<RegisterCall>[],
  options: SearchOptions = {},
): Verdict<RegisterCall> {
  const decisive = decisiveCalls(calls);
  return checkLinearizable(new RegisterModel(decisive), decisive, options);
}

/**
 * The calls that decide anything. A put that nobody answered and whose value nobody has read would only be a way for a
 * value to be there: without deletes and puts that want to know, nobody can tell.
 */
function decisiveCalls(calls: readonly TimedCall<RegisterCall>[]): TimedCall<RegisterCall>[] {
  const readings = countReadings(calls);
  const isPresenceTold = calls.some(
    ({ call, end }) => end < Infinity && (call.kind === 'delete' || call.kind === 'put if absent'),
  );
  return calls.filter(({ call, end }) => {
    if (end < Infinity) return true;
    if (call.kind === 'get') return false;
    return isPresenceTold || call.kind === 'delete' || readings.has(call.value);
  });
}

function countReadings(calls: readonly TimedCall<RegisterCall>[]): Map<string, number> {
  const readings = new Map<string, number>();
  for (const { call, end } of calls) {
    if (end === Infinity || call.kind !== 'get' || call.value === undefined) continue;
    readings.set(call.value, (readings.get(call.value) ?? 0) + 1);
  }
  return readings;
}

/**
 * A place for one value.
 *
 * It knows which readings are to come. A value that nobody will read is as good as any other such, and one that somebody
 * will cannot go yet, since it would not come back: so most wrong guesses end at once.
 */
class RegisterModel implements Model<RegisterCall> {
  #value: string | undefined;
  /** How often each value is still to be read. */
  readonly #readings: Map<string, number>;

  constructor(calls: readonly TimedCall<RegisterCall>[]) {
    this.#readings = countReadings(calls);
  }

  get state(): string {
    if (this.#value === undefined) return 'nothing';
    return this.#isToBeRead(this.#value) ? `=${this.#value}` : 'a value';
  }

  apply(call: RegisterCall, isAnswered: boolean): (() => void) | undefined {
    const isThere = this.#value !== undefined;
    switch (call.kind) {
      case 'put':
        return this.#become(call.value);
      case 'put if absent':
        if (isAnswered && call.done === isThere) return undefined;
        return isThere ? nothing : this.#become(call.value);
      case 'delete':
        if (isAnswered && call.found !== isThere) return undefined;
        return this.#become(undefined);
      case 'get':
        return call.value === this.#value ? this.#read(call.value) : undefined;
    }
  }

  isNeutral(call: RegisterCall): boolean {
    if (call.kind === 'put if absent') return !call.done;
    return call.kind === 'get' || (call.kind === 'delete' && !call.found);
  }

  nameOf(call: RegisterCall): string {
    if (call.kind === 'get' || call.kind === 'delete') return call.kind;
    return this.#isToBeRead(call.value) ? `${call.kind} ${call.value}` : call.kind;
  }

  #isToBeRead(value: string): boolean {
    return (this.#readings.get(value) ?? 0) > 0;
  }

  #become(value: string | undefined): (() => void) | undefined {
    const before = this.#value;
    if (before !== undefined && this.#isToBeRead(before)) return undefined;
    this.#value = value;
    return () => void (this.#value = before);
  }

  #read(value: string | undefined): () => void {
    if (value === undefined) return nothing;
    const count = this.#readings.get(value) ?? 0;
    this.#readings.set(value, count - 1);
    return () => void this.#readings.set(value, count);
  }
}

const nothing = (): void => {};
