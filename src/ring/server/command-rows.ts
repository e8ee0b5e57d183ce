import { CommandTable } from '../../resp/command-table.ts';
import { handshakeCommands } from '../../resp/commands/handshake-commands.ts';
import { commonRefusals } from '../../resp/commands/refusals.ts';
import type { ServerFacts } from '../../resp/commands/server-facts.ts';
import { inspectionCommands } from './commands/inspection.ts';
import { leaseCommands } from './commands/leases.ts';
import { listCommands } from './commands/lists.ts';
import { onceCommands } from './commands/once.ts';
import { ringRefusals } from './commands/refusals.ts';
import { registerCommand } from './commands/register.ts';
import { ringCommand } from './commands/ring.ts';
import type { RegisterAnswer, Registrant } from './membership.ts';
import { valueCommands } from './commands/values.ts';
import type { Storage } from './storage/storage.ts';

/** All that a node understands. `register` answers `RING REGISTER`. */
export function createStorageTable(
  facts: ServerFacts<Storage>,
  register: (registrant: Registrant) => RegisterAnswer,
): CommandTable<Storage> {
  const rows = [
    ...handshakeCommands<Storage>({
      ...facts,
      memoryUsage: ({ table }, command, keyIndex) => {
        return table.bytesOf(command.latin1(keyIndex));
      },
    }),
    ...valueCommands,
    ...listCommands,
    ...leaseCommands,
    ...onceCommands,
    ringCommand([registerCommand(register)]),
    ...inspectionCommands,
  ];
  return new CommandTable(rows, [...ringRefusals, ...commonRefusals]);
}
