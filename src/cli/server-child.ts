import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { AtollError } from '../core/errors.ts';

const mainPath: string = fileURLToPath(new URL('main.js', import.meta.url));

/**
 * A server in a process of its own, which ends with ours: in order when it is told to, and also when we are killed, since
 * it notices that its channel to us is closed. Ctrl-C does not reach it: it is told once, by us.
 */
export class ServerChild<Ready> {
  readonly name: string;
  /** Resolves when it answers. Rejects with `GATEWAY_FAILED`, and what it said, if it ends before. */
  readonly ready: Promise<Ready>;
  /** Resolves with how it ended. */
  readonly ended: Promise<string>;
  readonly #child: ChildProcess;
  #isReady = false;
  #lastWords = '';

  /**
   * @param command - the subcommand of `atoll`, with its arguments
   * @param say - hears what the server tells of that somebody should know
   */
  constructor(name: string, command: readonly string[], say: (line: string) => void) {
    this.name = name;
    this.#child = spawn(process.execPath, [mainPath, ...command, '--json'], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      detached: true,
    });
    this.ended = once(this.#child, 'close').then(([code, signal]) =>
      typeof signal === 'string' ? `by ${signal}` : `with exit code ${String(code)}`,
    );
    this.ready = this.#untilReady();
    // Whoever waits hears of it, also when that is too late.
    this.ready.catch(() => {});
    this.#listen(say);
  }

  /** Tells it to end in order. */
  stop(): void {
    this.#child.kill('SIGTERM');
  }

  async #untilReady(): Promise<Ready> {
    const { stdout } = this.#child;
    if (stdout === null) throw new AtollError('GATEWAY_FAILED', `${this.name} has no stdout`);
    const line = once(createInterface({ input: stdout }), 'line') as Promise<[string]>;
    const first = await Promise.race([line, this.ended]);
    if (typeof first === 'string') {
      const words = this.#lastWords.replace(/^atoll: /, '');
      throw new AtollError('GATEWAY_FAILED', `${this.name} could not start: ${words || first}`);
    }
    this.#isReady = true;
    return JSON.parse(first[0]) as Ready;
  }

  #listen(say: (line: string) => void): void {
    const { stderr } = this.#child;
    if (stderr === null) return;
    createInterface({ input: stderr }).on('line', (line) => {
      const event = parseLogLine(line);
      if (event === undefined) this.#lastWords = line;
      const words = event ?? line.replace(/^atoll: /, '');
      if (words !== '' && (this.#isReady || event !== undefined)) say(`${this.name}: ${words}`);
    });
  }
}

/** What a line of the log says, in words; empty for what is only for the record; undefined for what is none. */
function parseLogLine(line: string): string | undefined {
  let fields: Record<string, unknown>;
  try {
    fields = JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
  const { level, time: _, name: __, event, ...others } = fields;
  if (level === 'info') return '';
  const pairs = Object.entries(others).map(([key, value]) => ` ${key}=${JSON.stringify(value)}`);
  return `${String(event)}${pairs.join('')}`;
}
