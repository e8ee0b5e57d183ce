import { assert } from '../../../core/assert.ts';

/**
 * A number for each entry that stays although its block does not, and what of it lies outside the arena.
 *
 * Whoever walks over all places while entries come and go meets each entry that was there all the while, once.
 */
export class Places<Outside> {
  /** 0: nobody stands there. */
  readonly #blocks: number[] = [];
  readonly #outside: (Outside | undefined)[] = [];
  readonly #free: number[] = [];

  /** Places from here on were never taken. */
  get end(): number {
    return this.#blocks.length;
  }

  /** A place for an entry. */
  take(block: number, outside: Outside | undefined): number {
    const place = this.#free.pop() ?? this.#blocks.length;
    this.#blocks[place] = block;
    this.#outside[place] = outside;
    return place;
  }

  /** Nobody stands there any more. */
  release(place: number): void {
    assert(this.block(place) !== 0, 'a place is released once');
    this.#blocks[place] = 0;
    this.#outside[place] = undefined;
    this.#free.push(place);
  }

  /** The entry that stands there; 0: nobody does. */
  block(place: number): number {
    return this.#blocks[place] ?? 0;
  }

  /** The entry that stands there has moved. */
  move(place: number, block: number): void {
    this.#blocks[place] = block;
  }

  outside(place: number): Outside | undefined {
    return this.#outside[place];
  }

  setOutside(place: number, outside: Outside | undefined): void {
    this.#outside[place] = outside;
  }
}
