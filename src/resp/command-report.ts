import type { CommandTable } from './command-table.ts';

/** How often a command was sent. Plain data. */
export interface CommandReport {
  /** `client|setname` for a subcommand. */
  readonly name: string;
  readonly calls: number;
  readonly failures: number;
  readonly rejected: number;
}

/** Of the commands that were ever sent. */
export function commandReports<Target>(table: CommandTable<Target>): readonly CommandReport[] {
  return table.entries
    .flatMap((entry) => [entry, ...entry.subcommands])
    .filter(({ calls, rejected }) => calls + rejected > 0)
    .map(({ fullName, calls, failures, rejected }) => {
      return { name: fullName, calls, failures, rejected };
    });
}
