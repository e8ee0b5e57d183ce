/**
 * Replicas of a last-writer-wins store on which everything goes wrong that may go wrong: what one has taken
 * reaches another late, in any order, twice, or not until a partition is healed. As small as it can be and
 * still be true to the store: what wins a key is decided by (time, replica) alone.
 */
export class LaggingReplicas {
  readonly #replicas: readonly Map<string, Entry>[];
  /** What is under way from one replica to another. */
  #underWay: { readonly to: number; readonly key: string; readonly entry: Entry }[] = [];
  #clock = 0;

  constructor(count: number) {
    this.#replicas = Array.from({ length: count }, () => new Map());
  }

  get count(): number {
    return this.#replicas.length;
  }

  /** Takes a put at once, as every replica always does (CMUD §3.2). */
  put(replica: number, key: string, value: string): void {
    const entry = { value, time: ++this.#clock, origin: replica };
    this.#merge(replica, key, entry);
    for (let to = 0; to < this.count; to++) {
      if (to !== replica) this.#underWay.push({ to, key, entry });
    }
  }

  /** All pairs that this replica knows now. */
  pairs(replica: number): [string, string][] {
    return [...(this.#replicas[replica] ?? [])]
      .map(([key, { value }]): [string, string] => [key, value])
      .toSorted(([one], [other]) => (one < other ? -1 : 1));
  }

  /** Some message arrives: any of them, and `stays` makes it arrive once more later. */
  deliver(which: number, stays: boolean): void {
    const index = which % Math.max(1, this.#underWay.length);
    const message = this.#underWay[index];
    if (message === undefined) return;
    this.#merge(message.to, message.key, message.entry);
    if (!stays) this.#underWay.splice(index, 1);
  }

  /** A message is lost on the way. Repair brings what it said later. */
  lose(which: number): void {
    this.#underWay.splice(which % Math.max(1, this.#underWay.length), 1);
  }

  /** Everything is whole again, and what was lost is repaired. */
  heal(): void {
    this.#underWay = [];
    for (const source of this.#replicas) {
      for (const [key, entry] of source) {
        for (let to = 0; to < this.count; to++) this.#merge(to, key, entry);
      }
    }
  }

  #merge(replica: number, key: string, entry: Entry): void {
    const known = this.#replicas[replica]?.get(key);
    const isNewer =
      known === undefined ||
      entry.time > known.time ||
      (entry.time === known.time && entry.origin > known.origin);
    if (isNewer) this.#replicas[replica]?.set(key, entry);
  }
}

interface Entry {
  readonly value: string;
  readonly time: number;
  readonly origin: number;
}
