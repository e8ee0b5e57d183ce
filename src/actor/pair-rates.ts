/**
 * The most messages that any ordered pair of actors exchanged in any window of one second since the start.
 * CMUD §5.1: A sends no more than 10 messages a second to B; so this must be a true sliding window, since
 * ten at the end of one second and ten at the start of the next are twenty.
 *
 * Exact to the millisecond: messages of one millisecond are one run, and a pair keeps the runs of the last
 * thousand. Time comes from outside, read once a turn: asking a clock for each message would cost
 * more than delivering it.
 */
export class PairRates {
  readonly #pairsMax: number;
  readonly #bySender: Map<number, SenderRates> = new Map();
  #pairCount = 0;
  #max = 0;

  constructor(pairsMax: number) {
    this.#pairsMax = pairsMax;
  }

  /** The highest number of messages of one pair in one second so far. */
  get max(): number {
    return this.#max;
  }

  /** How many pairs are remembered. */
  get pairCount(): number {
    return this.#pairCount;
  }

  /** Counts a message from actor `sender` (of this thread) to actor `receiver` of the system `address`. */
  count(sender: number, address: string, receiver: number, nowMs: number): void {
    const rates = this.#bySender.get(sender);
    let pair = rates?.last;
    if (pair === undefined || pair.receiver !== receiver || pair.address !== address) {
      pair = rates?.find(address, receiver) ?? this.#add(sender, address, receiver, nowMs);
    }
    const countInWindow = pair.count(nowMs);
    if (countInWindow > this.#max) this.#max = countInWindow;
  }

  /** Forgets an actor that ended. */
  forget(sender: number): void {
    const rates = this.#bySender.get(sender);
    if (rates === undefined) return;
    this.#pairCount -= rates.size;
    this.#bySender.delete(sender);
  }

  #add(sender: number, address: string, receiver: number, nowMs: number): PairRate {
    if (this.#pairCount >= this.#pairsMax) this.#makeRoom(nowMs);
    let rates = this.#bySender.get(sender);
    if (rates === undefined) {
      rates = new SenderRates();
      this.#bySender.set(sender, rates);
    }
    this.#pairCount += 1;
    return rates.add(address, receiver);
  }

  /** Forgets the pairs that were silent for a second: with nothing in their window, they lose nothing. */
  #makeRoom(nowMs: number): void {
    for (const [sender, rates] of this.#bySender) {
      this.#pairCount -= rates.forgetIdle(nowMs);
      if (rates.size === 0) this.#bySender.delete(sender);
    }
    if (this.#pairCount > this.#pairsMax / 2) {
      // So many pairs in one second are no pattern that a rate limit is about: begin anew.
      this.#bySender.clear();
      this.#pairCount = 0;
    }
  }
}

/** The pairs of one sender. */
class SenderRates {
  /** The pair that was counted last: senders tend to repeat themselves. */
  last: PairRate | undefined = undefined;
  size = 0;
  readonly #byReceiver: Map<number, PairRate[]> = new Map();

  find(address: string, receiver: number): PairRate | undefined {
    const pair = this.#byReceiver.get(receiver)?.find((other) => other.address === address);
    if (pair !== undefined) this.last = pair;
    return pair;
  }

  add(address: string, receiver: number): PairRate {
    const pair = new PairRate(address, receiver);
    const others = this.#byReceiver.get(receiver);
    if (others === undefined) this.#byReceiver.set(receiver, [pair]);
    else others.push(pair);
    this.last = pair;
    this.size += 1;
    return pair;
  }

  /** Returns how many were forgotten. */
  forgetIdle(nowMs: number): number {
    const sizeBefore = this.size;
    this.size = 0;
    for (const [receiver, pairs] of this.#byReceiver) {
      const active = pairs.filter((pair) => pair.lastMs > nowMs - windowMs);
      this.size += active.length;
      if (active.length === 0) this.#byReceiver.delete(receiver);
      else this.#byReceiver.set(receiver, active);
    }
    return sizeBefore - this.size;
  }
}

/** One ordered pair and its runs within the last second. */
class PairRate {
  readonly address: string;
  readonly receiver: number;
  /** The millisecond of the newest run. */
  lastMs = Number.NEGATIVE_INFINITY;
  #lastCount = 0;
  #countInWindow = 0;
  /** The runs before the newest, oldest first, from `#first` on: millisecond, count, millisecond … */
  #runs: number[] = [];
  #first = 0;

  constructor(address: string, receiver: number) {
    this.address = address;
    this.receiver = receiver;
  }

  /** Counts one message and returns how many there were in the second that ends now. */
  count(nowMs: number): number {
    if (nowMs !== this.lastMs) this.#beginRun(nowMs);
    this.#lastCount += 1;
    this.#countInWindow += 1;
    return this.#countInWindow;
  }

  #beginRun(nowMs: number): void {
    if (this.#lastCount > 0) this.#runs.push(this.lastMs, this.#lastCount);
    this.lastMs = nowMs;
    this.#lastCount = 0;
    let runMs = this.#runs[this.#first];
    while (runMs !== undefined && runMs <= nowMs - windowMs) {
      this.#countInWindow -= this.#runs[this.#first + 1] ?? 0;
      this.#first += 2;
      runMs = this.#runs[this.#first];
    }
    if (this.#first > this.#runs.length / 2) {
      this.#runs = this.#runs.slice(this.#first);
      this.#first = 0;
    }
  }
}

const windowMs = 1_000;
