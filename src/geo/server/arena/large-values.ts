import { assert } from '../../../core/assert.ts';

/**
 * Values that no block holds, each in memory of its own, by number. They are few, because each has more than
 * some KiB, so an object for each is no burden.
 */
export class LargeValues {
  readonly #values: (DataView | undefined)[] = [];
  readonly #free: number[] = [];
  #byteLength = 0;

  /** Bytes of all of them. */
  get byteLength(): number {
    return this.#byteLength;
  }

  /** Requires: there is a value of this number. */
  get(number: number): DataView {
    const value = this.#values[number];
    assert(value !== undefined, 'there is no such large value');
    return value;
  }

  /** Copies `bytes[start … end)` and returns its number. */
  add(bytes: DataView, start: number, end: number): number {
    const number = this.#free.pop() ?? this.#values.length;
    this.#values[number] = this.#copy(bytes, start, end);
    this.#byteLength += end - start;
    return number;
  }

  delete(number: number): void {
    this.#byteLength -= this.get(number).byteLength;
    this.#values[number] = undefined;
    this.#free.push(number);
  }

  clear(): void {
    this.#values.length = 0;
    this.#free.length = 0;
    this.#byteLength = 0;
  }

  /** Checks everything that must hold; returns the numbers in use. For tests. */
  audit(): Set<number> {
    const inUse = new Set<number>();
    let byteLength = 0;
    for (const [number, value] of this.#values.entries()) {
      if (value === undefined) continue;
      inUse.add(number);
      byteLength += value.byteLength;
    }
    assert(byteLength === this.#byteLength, 'large values have as many bytes as counted');
    assert(inUse.size + this.#free.length === this.#values.length, 'a number is in use or free');
    return inUse;
  }

  #copy(bytes: DataView, start: number, end: number): DataView {
    const copy = Buffer.allocUnsafeSlow(end - start);
    copy.set(new Uint8Array(bytes.buffer, bytes.byteOffset + start, end - start));
    return new DataView(copy.buffer, copy.byteOffset, copy.byteLength);
  }
}
