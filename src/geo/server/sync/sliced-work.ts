/** Something that takes long, a slice at a time. */
export interface Work {
  /** Does a slice; whether something is left to do. */
  readonly step: () => boolean;
  readonly done: () => void;
}

/**
 * Work that would hold up an actor for too long, one piece after the other in slices of some milliseconds. The actor tells itself
 * to go on (`onWork`), so that whatever was told to it before has its turn in between.
 */
export class SlicedWork {
  readonly #works: Work[] = [];
  readonly #onWork: () => void;

  /** `onWork`: sees to it that `goOn` is called in a later turn. */
  constructor(onWork: () => void) {
    this.#onWork = onWork;
  }

  add(work: Work): void {
    this.#works.push(work);
    if (this.#works.length === 1) this.#onWork();
  }

  goOn(): void {
    const [first] = this.#works;
    if (first === undefined) return;
    if (!first.step()) {
      this.#works.shift();
      first.done();
    }
    if (this.#works.length > 0) this.#onWork();
  }
}
