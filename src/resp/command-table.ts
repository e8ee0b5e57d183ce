import type { Client } from './client.ts';
import type { Command } from './command.ts';

/**
 * One row per command. Dispatch, `COMMAND`, `COMMAND DOCS`, the reference page, counters and (later) the
 * permissions by prefix are all made from it; there is no second place that knows a command.
 *
 * `Target` is what the handlers work on: for a geo server its query actor's store.
 */
export interface CommandRow<Target> {
  /** Lower case; a subcommand's container is its own row. */
  readonly name: string;
  /** As in Redis: arguments with the name; negative means at least so many. */
  readonly arity: number;
  readonly flags: readonly CommandFlag[];
  /** Where the keys stand, as in Redis: first and last argument (−1: the last one) and step; 0, 0, 0: none. */
  readonly keys: readonly [first: number, last: number, step: number];
  readonly group: CommandGroup;
  /** The version of Redis that had it first, or of Atoll. */
  readonly since: string;
  /** One sentence without a full stop, as COMMAND DOCS shows it. */
  readonly summary: string;
  /** The arguments in words, as in a synopsis: `key value [EX seconds | PX milliseconds]`. */
  readonly synopsis: string;
  /** Writes exactly one reply. */
  readonly run: (target: Target, command: Command, client: Client) => void;
}

export type CommandFlag =
  | 'write'
  | 'readonly'
  | 'fast'
  | 'admin'
  | 'loading'
  | 'stale'
  | 'pubsub'
  | 'no_auth';
export type CommandGroup = 'string' | 'generic' | 'connection' | 'server' | 'cluster' | 'geo';
