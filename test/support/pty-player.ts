import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

// The package is CommonJS whose names node does not find by itself.
import headless from '@xterm/headless';

const mainPath: string = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));

/** Why pseudo-terminals cannot be had here; undefined if they can. They are made by `script` of util-linux. */
export function whyNoPty(): string | undefined {
  const { status, stdout } = spawnSync('script', ['--version'], { encoding: 'utf8' });
  return status === 0 && stdout.includes('util-linux')
    ? undefined
    : 'there is no util-linux script';
}

export interface PtyOptions {
  readonly columns?: number;
  readonly rows?: number;
  readonly environment?: Readonly<Record<string, string>>;
}

/** `atoll` in a real pseudo-terminal, and the screen that the person in front of it sees. */
export class PtyPlayer {
  readonly #child: ChildProcess;
  readonly #screen: InstanceType<typeof headless.Terminal>;
  #written: Promise<void> = Promise.resolve();
  #onChange: (() => void)[] = [];

  constructor(
    args: readonly string[],
    { columns = 100, rows = 30, environment = {} }: PtyOptions = {},
  ) {
    this.#screen = new headless.Terminal({
      cols: columns,
      rows,
      scrollback: 5_000,
      allowProposedApi: true,
    });
    const quoted = [process.execPath, mainPath, ...args].map((word) => `'${word}'`).join(' ');
    const line = `stty cols ${columns} rows ${rows}; exec ${quoted}`;
    this.#child = spawn('script', ['-qfec', line, '/dev/null'], {
      env: { PATH: process.env['PATH'], TERM: 'xterm-256color', LANG: 'C.UTF-8', ...environment },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#child.stdin?.on('error', () => undefined);
    this.#child.once('close', () => this.#changed());
    this.#child.stdout?.on('data', (bytes: Uint8Array) => this.#show(bytes));
  }

  /** Presses keys; `\r` is Enter. */
  press(keys: string): void {
    this.#child.stdin?.write(keys);
  }

  type(line: string): void {
    this.press(`${line}\r`);
  }

  /** All lines up to now, also those that have scrolled away, without the empty ones at the end. */
  lines(): string[] {
    const { active } = this.#screen.buffer;
    const all = Array.from({ length: active.length }, (_, row) => {
      const line = active.getLine(row);
      return line === undefined ? '' : line.translateToString(true).trimEnd();
    });
    while (all.at(-1) === '') all.pop();
    return all;
  }

  /** What stands left of the cursor, and the row. */
  cursor(): { readonly row: number; readonly column: number } {
    const { active } = this.#screen.buffer;
    return { row: active.baseY + active.cursorY, column: active.cursorX };
  }

  /** Resolves when some line matches; the test's own deadline is the only one. */
  async sees(pattern: RegExp): Promise<string> {
    for (;;) {
      await this.#written;
      const found = this.lines().find((line) => pattern.test(line));
      if (found !== undefined) return found;
      await this.#change(`waiting for ${String(pattern)}`);
    }
  }

  /** Resolves when the last line is the prompt with `typed` behind it and the cursor. */
  async isTyping(typed: string): Promise<void> {
    for (;;) {
      await this.#written;
      const last = this.lines().at(-1) ?? '';
      if (/^.*> /.test(`${last} `) && last.trimEnd().endsWith(`> ${typed}`.trimEnd())) return;
      await this.#change(`waiting for the prompt with "${typed}"`);
    }
  }

  /** The exit code of the program. */
  async end(): Promise<number | null> {
    if (this.#child.exitCode === null) await once(this.#child, 'close');
    await this.#written;
    return this.#child.exitCode;
  }

  /** For tests that have failed: nothing may outlive them. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }

  #show(bytes: Uint8Array): void {
    const before = this.#written;
    this.#written = new Promise((resolve) => {
      void before.then(() => this.#screen.write(bytes, resolve));
    });
    void this.#written.then(() => this.#changed());
  }

  #changed(): void {
    const listeners = this.#onChange;
    this.#onChange = [];
    for (const listener of listeners) listener();
  }

  #change(what: string): Promise<void> {
    const { exitCode } = this.#child;
    if (exitCode !== null) {
      throw new Error(`${what}: it ended with ${exitCode}\n${this.lines().join('\n')}`);
    }
    return new Promise((resolve) => this.#onChange.push(resolve));
  }
}
