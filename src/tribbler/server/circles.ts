import { forgetOldest } from '../../core/forget-oldest.ts';
import { tribblerLimits } from '../../core/limits.ts';

/** Whose Tribbles a page has, and what that was made of. */
interface Circle {
  of: readonly string[];
  readonly users: readonly string[];
}

/**
 * The users of a page, as one frozen array for as long as they are the same. What is known of such an array is found by it; a Libstore's
 * copy of whom somebody follows is another array with each lease, though it says the same.
 */
export class Circles {
  /** By name: the one that was made first goes first. */
  readonly #circles: Map<string, Circle> = new Map();
  readonly #circlesMax: number;

  constructor(circlesMax: number = tribblerLimits.pagesKept) {
    this.#circlesMax = circlesMax;
  }

  /** The circle of this name: the users in `list`, and `also` if it is given and not among them. */
  find(name: string, list: readonly string[], also?: string): readonly string[] {
    const known = this.#circles.get(name);
    if (known !== undefined && (known.of === list || isSame(known.of, list))) {
      known.of = list;
      return known.users;
    }
    const users = also === undefined || list.includes(also) ? [...list] : [...list, also];
    this.#circles.set(name, { of: list, users: Object.freeze(users) });
    forgetOldest(this.#circles, this.#circlesMax);
    return users;
  }
}

function isSame(list: readonly string[], other: readonly string[]): boolean {
  if (list.length !== other.length) return false;
  for (let place = 0; place < list.length; place += 1) {
    if (list[place] !== other[place]) return false;
  }
  return true;
}
