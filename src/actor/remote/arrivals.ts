/**
 * Watches the numbers of the messages that come from one life of a peer, and finds the holes.
 *
 * A number is given to every message that is told, also to one that is dropped before it leaves, and none is
 * given twice. So whatever is missing between two frames was lost, and is found exactly once.
 */
export class Arrivals {
  readonly boot: string;
  readonly stream: number;
  #nextSequence = 1;

  constructor(boot: string, stream: number) {
    this.boot = boot;
    this.stream = stream;
  }

  /**
   * Messages `sequence` to `sequence + count − 1` came. Returns how many are missing before them, or
   * undefined if they have come before, which no sender of ours does.
   */
  take(sequence: number, count: number): number | undefined {
    const missing = this.expect(sequence);
    if (missing !== undefined) this.#nextSequence = sequence + count;
    return missing;
  }

  /** The next message will have this number: tells of a hole at the end, which no later message shows. */
  expect(sequence: number): number | undefined {
    const missing = sequence - this.#nextSequence;
    if (missing < 0) return undefined;
    this.#nextSequence = sequence;
    return missing;
  }
}
