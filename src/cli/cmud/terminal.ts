import type { Completion } from '../../cmud/rules/completion.ts';
import type { Block, Phrase } from '../../cmud/rules/phrase.ts';

/** What the player does at the terminal. */
export interface TerminalEvents {
  onLine(line: string): void;
  /** Ctrl-C. */
  onInterrupt(): void;
  /** Ctrl-D, or the end of a pipe. Called once, after the last line. */
  onEnd(): void;
  complete(line: string): Completion;
}

/** One way of talking to the player: with cursor movement, or lines in and lines out. */
export interface Terminal {
  /** Whether a person types; otherwise it is a pipe. */
  readonly isInteractive: boolean;
  /** Shows something, at any time, without touching what is being typed. */
  show(blocks: readonly Block[]): void;
  /** What stands in front of the line that is typed next; from the first call on, lines are asked for. */
  prompt(words: Phrase): void;
  /** The prompt may have changed. */
  refresh(words: Phrase): void;
  /** Reads no further until `resume`; what was read already may still come. */
  pause(): void;
  resume(): void;
  /** Whether the window is gone. */
  readonly isGone: boolean;
  /** The window is gone: whatever is written from now on would be an error. */
  mute(): void;
  close(): Promise<void>;
}
