import { readFileSync } from 'node:fs';

import { Command, CommanderError } from 'commander';

import { AtollError, type ErrorCode } from '../core/errors.ts';
import { exitCodeOf, exitCodes, type ExitCode } from './exit-codes.ts';

const examples = `
Examples:
  $ atoll kv put greeting hello        set a key on the server at 127.0.0.1:7001
  $ atoll kv get greeting              print its value
  $ atoll kv list room/ --keys         every key that starts with room/
  $ atoll kv watch room/ --json        one JSON line for each change, until Ctrl-C
  $ atoll help kv                      what a command can do

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not found, 5 cannot connect, 130 Ctrl-C.`;

/** What to do about a fault, where that is nearly always the same. */
const hints: Partial<Record<ErrorCode, string>> = {
  JOURNAL_CORRUPT:
    '--quarantine sets the damaged files aside: what no other server has of them is lost',
  LISTEN_FAILED: 'Perhaps an Atoll runs already: end it, or choose other ports (--help says how)',
};

/** The program `atoll` with these commands. Nothing runs until `runProgram`. */
export function createProgram(commands: readonly Command[]): Command {
  const program = new Command('atoll')
    .description('A self-hosted backend for multiplayer and social apps.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .addHelpText('after', examples);
  for (const command of commands) program.addCommand(command);
  harness(program, 'atoll');
  return program;
}

/**
 * Runs the program on `arguments_` (without node and script) and gives its exit code: what the command
 * set in `process.exitCode`, or what its fault stands for. Faults become one line on stderr.
 */
export async function runProgram(
  program: Command,
  arguments_: readonly string[],
): Promise<number | undefined> {
  // The parser would show its general help, and not say why.
  const [first, second] = arguments_;
  const isHelpOfNothing =
    first === 'help' &&
    second !== undefined &&
    program.commands.every((one) => one.name() !== second);
  try {
    await program.parseAsync(isHelpOfNothing ? [second] : arguments_, { from: 'user' });
    return undefined;
  } catch (error) {
    // The parser has already said what is wrong; help and version are not faults.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage;
    return reportError(error);
  }
}

/** Says on stderr what went wrong: of a fault its message, of a bug the stack. Gives the exit code. */
export function reportError(error: unknown): ExitCode {
  if (error instanceof AtollError) {
    const hint = hints[error.code];
    const text = hint === undefined ? error.message : `${error.message}. ${hint}`;
    process.stderr.write(`atoll: ${oneLine(text)}\n`);
    return exitCodeOf(error);
  }
  // What the operating system refuses (a full disk, a file that cannot be read) is no bug of ours.
  if (error instanceof Error && 'syscall' in error) {
    process.stderr.write(`atoll: ${oneLine(error.message)}\n`);
    return exitCodes.failed;
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`atoll: this is a bug in Atoll, please report it\n${detail}\n`);
  return exitCodes.failed;
}

/** The version in package.json, which lies beside `dist`. */
export function packageVersion(): string {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  const content: unknown = JSON.parse(text);
  const version = (content as { version?: unknown }).version;
  return typeof version === 'string' ? version : 'unknown';
}

/**
 * Gives a command and all below it the same manners. Commands are built apart and added, and the parser
 * hands its settings down only to commands that it creates itself.
 */
function harness(command: Command, path: string): void {
  command
    .exitOverride()
    // What stands behind `geo status` is for status, also where geo has an option of that name.
    .enablePositionalOptions()
    .configureOutput({
      outputError: (text, write) => write(text.replace(/^error: /, 'atoll: ')),
    })
    .showHelpAfterError(`See: ${path} --help`);
  for (const child of command.commands) harness(child, `${path} ${child.name()}`);
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ');
}
