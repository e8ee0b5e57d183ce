import { Command } from 'commander';

import { AdminClient } from '../admin-client.ts';
import { ringAdminOption } from '../admin-option.ts';
import { writeJsonLine, writeOut } from '../output.ts';
import { ringStatusText } from '../ring/ring-status-text.ts';
import type { RingStatus } from '../ring/ring-status.ts';

interface StatusOptions {
  readonly admin: string;
  readonly json?: boolean;
}

/** `atoll ring status`: how a server of the ring is, and who else is in it. */
export function ringStatusCommand(): Command {
  return new Command('status')
    .description('show how a server of the ring is, and who else is in the ring')
    .addOption(ringAdminOption())
    .option('--json', 'one JSON object')
    .addHelpText(
      'after',
      `
share: of all keys, those that the node owns; nodes of other servers have no figures here: ask those servers
leases: copies that clients may use; holders: clients that have some; waiting: writes that wait for them
journal: bytes that the next start reads besides the snapshot, and bytes that wait for the disk`,
    )
    .action(async ({ admin, json }: StatusOptions) => {
      const status = await new AdminClient<RingStatus>(admin).status();
      await (json === true ? writeJsonLine(status) : writeOut(ringStatusText(status)));
    });
}
