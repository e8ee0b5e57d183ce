/** Something that will happen. Created by the scheduler. */
export interface SimEvent {
  readonly atMs: number;
  /** Decides between events of the same time: drawn at random, or 0 to go first. */
  readonly tie: number;
  readonly sequence: number;
  /** What it is, for the trace: a constant text. */
  readonly kind: string;
  /** Whom it concerns, for the trace. */
  readonly who: string;
  readonly callback: () => void;
  /** Its place in the heap; −1 outside of it. */
  heapIndex: number;
}

/**
 * The events to come, the next one on top: a binary heap whose events know their place, so that a cancelled
 * one is taken out. Programs set a timeout for every request and cancel nearly all of them; marking these and
 * waiting for their time would keep millions.
 */
export class EventHeap {
  readonly #events: SimEvent[] = [];

  get size(): number {
    return this.#events.length;
  }

  get next(): SimEvent | undefined {
    return this.#events[0];
  }

  add(event: SimEvent): void {
    this.#events.push(event);
    this.#rise(event, this.#events.length - 1);
  }

  /** Does nothing if the event is not in the heap. */
  remove(event: SimEvent): void {
    const index = event.heapIndex;
    if (index < 0) return;
    event.heapIndex = -1;
    const last = this.#events.pop();
    if (last === undefined || last === event) return;
    // The last event takes the free place, and may have to go either way from there.
    this.#rise(last, index);
    if (last.heapIndex === index) this.#sink(last, index);
  }

  #rise(event: SimEvent, from: number): void {
    let index = from;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = this.#events[parentIndex];
      if (parent === undefined || !isBefore(event, parent)) break;
      this.#put(parent, index);
      index = parentIndex;
    }
    this.#put(event, index);
  }

  #sink(event: SimEvent, from: number): void {
    let index = from;
    for (;;) {
      let childIndex = 2 * index + 1;
      let child = this.#events[childIndex];
      if (child === undefined) break;
      const right = this.#events[childIndex + 1];
      if (right !== undefined && isBefore(right, child)) {
        child = right;
        childIndex++;
      }
      if (!isBefore(child, event)) break;
      this.#put(child, index);
      index = childIndex;
    }
    this.#put(event, index);
  }

  #put(event: SimEvent, index: number): void {
    this.#events[index] = event;
    event.heapIndex = index;
  }
}

function isBefore(one: SimEvent, other: SimEvent): boolean {
  if (one.atMs !== other.atMs) return one.atMs < other.atMs;
  if (one.tie !== other.tie) return one.tie < other.tie;
  return one.sequence < other.sequence;
}
