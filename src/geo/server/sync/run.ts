import { ChangeLog } from './change-log.ts';

/** Whether a write of an origin, as it is numbered here, is known. */
export type IsKnown = (origin: number, sequence: number) => boolean;

export interface RunOptions {
  /** Its source may end before it claims what it told: that is remembered for as long. */
  readonly mayBreakOff?: boolean;
  /** Its source tells only what we lack, and claims what we had as well. */
  readonly claimsUntold?: boolean;
}

/** Records that a source told and whose writes nothing has claimed yet. */
export interface LooseRecords {
  readonly places: Int32Array;
  /** The highest sequence number of each origin among them. */
  readonly highest: ReadonlyMap<number, number>;
}

/**
 * The records of one source, in the stream of a replica, that nothing was claimed of yet.
 *
 * Of a source that may be lost it remembers which they are: four bytes each, and only until they are claimed. Where they stand
 * in the stream would not do, since the stream is trimmed meanwhile.
 */
export class Run {
  /** All are behind this position; undefined: there are none. */
  since: number | undefined;
  /** Its next claims may be about records that stand outside of it. */
  claimsUntold: boolean;
  readonly #isOfDifference: boolean;
  readonly #mayBreakOff: boolean;
  #places: ChangeLog | undefined;
  readonly #highest: Map<number, number> = new Map();
  /** Of the origin that was seen last: entries of one stand together mostly. */
  #origin = -1;
  #sequence = 0;

  constructor({ mayBreakOff = false, claimsUntold = false }: RunOptions = {}) {
    this.#mayBreakOff = mayBreakOff;
    this.#isOfDifference = claimsUntold;
    this.claimsUntold = claimsUntold;
  }

  add(place: number): void {
    if (!this.#mayBreakOff) return;
    this.#places ??= new ChangeLog();
    this.#places.append(place);
  }

  /** The write that was told with the record. */
  saw(origin: number, sequence: number): void {
    if (!this.#mayBreakOff) return;
    if (origin !== this.#origin) {
      this.#note();
      this.#origin = origin;
      this.#sequence = 0;
    }
    this.#sequence = Math.max(this.#sequence, sequence);
  }

  /** It ends, claimed or broken off: what of it is not known; undefined: nothing. */
  end(isKnown: IsKnown): LooseRecords | undefined {
    this.#note();
    this.since = undefined;
    this.claimsUntold = this.#isOfDifference;
    const places = this.#places;
    const highest = new Map(this.#highest);
    this.#highest.clear();
    this.#origin = -1;
    if (places === undefined) return undefined;
    const loose = areAllKnown(highest, isKnown) ? undefined : { places: placesOf(places), highest };
    places.trim(places.last);
    return loose;
  }

  #note(): void {
    if (this.#origin < 0) return;
    const before = this.#highest.get(this.#origin) ?? 0;
    if (this.#sequence > before) this.#highest.set(this.#origin, this.#sequence);
  }
}

/** Whether all writes up to these are known. */
export function areAllKnown(highest: ReadonlyMap<number, number>, isKnown: IsKnown): boolean {
  for (const [origin, sequence] of highest) if (!isKnown(origin, sequence)) return false;
  return true;
}

/** Each place once. */
function placesOf(log: ChangeLog): Int32Array {
  const places = new Int32Array(log.last - log.first + 1);
  for (let index = 0; index < places.length; index += 1) {
    places[index] = log.place(log.first + index);
  }
  places.sort();
  let count = 0;
  for (const place of places) {
    if (count > 0 && places[count - 1] === place) continue;
    places[count] = place;
    count += 1;
  }
  return places.slice(0, count);
}
