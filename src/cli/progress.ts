import type { Clock } from '../core/clock.ts';
import { PlatformClock } from '../platform/clock.ts';

/** What is over sooner is not worth a word. */
const quietMs = 1_000;
/** A bar moves so often at most; a line, for programs and pipes, comes so often. */
const redrawMs = 100;
const lineMs = 5_000;
const barWidth = 30;

export interface ProgressOptions {
  readonly write: (text: string) => void;
  /** Draws a bar that is redrawn in place; otherwise there is a plain line now and then. */
  readonly isTerminal: boolean;
  readonly clock: Clock;
}

/**
 * How far something is that takes long. What is over within a second says nothing; on a terminal a bar follows, elsewhere a
 * line every few seconds.
 */
export class Progress {
  readonly #options: ProgressOptions;
  readonly #what: string;
  readonly #startMs: number;
  #saidMs = Number.NEGATIVE_INFINITY;
  #hasBar = false;

  constructor(what: string, options: ProgressOptions) {
    this.#what = what;
    this.#options = options;
    this.#startMs = options.clock.monotonicMs();
  }

  /** `total` 0: nobody knows. `words` say how much in what counts: keys, bytes. */
  update(done: number, total: number, words: string): void {
    const { write, isTerminal, clock } = this.#options;
    const nowMs = clock.monotonicMs();
    const dueMs = isTerminal ? redrawMs : lineMs;
    if (nowMs - this.#startMs < quietMs || nowMs - this.#saidMs < dueMs) return;
    this.#saidMs = nowMs;
    const share = total > 0 ? Math.min(1, done / total) : undefined;
    const percent = share === undefined ? '' : ` ${Math.floor(share * 100)} %`;
    if (!isTerminal) return write(`atoll: ${this.#what}${percent}, ${words}\n`);
    this.#hasBar = true;
    const filled = Math.round((share ?? 0) * barWidth);
    const bar = `[${'#'.repeat(filled)}${'-'.repeat(barWidth - filled)}]`;
    write(`\r\u001b[K${this.#what} ${share === undefined ? '' : bar}${percent}  ${words}`);
  }

  /** It is over: the line is free for others. */
  end(): void {
    if (this.#hasBar) this.#options.write('\r\u001b[K');
    this.#hasBar = false;
  }
}

/** Progress on stderr: a bar if that is a terminal, unless plain lines are wanted. */
export function standardProgress(what: string, isPlain: boolean): Progress {
  return new Progress(what, {
    write: (text) => void process.stderr.write(text),
    isTerminal: process.stderr.isTTY && !isPlain,
    clock: new PlatformClock(),
  });
}
