import { CommandTable, type CommandRow } from '../../resp/command-table.ts';
import { handshakeCommands } from '../../resp/commands/handshake-commands.ts';
import { commonRefusals } from '../../resp/commands/refusals.ts';
import type { ServerFacts } from '../../resp/commands/server-facts.ts';
import { inspectionCommands } from './commands/inspection.ts';
import { leaseCommands } from './commands/leases.ts';
import { listCommands } from './commands/lists.ts';
import { onceCommands } from './commands/once.ts';
import { ringRefusals } from './commands/refusals.ts';
import { ringCommand } from './commands/ring.ts';
import { valueCommands } from './commands/values.ts';
import type { Storage } from './storage/storage.ts';
import { entryBytes } from './storage/table.ts';

/** All that a node understands. `ofRing`: subcommands of RING that are not the storage's. */
export function createStorageTable(
  facts: ServerFacts<Storage>,
  ofRing: readonly CommandRow<Storage>[] = [],
): CommandTable<Storage> {
  const rows = [
    ...handshakeCommands<Storage>({
      ...facts,
      memoryUsage: ({ table }, command, keyIndex) => {
        const key = command.latin1(keyIndex);
        const entry = table.get(key);
        return entry === undefined ? undefined : entryBytes(key, entry);
      },
    }),
    ...valueCommands,
    ...listCommands,
    ...leaseCommands,
    ...onceCommands,
    ringCommand(ofRing),
    ...inspectionCommands,
  ];
  return new CommandTable(rows, [...ringRefusals, ...commonRefusals]);
}
