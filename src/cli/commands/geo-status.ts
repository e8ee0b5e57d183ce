import { Command } from 'commander';

import { AdminClient } from '../admin-client.ts';
import { geoAdminOption } from '../admin-option.ts';
import type { GeoStatus } from '../geo/geo-status.ts';
import { statusText } from '../geo/status-text.ts';
import { writeJsonLine, writeOut } from '../output.ts';

interface StatusOptions {
  readonly admin: string;
  readonly json?: boolean;
}

/** `atoll geo status`: how a server is, and the others as it sees them. */
export function geoStatusCommand(): Command {
  return new Command('status')
    .description('show how a geo server is, and how it sees the others')
    .addOption(geoAdminOption())
    .option('--json', 'one JSON object')
    .addHelpText(
      'after',
      `
lag: how long ago the oldest change was made that the server has not confirmed; dirty: how many there are
skew: its clock less ours; equal: when the two were last found to have the same
tombstones: deletes are remembered until it has confirmed them; a server that never comes back is to be forgotten`,
    )
    .action(async ({ admin, json }: StatusOptions) => {
      const status = await new AdminClient<GeoStatus>(admin).status();
      await (json === true ? writeJsonLine(status) : writeOut(statusText(status)));
    });
}
