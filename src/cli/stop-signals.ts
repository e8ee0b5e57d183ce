import { exitCodes } from './exit-codes.ts';
import { untilInterrupted } from './interrupt.ts';

/**
 * Resolves at the first SIGTERM or Ctrl-C: for servers, which that asks to end in order, and whose
 * exit code is then 0. A second signal ends the process at once.
 *
 * A server that was started with a channel to the program that did so (`ServerChild`) also ends when that is gone.
 */
export async function untilStopped(): Promise<void> {
  const terminated = new Promise<void>((resolve) => {
    process.once('SIGTERM', () => {
      process.once('SIGTERM', () => process.exit(exitCodes.terminated));
      resolve();
    });
  });
  const left = new Promise<void>((resolve) => process.once('disconnect', resolve));
  // To wait for that alone is no reason to go on.
  process.channel?.unref();
  await Promise.race([terminated, untilInterrupted(), left]);
  process.exitCode = exitCodes.ok;
}
