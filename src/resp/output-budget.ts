/** A client whose replies and pushes wait for it. */
export interface OutputHolder {
  /** Bytes of its output that the budget has counted. The budget's own. */
  countedOutputBytes: number;
  /** Bytes of its output that wait now. */
  readonly waitingOutputBytes: number;
  /** It holds more than others, and all together hold too much: it is to be closed. */
  closeForOutput(): void;
}

/**
 * The output of all clients together. What a client does not read is bounded for each, but ten thousand who
 * read nothing would hold ten thousand times that. Beyond the bound those are closed who hold the most, until
 * a quarter is free: so that looking for them, which takes a look at each, is rare.
 *
 * Clients are counted when something is sent to them and when it has left; between that they read, and what is
 * counted is too much rather than too little. It is measured anew before anybody is closed.
 */
export class OutputBudget {
  readonly #bytesMax: number;
  readonly #holders: Set<OutputHolder> = new Set();
  #countedBytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** What all clients hold together, at most. */
  get countedBytes(): number {
    return this.#countedBytes;
  }

  /** The output of `holder` has changed. It, or others, may be closed. */
  update(holder: OutputHolder): void {
    this.#count(holder, holder.waitingOutputBytes);
    if (this.#countedBytes > this.#bytesMax) this.#makeRoom();
  }

  /** Nothing waits for `holder` any more: it is over. */
  delete(holder: OutputHolder): void {
    this.#count(holder, 0);
  }

  #count(holder: OutputHolder, bytes: number): void {
    const before = holder.countedOutputBytes;
    if (bytes === before) return;
    holder.countedOutputBytes = bytes;
    this.#countedBytes += bytes - before;
    if (before === 0) this.#holders.add(holder);
    else if (bytes === 0) this.#holders.delete(holder);
  }

  #makeRoom(): void {
    for (const holder of this.#holders) this.#count(holder, holder.waitingOutputBytes);
    if (this.#countedBytes <= this.#bytesMax) return;
    const holders = [...this.#holders];
    holders.sort((a, b) => b.countedOutputBytes - a.countedOutputBytes);
    for (const holder of holders) {
      if (this.#countedBytes <= this.#bytesMax * 0.75) return;
      this.#count(holder, 0);
      holder.closeForOutput();
    }
  }
}
