/** A shorter blockade does not count for time-outs: the wheel that they lie on is no more exact than that. */
const countedMsMin = 1_000;

/** A client that is not read from while the blockade is up. */
export interface Blocked {
  /** The blockade is down for it, and it is not waiting any more. */
  goOn(): void;
}

/**
 * Stops the execution of commands for all clients of a server that has more to write than its disk takes.
 *
 * A client is stopped when something of it comes, not when the blockade goes up: ten thousand idle clients
 * need not be told. Clients go on in the order in which they came to a stop. If the blockade goes up again
 * meanwhile, those who had their turn are behind those who had not.
 */
export class Blockade {
  #isUp = false;
  #upSinceMs = 0;
  #servesSinceMs = -Infinity;
  readonly #waiting: Set<Blocked> = new Set();

  get isUp(): boolean {
    return this.#isUp;
  }

  /**
   * When the last long blockade went down, or now if one is up: what clients sent during it has perhaps not been
   * read yet, and whoever seemed silent is not known to be. Short ones do not count, or a server that is blocked
   * again and again would keep clients that never say anything.
   */
  servesSinceMs(nowMs: number): number {
    const isLong = this.#isUp && nowMs - this.#upSinceMs >= countedMsMin;
    return isLong ? nowMs : this.#servesSinceMs;
  }

  raise(nowMs: number): void {
    if (this.#isUp) return;
    this.#isUp = true;
    this.#upSinceMs = nowMs;
  }

  lower(nowMs: number): void {
    if (!this.#isUp) return;
    this.#isUp = false;
    if (nowMs - this.#upSinceMs >= countedMsMin) this.#servesSinceMs = nowMs;
    for (const blocked of this.#waiting) {
      if (this.#isUp) return;
      this.#waiting.delete(blocked);
      blocked.goOn();
    }
  }

  has(blocked: Blocked): boolean {
    return this.#waiting.has(blocked);
  }

  /** `blocked` waits until the blockade is down. Requires: it is up. */
  add(blocked: Blocked): void {
    this.#waiting.add(blocked);
  }

  delete(blocked: Blocked): void {
    this.#waiting.delete(blocked);
  }
}
