import { Command } from 'commander';

import { AtollError } from '../../core/errors.ts';
import type { MemberReport } from '../../geo/server/remote/server-report.ts';
import { AdminClient } from '../admin-client.ts';
import { geoAdminOption } from '../admin-option.ts';
import { writeJsonLine, writeOut } from '../output.ts';
import type { GeoStatus } from '../geo/geo-status.ts';

interface ForgetOptions {
  readonly admin: string;
  readonly json?: boolean;
}

/** `atoll geo forget`: a server does not come back. */
export function geoForgetCommand(): Command {
  return new Command('forget')
    .description('tell a cluster that a server does not come back')
    .argument('<id>', 'its id, or the beginning of it, as `atoll geo status` shows it')
    .addOption(geoAdminOption())
    .option('--json', 'one JSON object')
    .addHelpText(
      'after',
      `
Deletes are remembered until every server has them, so one that is gone holds them back forever. If it comes back after
all, it sets its data aside and gets everything from the others: what only it had is in its stale-… folder and nowhere else.`,
    )
    .action(async (id: string, { admin, json }: ForgetOptions) => {
      const client = new AdminClient<GeoStatus>(admin);
      const { server } = await client.status();
      const member = findMember(server?.members ?? [], id);
      await client.forget(member.id);
      if (json === true) await writeJsonLine({ forgotten: member.id, at: member.at });
      else await writeOut(`The server ${member.id} at ${member.at} is forgotten.\n`);
    });
}

function findMember(members: readonly MemberReport[], id: string): MemberReport {
  const found = members.filter((one) => id !== '' && one.id.startsWith(id));
  const [member] = found;
  if (member === undefined) throw new AtollError('USAGE', `no server's id begins with ${id}`);
  if (found.length > 1) {
    throw new AtollError('USAGE', `the ids of ${found.length} servers begin with ${id}: give more`);
  }
  if (member.state === 'self') {
    throw new AtollError('USAGE', 'a server cannot forget itself: stop it, and tell another one');
  }
  if (member.state === 'removed') {
    throw new AtollError('USAGE', `the server ${member.id} is forgotten already`);
  }
  return member;
}
