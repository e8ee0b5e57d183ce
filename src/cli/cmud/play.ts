import { nameRuleText, normalizeName } from '../../cmud/rules/names.ts';
import { command, phrase, text, toned } from '../../cmud/rules/phrase.ts';
import type { Block } from '../../cmud/rules/phrase.ts';
import { Session } from '../../cmud/text/session.ts';
import type { SessionOptions } from '../../cmud/text/session.ts';
import { titleBlocks } from '../../cmud/text/welcome.ts';
import { exitCodes } from '../exit-codes.ts';
import type { ExitCode } from '../exit-codes.ts';
import { cmudLimits } from '../../core/limits.ts';
import { LineQueue } from './line-queue.ts';
import type { Terminal, TerminalEvents } from './terminal.ts';

export interface PlayOptions extends Pick<SessionOptions, 'store' | 'outside' | 'pace'> {
  /** As the user gave it; without it, it is asked for. */
  readonly name: string | undefined;
  readonly openTerminal: (events: TerminalEvents) => Terminal;
  /** Calls back when the player has to leave now. */
  readonly onLeave: (leave: (isWindowGone: boolean) => void) => void;
}

/** Plays one session at a terminal, from the title to the goodbye. Gives the exit code. */
export function play(options: PlayOptions): Promise<ExitCode> {
  return new Promise((resolve, reject) => {
    new Player(options, resolve, reject).start();
  });
}

/** Between terminal and session: who gets the next line, and when it is over. */
class Player implements TerminalEvents {
  readonly #options: PlayOptions;
  readonly #resolve: (code: ExitCode) => void;
  readonly #reject: (fault: unknown) => void;
  readonly #terminal: Terminal;
  readonly #queue: LineQueue;
  #session: Session | undefined;
  #isOpening = false;
  #opening: Promise<void> = Promise.resolve();
  /** Typed at a terminal while the session opens; a pipe has its queue. */
  readonly #typedAhead: string[] = [];
  #isEnding = false;

  constructor(
    options: PlayOptions,
    resolve: (code: ExitCode) => void,
    reject: (fault: unknown) => void,
  ) {
    this.#options = options;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#queue = new LineQueue({
      take: (line) => this.#take(line),
      isWorking: () => this.#isOpening || this.#session?.isWorking === true,
      whenIdle: () => this.#whenIdle(),
      onFull: () => this.#terminal.pause(),
      onRoom: () => this.#terminal.resume(),
    });
    this.#terminal = options.openTerminal(this);
    options.onLeave((isWindowGone) => this.leave(isWindowGone));
  }

  start(): void {
    if (this.#terminal.isInteractive) this.#terminal.show(titleBlocks);
    const { name } = this.#options;
    if (name !== undefined) this.#open(name);
    else {
      this.#show([text`Who are you? ${nameRuleText}`]);
      this.#terminal.prompt(phrase`name > `);
    }
  }

  onLine(line: string): void {
    if (this.#terminal.isInteractive) this.#take(line);
    else this.#queue.push(line);
  }

  onInterrupt(): void {
    const session = this.#session;
    if (session === undefined || !this.#terminal.isInteractive) {
      void this.#end(exitCodes.interrupted);
      return;
    }
    process.exitCode = exitCodes.ok;
    if (session.stop()) return;
    this.#show([text`You are doing nothing. ${command('quit')} or Ctrl-D leaves the game.`]);
  }

  onEnd(): void {
    if (this.#terminal.isInteractive) void this.#end(exitCodes.ok);
    else void this.#queue.whenEmpty().then(() => this.#end(this.#codeAtEnd()));
  }

  /** The window was closed or the machine goes down: a goodbye to the others, and none to the player. */
  leave(isWindowGone: boolean): void {
    if (isWindowGone) this.#terminal.mute();
    void this.#end(exitCodes.ok);
  }

  complete(line: string): ReturnType<TerminalEvents['complete']> {
    return this.#session?.complete(line) ?? { candidates: [], word: line };
  }

  #take(line: string): void {
    if (this.#isEnding) return;
    if (this.#isOpening) {
      if (this.#typedAhead.length < cmudLimits.linesWaitingMax) this.#typedAhead.push(line);
      return;
    }
    if (this.#session !== undefined) this.#session.input(line);
    else this.#takeName(line);
  }

  #takeName(line: string): void {
    if (line.trim() === '') return;
    const name = normalizeName(line);
    if (name === undefined) this.#show([text`"${line.slice(0, 40)}" will not do. ${nameRuleText}`]);
    else this.#open(name);
  }

  #open(name: string): void {
    this.#isOpening = true;
    // Nobody is asked anything until the world is there.
    this.#terminal.refresh([]);
    this.#opening = this.#openSession(name).catch((fault: unknown) => this.#fail(fault));
  }

  async #openSession(name: string): Promise<void> {
    const { store, outside, pace } = this.#options;
    this.#session = await Session.open({
      store,
      outside,
      pace,
      name,
      show: (blocks) => this.#show(blocks),
      onChange: () => this.#refresh(),
      onQuit: () => void this.#end(exitCodes.ok),
    });
    this.#isOpening = false;
    if (this.#isEnding) return;
    this.#terminal.prompt(this.#session.prompt());
    for (const line of this.#typedAhead.splice(0)) this.#take(line);
  }

  async #whenIdle(): Promise<void> {
    await this.#opening;
    await this.#session?.whenIdle();
  }

  #refresh(): void {
    if (this.#session !== undefined && !this.#isEnding) {
      this.#terminal.refresh(this.#session.prompt());
    }
  }

  #show(blocks: readonly Block[]): void {
    // What the player reads and what stands before the cursor say the same.
    this.#refresh();
    this.#terminal.show(blocks);
  }

  /** A script that never gave a name has played nothing. */
  #codeAtEnd(): ExitCode {
    return this.#session === undefined && !this.#isOpening ? exitCodes.usage : exitCodes.ok;
  }

  async #end(code: ExitCode): Promise<void> {
    if (this.#isEnding) return;
    this.#isEnding = true;
    await this.#terminal.close();
    // Whoever leaves on the doorstep comes in first: half a session cannot say goodbye.
    await this.#opening;
    const isKept = (await this.#session?.close()) ?? true;
    if (this.#session !== undefined) this.#terminal.show([this.#goodbye(isKept)]);
    this.#resolve(isKept ? code : exitCodes.failed);
  }

  #goodbye(isKept: boolean): Block {
    if (isKept) return text`Goodbye. Everything that you have is kept.`;
    return text`${toned('bad', 'The server did not answer')}: what you did since it was lost could not be kept.`;
  }

  #fail(fault: unknown): void {
    this.#isEnding = true;
    void this.#terminal.close();
    this.#reject(fault);
  }
}
