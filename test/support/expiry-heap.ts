import { assert } from '../../src/core/assert.ts';

/**
 * Which of numbered entries ends first: a binary heap that knows where each entry stands in it.
 *
 * A heap that merely skips stale items would grow with every change of an expiry, without a bound when one
 * key is refreshed all the time (presence does just that). Here an entry is in it once or not at all.
 */
export class ExpiryHeap {
  /** When each entry ends, by its number; 0: it is not in the heap. */
  #expiryMs = new Float64Array(0);
  /** Where each entry stands in `#heap`; of no meaning if it is not in it. */
  #position = new Int32Array(0);
  #heap = new Int32Array(0);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The entry that ends first; −1 if none does. */
  get first(): number {
    return this.#size === 0 ? -1 : this.#at(0);
  }

  /** When `entry` ends; 0: never. */
  expiryMs(entry: number): number {
    return this.#expiryMs[entry] ?? 0;
  }

  /** Sets when `entry` ends; 0 takes it out. */
  set(entry: number, expiryMs: number): void {
    const before = this.#expiryMs[entry] ?? 0;
    if (before === expiryMs) return;
    assert(expiryMs >= 0, 'nothing ends before 1970');
    if (expiryMs === 0) return this.#remove(entry);
    if (entry >= this.#expiryMs.length) this.#grow(entry + 1);
    this.#expiryMs[entry] = expiryMs;
    if (before === 0) {
      this.#size += 1;
      this.#rise(this.#size - 1, entry);
    } else {
      this.#settle(this.#position[entry] ?? 0, entry);
    }
  }

  clear(): void {
    this.#expiryMs = new Float64Array(0);
    this.#position = new Int32Array(0);
    this.#heap = new Int32Array(0);
    this.#size = 0;
  }

  #remove(entry: number): void {
    const position = this.#position[entry] ?? 0;
    this.#expiryMs[entry] = 0;
    this.#size -= 1;
    const last = this.#at(this.#size);
    if (last !== entry) this.#settle(position, last);
  }

  #settle(position: number, entry: number): void {
    if (position > 0 && this.#isBefore(entry, this.#at((position - 1) >> 1))) {
      this.#rise(position, entry);
    } else {
      this.#sink(position, entry);
    }
  }

  #rise(from: number, entry: number): void {
    let position = from;
    while (position > 0) {
      const parent = this.#at((position - 1) >> 1);
      if (!this.#isBefore(entry, parent)) break;
      this.#place(position, parent);
      position = (position - 1) >> 1;
    }
    this.#place(position, entry);
  }

  #sink(from: number, entry: number): void {
    let position = from;
    for (;;) {
      let child = position * 2 + 1;
      if (child >= this.#size) break;
      if (child + 1 < this.#size && this.#isBefore(this.#at(child + 1), this.#at(child)))
        child += 1;
      if (!this.#isBefore(this.#at(child), entry)) break;
      this.#place(position, this.#at(child));
      position = child;
    }
    this.#place(position, entry);
  }

  #at(position: number): number {
    return this.#heap[position] ?? -1;
  }

  #place(position: number, entry: number): void {
    this.#heap[position] = entry;
    this.#position[entry] = position;
  }

  #isBefore(a: number, b: number): boolean {
    return (this.#expiryMs[a] ?? 0) < (this.#expiryMs[b] ?? 0);
  }

  #grow(countMin: number): void {
    const count = Math.max(64, countMin, this.#expiryMs.length * 2);
    const expiryMs = new Float64Array(count);
    const position = new Int32Array(count);
    const heap = new Int32Array(count);
    expiryMs.set(this.#expiryMs);
    position.set(this.#position);
    heap.set(this.#heap);
    this.#expiryMs = expiryMs;
    this.#position = position;
    this.#heap = heap;
  }
}
