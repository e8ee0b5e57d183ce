import type { RecordWriter } from '../journal/journal-record.ts';

export interface LeaseNoteOptions {
  /** Undefined: nothing is kept, and nothing to be noted. */
  readonly log: RecordWriter | undefined;
  /** Replies do not wait for the disk, so a grant has to wait for the note. */
  readonly waitsForDisk: boolean;
  /** It was written; `onKept` is expected when it is durable. */
  readonly onWritten: () => void;
}

/**
 * What the journal says about leases: how long after the end of this life some may be in use. It is written before the first
 * grant, so that the next life knows whether it has to wait, and how long, also if leases last less long by then.
 */
export class LeaseNote {
  readonly #options: LeaseNoteOptions;
  #forMs = 0;
  #isKept = false;

  constructor(options: LeaseNoteOptions) {
    this.#options = options;
  }

  /** 0: none is in use after the end of this life. */
  get forMs(): number {
    return this.#forMs;
  }

  /** As an earlier life has left it. */
  load(forMs: number): void {
    this.#forMs = forMs;
    this.#isKept = forMs > 0;
  }

  /** Whether leases of `forMs` may be granted now; if the journal does not say that there are such, it will. */
  allows(forMs: number): boolean {
    const { log, waitsForDisk, onWritten } = this.#options;
    if (log === undefined) return true;
    if (this.#forMs < forMs) {
      this.#forMs = forMs;
      this.#isKept = false;
      log.leasesLast(forMs);
      onWritten();
    }
    return this.#isKept || !waitsForDisk;
  }

  onKept(): void {
    this.#isKept = true;
  }

  /** No lease is in use, and none will be granted in this life. */
  clear(): void {
    if (this.#forMs === 0) return;
    this.#forMs = 0;
    this.#options.log?.leasesLast(0);
  }
}
