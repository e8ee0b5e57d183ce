import { Command, Option } from 'commander';

import { mustParseHostPort } from '../../core/network.ts';
import { writeJsonLine, writeOut } from '../output.ts';
import { leasesText, listLeases } from '../ring/lease-list.ts';

interface LeasesOptions {
  readonly ring: string;
  readonly json?: boolean;
}

/** `atoll ring leases`: who may read from copies, and which writes wait for them. */
export function ringLeasesCommand(): Command {
  return new Command('leases')
    .description('show which keys clients hold leases of, and which writes wait')
    .argument('[key...]', 'only these')
    .addOption(
      new Option('--ring <host:port>', 'any node of the ring')
        .env('ATOLL_RING')
        .default('127.0.0.1:7400'),
    )
    .option('--json', 'one JSON object a line')
    .addHelpText(
      'after',
      `
Asks all nodes of the ring; each tells of at most 1,000 keys, those that writes wait for first.
left: until the last of the leases is over for the owner; waiting: writes; for: how long the first of them has waited`,
    )
    .action(async (keys: readonly string[], { ring, json }: LeasesOptions) => {
      const leases = await listLeases(mustParseHostPort(ring), keys);
      if (json !== true) await writeOut(leasesText(leases));
      else for (const lease of leases) await writeJsonLine(lease);
    });
}
