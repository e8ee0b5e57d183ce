import { CommandTable } from '../../../resp/command-table.ts';
import { handshakeCommands } from '../../../resp/commands/handshake-commands.ts';
import { commonRefusals } from '../../../resp/commands/refusals.ts';
import type { ServerFacts } from '../../../resp/commands/server-facts.ts';
import { expiryCommands } from '../commands/expiry.ts';
import { inspectionCommands } from '../commands/inspection.ts';
import { keyCommands } from '../commands/keys.ts';
import { listCommands } from '../commands/list.ts';
import { mergeRefusals } from '../commands/refusals.ts';
import { scanCommands } from '../commands/scan.ts';
import { stringCommands } from '../commands/strings.ts';
import { watchCommands } from '../commands/watch.ts';
import type { Replica } from '../replica.ts';

/** All that a query port understands. What is missing in `facts` about entries is added here. */
export function createQueryTable(facts: ServerFacts<Replica>): CommandTable<Replica> {
  const rows = [
    ...handshakeCommands<Replica>({
      ...facts,
      memoryUsage: (replica, command, keyIndex) => {
        const reference = replica.find(command, keyIndex);
        return reference < 0 ? undefined : replica.table.entryBytes(reference);
      },
    }),
    ...stringCommands,
    ...keyCommands,
    ...expiryCommands,
    ...listCommands,
    ...scanCommands,
    ...watchCommands,
    ...inspectionCommands,
  ];
  return new CommandTable(rows, [...mergeRefusals, ...commonRefusals]);
}
