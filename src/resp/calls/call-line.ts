import { assert } from '../../core/assert.ts';
import type { Call } from './call.ts';

const initialCapacity = 64;

/**
 * The calls of one connection that wait for their replies, in the order in which they were sent: RESP
 * answers in order and numbers nothing.
 *
 * A ring that doubles when it is full. `Array.shift` moves everything behind it when the array is long:
 * with ten thousand calls waiting it costs more than the calls.
 */
export class CallLine {
  #calls: (Call | undefined)[] = Array.from({ length: initialCapacity });
  #head = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(call: Call): void {
    if (this.#length === this.#calls.length) this.#grow();
    this.#calls[(this.#head + this.#length) & (this.#calls.length - 1)] = call;
    this.#length += 1;
  }

  /** The call whose reply comes next. */
  first(): Call | undefined {
    return this.#length === 0 ? undefined : this.#calls[this.#head];
  }

  /** Requires: not empty. */
  shift(): Call {
    const call = this.#calls[this.#head];
    assert(call !== undefined && this.#length > 0, 'no call waits');
    this.#calls[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#calls.length - 1);
    this.#length -= 1;
    return call;
  }

  /** Empties the line and gives what stood in it, in order. */
  takeAll(): Call[] {
    const calls = [...this];
    this.#calls.fill(undefined);
    this.#length = 0;
    return calls;
  }

  *[Symbol.iterator](): IterableIterator<Call> {
    for (let i = 0; i < this.#length; i += 1) {
      const call = this.#calls[(this.#head + i) & (this.#calls.length - 1)];
      if (call !== undefined) yield call;
    }
  }

  #grow(): void {
    const grown: (Call | undefined)[] = Array.from({ length: this.#calls.length * 2 });
    let at = 0;
    for (const call of this) grown[at++] = call;
    this.#calls = grown;
    this.#head = 0;
  }
}
