import { cmudLimits } from '../../core/limits.ts';

/** Lines of a pipe, one at a time. */
export interface LineQueueOptions {
  readonly take: (line: string) => void;
  /** Whether digging or solving goes on. */
  readonly isWorking: () => boolean;
  readonly whenIdle: () => Promise<void>;
  /** Too many lines wait, and few enough do again. */
  readonly onFull: () => void;
  readonly onRoom: () => void;
}

/**
 * Through a pipe a line waits until the work that a line before it has begun is done: `mine 3` and then
 * `buy cpu` means what it says. Only `stop` does not wait, because waiting would make it pointless.
 */
export class LineQueue {
  readonly #options: LineQueueOptions;
  readonly #lines: string[] = [];
  #isRunning = false;
  #onEmpty: (() => void) | undefined;

  constructor(options: LineQueueOptions) {
    this.#options = options;
  }

  push(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length === cmudLimits.linesWaitingMax) this.#options.onFull();
    if (this.#isNextStop()) this.#takeNext();
    void this.#run(); // Taking a line never throws.
  }

  /** Resolves when all lines were taken and what they began is done. */
  whenEmpty(): Promise<void> {
    return new Promise((resolve) => {
      this.#onEmpty = resolve;
      void this.#run();
    });
  }

  async #run(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    for (;;) {
      if (this.#options.isWorking() && !this.#isNextStop()) await this.#options.whenIdle();
      else if (this.#lines.length > 0) this.#takeNext();
      else break;
    }
    this.#isRunning = false;
    this.#onEmpty?.();
  }

  #isNextStop(): boolean {
    return this.#lines[0]?.trim().toLowerCase() === 'stop';
  }

  #takeNext(): void {
    const line = this.#lines.shift();
    if (line === undefined) return;
    if (this.#lines.length === cmudLimits.linesWaitingMax - 1) this.#options.onRoom();
    this.#options.take(line);
  }
}
