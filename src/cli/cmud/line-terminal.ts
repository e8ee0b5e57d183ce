import * as readline from 'node:readline';

import type { Block, Phrase } from '../../cmud/rules/phrase.ts';
import { plainText } from '../../cmud/rules/phrase.ts';
import { layOut } from '../../cmud/text/layout.ts';
import { untilInterrupted } from '../interrupt.ts';
import { paint } from './paint.ts';
import type { Terminal, TerminalEvents } from './terminal.ts';
import { terminalWidth } from './terminal-width.ts';

export interface LineTerminalOptions {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream & { readonly columns?: number };
  readonly isInteractive: boolean;
  /** Whole sentences instead of tables and bars. */
  readonly isPlain: boolean;
  readonly hasColor: boolean;
  readonly events: TerminalEvents;
}

/**
 * Lines in and lines out, and nothing that moves a cursor: for pipes, for dumb terminals, and for screen
 * readers, which read every redrawn line aloud again.
 */
export class LineTerminal implements Terminal {
  readonly isInteractive: boolean;
  readonly #options: LineTerminalOptions;
  readonly #readline: readline.Interface;
  #prompt = '';
  /** The prompt was written and nothing after it: what comes now begins on a new line. */
  #isBehindPrompt = false;
  #isClosed = false;
  #isGone = false;

  constructor(options: LineTerminalOptions) {
    this.#options = options;
    this.isInteractive = options.isInteractive;
    const { input, events } = options;
    this.#readline = readline.createInterface({ input, terminal: false, crlfDelay: Infinity });
    this.#readline.on('line', (line) => {
      this.#isBehindPrompt = false;
      events.onLine(line);
      this.#ask();
    });
    this.#readline.on('close', () => {
      if (this.#isClosed) return;
      if (this.#isBehindPrompt) this.#options.output.write('\n');
      this.#isBehindPrompt = false;
      events.onEnd();
    });
    void this.#passInterrupts(); // As long as the process lives.
  }

  show(blocks: readonly Block[]): void {
    if (this.#isGone) return;
    const { output, isPlain, hasColor } = this.#options;
    const width = terminalWidth(output.columns) - (this.isInteractive ? 1 : 0);
    const lines = layOut(blocks, { width, isPlain, quotesCommands: isPlain || !hasColor });
    const text = lines.map((line) => `${paint(line, hasColor)}\n`).join('');
    output.write(this.#isBehindPrompt ? `\n${text}` : text);
    this.#isBehindPrompt = false;
  }

  prompt(words: Phrase): void {
    this.refresh(words);
    this.#ask();
  }

  /** Not written again by itself: a prompt that comes up without a question is noise to the ear. */
  refresh(words: Phrase): void {
    this.#prompt = plainText(words);
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  mute(): void {
    this.#isGone = true;
    this.#isClosed = true;
  }

  pause(): void {
    this.#readline.pause();
  }

  resume(): void {
    this.#readline.resume();
  }

  close(): Promise<void> {
    this.#isClosed = true;
    this.#readline.close();
    return Promise.resolve();
  }

  #ask(): void {
    if (!this.isInteractive || this.#isClosed || this.#prompt === '') return;
    this.#options.output.write(this.#prompt);
    this.#isBehindPrompt = true;
  }

  async #passInterrupts(): Promise<void> {
    while (!this.#isClosed) {
      await untilInterrupted();
      this.#options.events.onInterrupt();
    }
  }
}
