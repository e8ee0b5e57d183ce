import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** The built program, beside the built tests. */
const mainPath: string = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));

export interface AtollOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** A file that stdout goes to instead of to the test. */
  readonly stdout?: number;
  /** A command that runs the program, such as a tracer, with its arguments. */
  readonly through?: readonly string[];
}

export interface AtollOutcome {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The program `atoll` in a process of its own, and what it has said so far: stdout with a character for each byte. */
export class AtollProcess {
  readonly child: ChildProcess;
  stdout = '';
  stderr = '';

  constructor(
    arguments_: readonly string[],
    { environment = {}, stdout, through = [] }: AtollOptions = {},
  ) {
    const [command, ...before] = [...through, process.execPath];
    this.child = spawn(command, [...before, mainPath, ...arguments_], {
      env: { PATH: process.env['PATH'], ...environment },
      stdio: ['pipe', stdout ?? 'pipe', 'pipe'],
    });
    this.child.stdout?.setEncoding('latin1').on('data', (text: string) => (this.stdout += text));
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    // A program that ends before it has read its input is none of the test's business.
    this.child.stdin?.on('error', () => undefined);
  }

  /** Resolves when `output` contains `text`. */
  async said(output: 'stdout' | 'stderr', text: string): Promise<void> {
    const stream = this.child[output];
    while (stream !== null && !this[output].includes(text)) await once(stream, 'data');
  }

  /** Resolves when the process has ended and all that it said is here. */
  async end(): Promise<AtollOutcome> {
    const { child } = this;
    if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
    return { exitCode: child.exitCode, stdout: this.stdout, stderr: this.stderr };
  }
}

/** Runs `atoll` to its end. */
export function runAtoll(
  arguments_: readonly string[],
  { input = '', ...options }: AtollOptions & { readonly input?: string | Uint8Array } = {},
): Promise<AtollOutcome> {
  const atoll = new AtollProcess(arguments_, options);
  atoll.child.stdin?.end(input);
  return atoll.end();
}
