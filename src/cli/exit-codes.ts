import type { AtollError } from '../core/errors.ts';

/** What a shell script can tell apart. Documented in `docs/start.md`; never renumbered. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  cannotConnect: 5,
  /** As a shell reports a program that Ctrl-C ended: 128 + SIGINT. */
  interrupted: 130,
  /** The same for SIGTERM. */
  terminated: 143,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** The exit code for a fault that ended a command. */
export function exitCodeOf(fault: AtollError): ExitCode {
  if (fault.code === 'USAGE') return exitCodes.usage;
  if (fault.code === 'CONNECT_FAILED') return exitCodes.cannotConnect;
  return exitCodes.failed;
}
