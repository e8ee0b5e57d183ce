import { exitCodes } from './exit-codes.ts';

/**
 * Ctrl-C, the same for every command: it ends the program with 130, at once unless the command has
 * something to put in order first. Then the first one asks, the second one insists.
 */
let onInterrupt: (() => void) | undefined;

/** Takes over SIGINT. Called once by `main`. */
export function installInterrupt(): void {
  process.on('SIGINT', () => {
    const ask = onInterrupt;
    onInterrupt = undefined;
    if (ask === undefined) process.exit(exitCodes.interrupted);
    process.exitCode = exitCodes.interrupted;
    ask();
  });
}

/**
 * Resolves at the next Ctrl-C, which then ends nothing by itself; the exit code is 130 unless the
 * caller sets another one.
 */
export function untilInterrupted(): Promise<void> {
  return new Promise((resolve) => {
    onInterrupt = resolve;
  });
}
