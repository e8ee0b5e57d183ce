import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { assert } from '../../src/core/assert.ts';

export interface ServerCommand {
  /** A program and its arguments; of our own, `process.execPath` and a script. */
  readonly program: string;
  readonly args: readonly string[];
  /** Whether this line of its output says that it is ready. Without it, the first line does. */
  readonly isReady?: (line: string) => boolean;
  readonly env?: NodeJS.ProcessEnv;
  readonly readyTimeoutMs?: number;
  /** How long SIGTERM is given before SIGKILL. */
  readonly stopTimeoutMs?: number;
}

export interface ServerProcess {
  readonly pid: number;
  /** The line that said so. */
  readonly readyLine: string;
  /** Ends it (SIGTERM, and SIGKILL if that is not heard) and waits until it is gone. */
  readonly stop: () => Promise<void>;
}

/**
 * Starts a server in a process of its own and waits until it says that it is ready. Rejects, with what
 * it printed, if it ends before or says nothing. It does not outlive this process.
 */
export async function startServer(command: ServerCommand): Promise<ServerProcess> {
  const { program, args, isReady = () => true, env } = command;
  const { readyTimeoutMs = 15_000, stopTimeoutMs = 5_000 } = command;
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: env ?? process.env,
  });
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  void exited.then(() => process.off('exit', kill));

  let isStopping = false;
  const stop = async (): Promise<void> => {
    isStopping = true;
    const timer = setTimeout(kill, stopTimeoutMs);
    child.kill('SIGTERM');
    await exited;
    clearTimeout(timer);
  };

  let printed = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    printed = (printed + text).slice(-4_000);
  });
  try {
    const readyLine = await new Promise<string>((resolve, reject) => {
      const fail = (what: string): void => {
        clearTimeout(timer);
        reject(new Error(`${program} ${args.join(' ')}: ${what}\n${printed}`.trimEnd()));
      };
      const timer = setTimeout(() => fail(`not ready after ${readyTimeoutMs} ms`), readyTimeoutMs);
      child.once('error', (error) => fail(error.message));
      child.once('close', (code, signal) =>
        fail(`ended with ${signal ?? code} before it was ready`),
      );
      // The lines are read to the end: a server whose output nobody takes would stop at a full pipe.
      createInterface({ input: child.stdout }).on('line', (line) => {
        printed = `${printed}${line}\n`.slice(-4_000);
        if (!isReady(line)) return;
        clearTimeout(timer);
        resolve(line);
      });
    });
    assert(child.pid !== undefined, 'what printed a line has a process id');
    child.once('exit', (code, signal) => {
      if (!isStopping) console.error(`${program} ended by itself, ${signal ?? code}\n${printed}`);
    });
    return { pid: child.pid, readyLine, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
