import { assert } from '../../core/assert.ts';
import { originsMax } from './table.ts';

/**
 * The origins of stamps and dots by number: an entry keeps a small integer instead of an actor's uid of
 * thirty characters. The numbers mean nothing outside this replica.
 */
export class Origins {
  readonly #uids: string[] = [];
  readonly #numbers: Map<string, number> = new Map();

  get size(): number {
    return this.#uids.length;
  }

  /** The number of `uid`, a new one if it is not known yet. */
  numberOf(uid: string): number {
    const known = this.#numbers.get(uid);
    if (known !== undefined) return known;
    const number = this.#uids.push(uid) - 1;
    assert(number < originsMax, 'there are more origins than a table can tell apart');
    this.#numbers.set(uid, number);
    return number;
  }

  /** The inverse of `numberOf`. */
  uid(number: number): string {
    const uid = this.#uids[number];
    assert(uid !== undefined, `no origin has the number ${number}`);
    return uid;
  }
}
