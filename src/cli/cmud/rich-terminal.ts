import * as readline from 'node:readline';

import type { Block, Phrase } from '../../cmud/rules/phrase.ts';
import { layOut } from '../../cmud/text/layout.ts';
import { cmudLimits } from '../../core/limits.ts';
import { paint } from './paint.ts';
import type { Terminal, TerminalEvents } from './terminal.ts';

export interface RichTerminalOptions {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
  readonly hasColor: boolean;
  /** The newest first. */
  readonly history: readonly string[];
  readonly onHistory: (lines: readonly string[]) => void;
  readonly events: TerminalEvents;
}

const widthDefault = 80;

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
  #prompt = '';

  constructor(options: RichTerminalOptions) {
    this.#options = options;
    const { input, output, history, onHistory, events } = options;
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
      // The cursor stands behind what was typed when Ctrl-D came.
      if (this.#isAsking) output.write('\n');
      this.#isAsking = false;
      events.onEnd();
    });
  }

  show(blocks: readonly Block[]): void {
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
    // Takes the typed line away, writes, and lets readline draw the line anew. Readline goes up as many
    // rows as the cursor stood below the first one before it draws: as many are put between.
    const { rows } = this.#readline.getCursorPos();
    if (rows > 0) readline.moveCursor(output, 0, -rows);
    readline.cursorTo(output, 0);
    readline.clearScreenDown(output);
    output.write(text + '\n'.repeat(rows));
    this.#readline.prompt(true);
  }

  prompt(words: Phrase): void {
    this.#isAsking = true;
    this.#setPrompt(words);
    this.#readline.prompt(true);
  }

  refresh(words: Phrase): void {
    const before = this.#prompt;
    this.#setPrompt(words);
    if (this.#isAsking && before !== this.#prompt) this.#readline.prompt(true);
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
    this.#readline.close();
    return Promise.resolve();
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
    return (this.#options.output.columns ?? widthDefault) - 1;
  }
}

/** Readline's form: what the word may become, and the word. A finished word gets its space. */
function completionsOf(events: TerminalEvents, line: string): [string[], string] {
  const { candidates, word } = events.complete(line);
  return candidates.length === 1 ? [[`${candidates[0]} `], word] : [[...candidates], word];
}
