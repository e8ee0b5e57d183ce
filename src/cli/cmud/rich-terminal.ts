import * as readline from 'node:readline';

import type { Block, Phrase } from '../../cmud/rules/phrase.ts';
import { layOut } from '../../cmud/text/layout.ts';
import { cmudLimits } from '../../core/limits.ts';
import { paint } from './paint.ts';
import type { Terminal, TerminalEvents } from './terminal.ts';
import { terminalWidth } from './terminal-width.ts';

export interface RichTerminalOptions {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
  readonly hasColor: boolean;
  /** The newest first. */
  readonly history: readonly string[];
  readonly onHistory: (lines: readonly string[]) => void;
  readonly events: TerminalEvents;
}

/**
 * A terminal that can move its cursor: line editing, history and completion by readline, and the line that
 * is being typed stays below whatever comes in.
 */
export class RichTerminal implements Terminal {
  readonly isInteractive = true;
  readonly #options: RichTerminalOptions;
  readonly #readline: readline.Interface;
  #isAsking = false;
  #isClosed = false;
  #isGone = false;
  #prompt = '';

  constructor(options: RichTerminalOptions) {
    this.#options = options;
    const { input, output, history, onHistory, events } = options;
    forgiveLostTerminal(input);
    this.#readline = readline.createInterface({
      input,
      output,
      terminal: true,
      history: [...history],
      historySize: cmudLimits.historyLinesMax,
      removeHistoryDuplicates: true,
      completer: (line: string) => completionsOf(events, line),
    });
    this.#readline.on('line', (line) => {
      events.onLine(line);
      if (this.#isAsking) this.#readline.prompt();
    });
    this.#readline.on('SIGINT', () => this.#interrupt());
    this.#readline.on('history', (lines) => onHistory(lines));
    this.#readline.on('close', () => {
      if (this.#isClosed) return;
      this.#isClosed = true;
      // Ctrl-D is a key and ends nothing: an input that has ended is a window that is gone.
      if (input.readableEnded) this.mute();
      // The cursor stands behind what was typed when Ctrl-D came.
      else if (this.#isAsking) output.write('\n');
      this.#isAsking = false;
      events.onEnd();
    });
  }

  show(blocks: readonly Block[]): void {
    if (this.#isGone) return;
    const { output, hasColor } = this.#options;
    const lines = layOut(blocks, {
      width: this.#width(),
      isPlain: false,
      quotesCommands: !hasColor,
    });
    const text = lines.map((line) => `${paint(line, hasColor)}\n`).join('');
    if (!this.#isAsking) {
      output.write(text);
      return;
    }
    this.#erase();
    output.write(text);
    this.#readline.prompt(true);
  }

  prompt(words: Phrase): void {
    this.#isAsking = true;
    this.#setPrompt(words);
    this.#readline.prompt(true);
  }

  refresh(words: Phrase): void {
    if (paint(words, this.#options.hasColor) === this.#prompt) return;
    if (this.#isAsking) this.#erase();
    this.#setPrompt(words);
    if (this.#isAsking) this.#readline.prompt(true);
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  mute(): void {
    this.#isGone = true;
    this.#isAsking = false;
    this.#isClosed = true;
  }

  pause(): void {
    this.#readline.pause();
  }

  resume(): void {
    this.#readline.resume();
  }

  close(): Promise<void> {
    this.#isAsking = false;
    this.#isClosed = true;
    // Closing sets the terminal back to what it was; one that is gone cannot be set.
    if (!this.#isGone) this.#readline.close();
    return Promise.resolve();
  }

  /**
   * Takes the prompt and what was typed away and leaves the cursor where they began. Readline remembers how
   * many rows up that is, but not when a line wraps as it is typed; it is told that there are none.
   */
  #erase(): void {
    const { output } = this.#options;
    const { rows } = this.#readline.getCursorPos();
    if (rows > 0) readline.moveCursor(output, 0, -rows);
    readline.cursorTo(output, 0);
    readline.clearScreenDown(output);
    Object.assign(this.#readline, { prevRows: 0 });
  }

  #setPrompt(words: Phrase): void {
    this.#prompt = paint(words, this.#options.hasColor);
    this.#readline.setPrompt(this.#prompt);
  }

  /** Ctrl-C takes back what was typed, if something was; else it is for the game. */
  #interrupt(): void {
    if (this.#readline.line === '') {
      this.#options.events.onInterrupt();
      return;
    }
    this.#readline.write(null, { ctrl: true, name: 'e' });
    this.#readline.write(null, { ctrl: true, name: 'u' });
  }

  /** The last column stays free: some terminals wrap as soon as it is filled. */
  #width(): number {
    return terminalWidth(this.#options.output.columns) - 1;
  }
}

/**
 * When the window is closed readline sees the end of its input, possibly before the signal comes, and sets
 * the terminal back to what it was. There is none any more, and that is no reason to die.
 */
function forgiveLostTerminal(input: NodeJS.ReadStream): void {
  const setRawMode = input.setRawMode.bind(input);
  input.setRawMode = (isRaw) => {
    try {
      return setRawMode(isRaw);
    } catch {
      return input;
    }
  };
  input.on('error', () => {});
}

/** Readline's form: what the word may become, and the word. A finished word gets its space. */
function completionsOf(events: TerminalEvents, line: string): [string[], string] {
  const { candidates, word } = events.complete(line);
  return candidates.length === 1 ? [[`${candidates[0]} `], word] : [[...candidates], word];
}
