import { Command, InvalidArgumentError, Option } from 'commander';

import { connect } from '../../client.ts';
import { nameRuleText, normalizeName } from '../../cmud/rules/names.ts';
import { AtollError } from '../../core/errors.ts';
import { createOutside } from '../../platform/outside.ts';
import { historyPath, readHistory, writeHistory } from '../cmud/history-file.ts';
import { LineTerminal } from '../cmud/line-terminal.ts';
import { wantsColor } from '../cmud/paint.ts';
import { play } from '../cmud/play.ts';
import { RichTerminal } from '../cmud/rich-terminal.ts';
import type { Terminal, TerminalEvents } from '../cmud/terminal.ts';

interface CmudOptions {
  readonly server?: readonly string[];
  readonly name?: string;
  readonly plain?: boolean;
  readonly history?: boolean;
  readonly pace: number;
}

const defaultServer = '127.0.0.1:7001';
/** Slower than this is a typing mistake; 0 would be a busy loop. */
const paceMin = 0.001;
const paceMax = 10;

/** `atoll cmud`: the game, at a terminal. */
export function cmudCommand(): Command {
  return new Command('cmud')
    .description('play CMUD, a multi-user dungeon, in this terminal')
    .addOption(
      new Option(
        '--server <host:port>',
        `a query port of a geo server; repeat it for several, the nearest is used (default: ${defaultServer})`,
      )
        .env('ATOLL_ADDRESS')
        .argParser((text: string, before: readonly string[] | undefined) => [
          ...(before ?? []),
          ...text.split(','),
        ]),
    )
    .option('--name <name>', 'who you are; asked for if not given', parseName)
    .option('--plain', 'for screen readers: whole sentences, no cursor movement, no bars')
    .option('--history', 'keep the lines you type in a file, for the next time')
    .option('--pace <factor>', 'multiplies the waits of digging and solving', parsePace, 1)
    .addHelpText(
      'after',
      `
In the game, help lists what you can do; Tab completes, Ctrl-C stops, Ctrl-D leaves. Whoever can reach the
server can read everything and play anyone: a name is not a password.

Through a pipe a line waits until the work begun by the line before it is done, except "stop"; at the end
of the input the game is left.

Examples:
  $ atoll cmud
  $ atoll cmud --server 10.0.0.5:7001 --server 10.0.1.5:7001 --name heather
  $ printf 'mine 3\\nbuy cpu\\ninv\\n' | atoll cmud --name heather`,
    )
    .action(run);
}

async function run({ server, name, plain, history, pace }: CmudOptions): Promise<void> {
  const store = connect({ addresses: server ?? [defaultServer] });
  const signals = new LeaveSignals();
  let terminal: Terminal | undefined;
  try {
    process.exitCode = await play({
      store,
      outside: createOutside(),
      name,
      pace,
      openTerminal: (events) => {
        terminal = openTerminal(events, plain === true, history === true);
        return terminal;
      },
      onLeave: (leave) => signals.listen(leave),
    });
  } catch (fault) {
    if (!(fault instanceof AtollError && fault.code === 'CONNECT_FAILED')) throw fault;
    const hint = 'Is a server running there? On this machine, npm start (or atoll start) runs one';
    throw new AtollError(fault.code, `${fault.message}. ${hint}`, { cause: fault });
  } finally {
    await store.close();
    signals.end();
    // As a closed window wants it. An exit would first set the terminal back to what it was, and node
    // aborts when that fails because there is none any more.
    if (terminal?.isGone === true) process.kill(process.pid, 'SIGHUP');
  }
}

function openTerminal(events: TerminalEvents, isPlain: boolean, hasHistory: boolean): Terminal {
  const { stdin: input, stdout: output, env } = process;
  const isInteractive = input.isTTY && output.isTTY;
  const hasColor = wantsColor(env, output.isTTY);
  if (!isInteractive || isPlain || env['TERM'] === 'dumb') {
    return new LineTerminal({ input, output, isInteractive, isPlain, hasColor, events });
  }
  const path = historyPath(env);
  return new RichTerminal({
    input,
    output,
    hasColor,
    history: hasHistory ? readHistory(path) : [],
    onHistory: (lines) => {
      if (hasHistory) writeHistory(path, lines);
    },
    events,
  });
}

/** A closed window or a shutdown is a goodbye too: the others see the player leave at once. */
class LeaveSignals {
  #leave: (isWindowGone: boolean) => void = () => {};
  readonly #onTerminate = (): void => this.#leave(false);
  readonly #onHangUp = (): void => this.#leave(true);

  listen(leave: (isWindowGone: boolean) => void): void {
    this.#leave = leave;
    process.once('SIGTERM', this.#onTerminate);
    process.once('SIGHUP', this.#onHangUp);
  }

  end(): void {
    process.off('SIGTERM', this.#onTerminate);
    process.off('SIGHUP', this.#onHangUp);
  }
}

function parseName(typed: string): string {
  const name = normalizeName(typed);
  if (name === undefined) throw new InvalidArgumentError(nameRuleText);
  return name;
}

function parsePace(typed: string): number {
  const pace = Number(typed);
  if (pace >= paceMin && pace <= paceMax) return pace;
  throw new InvalidArgumentError(`Expected a number from ${paceMin} to ${paceMax}.`);
}
