import { exitCodes } from './exit-codes.ts';
import { untilInterrupted } from './interrupt.ts';

/**
 * Resolves at the first SIGTERM or Ctrl-C: for servers, which that asks to end in order, and whose
 * exit code is then 0. A second signal ends the process at once.
 */
export async function untilStopped(): Promise<void> {
  const terminated = new Promise<void>((resolve) => {
    process.once('SIGTERM', () => {
      process.once('SIGTERM', () => process.exit(exitCodes.terminated));
      resolve();
    });
  });
  await Promise.race([terminated, untilInterrupted()]);
  process.exitCode = exitCodes.ok;
}
