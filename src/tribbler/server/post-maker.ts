import type { Clock } from '../../core/clock.ts';
import { randomHex, type Random } from '../../core/random.ts';
import type { Tribble } from '../api-types.ts';
import { formatPostId, makePostKey } from '../post-key.ts';
import { formatTime } from '../rfc3339.ts';

/** Makes Tribbles: gives them their time and key. Later ones of one server have greater keys. */
export class PostMaker {
  readonly #clock: Clock;
  readonly #random: Random;
  #lastUs = 0;

  constructor({ clock, random }: { readonly clock: Clock; readonly random: Random }) {
    this.#clock = clock;
    this.#random = random;
  }

  make(user: string, text: string): Tribble {
    // The clock has milliseconds; what comes in one of them is numbered.
    const timeUs = Math.max(this.#clock.wallMs() * 1_000, this.#lastUs + 1);
    this.#lastUs = timeUs;
    const key = makePostKey(timeUs, randomHex(this.#random, 4));
    return { id: formatPostId({ user, key }), user, key, posted: formatTime(timeUs / 1_000), text };
  }
}
