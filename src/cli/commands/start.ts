import { Command } from 'commander';

import { AtollError } from '../../core/errors.ts';
import { geoAdminDefault } from '../admin-option.ts';
import { places, World } from '../geo/world.ts';
import type { GeoProcessReady } from '../geo-process.ts';
import { writeOut } from '../output.ts';
import { untilStopped } from '../stop-signals.ts';
import { wholeNumber } from '../whole-number.ts';

interface StartOptions {
  readonly port: number;
  readonly adminPort: number;
  readonly data?: string;
}

/** The last server's ports are so far above the first one's. */
const portsAbove = 201;

/** `atoll start`: a small world on this machine, and what to try in it. `npm start` runs it. */
export function startCommand(): Command {
  return new Command('start')
    .description('run a world of three servers on this machine, and say what to try')
    .option(
      '--port <port>',
      'first port; 0 takes free ones',
      wholeNumber({ min: 0, max: 65_535 - portsAbove }),
      7_000,
    )
    .option(
      '--admin-port <port>',
      'first port for operators; 0 takes free ones',
      wholeNumber({ min: 0, max: 65_533 }),
      7_900,
    )
    .option('--data <folder>', 'keep the world in this folder, for the next time')
    .addHelpText(
      'after',
      `
Each server is a process: kill one and see that the others go on. Its data, with --data, is in a folder of its name.`,
    )
    .action(async ({ data, ...ports }: StartOptions) => {
      if (data === '') throw new AtollError('USAGE', '--data is empty, expected a folder');
      const stopped = untilStopped();
      const world = new World({ ...ports, data }, (line) => {
        process.stderr.write(`atoll: ${line}\n`);
      });
      try {
        const ready = await Promise.race([world.start(), stopped]);
        if (ready === undefined) return;
        await writeOut(welcomeText(ready, data));
        const isOver = await Promise.race([stopped, world.untilEnded().then(() => true)]);
        if (isOver === true) throw new AtollError('GATEWAY_FAILED', 'all servers have ended');
      } finally {
        await world.stop();
        // The channels to the servers are closed, and nothing else is left to wait for.
      }
    });
}

function welcomeText(servers: readonly GeoProcessReady[], data: string | undefined): string {
  const ports = servers.map(({ queryPorts }) => `127.0.0.1:${queryPorts[0] ?? 0}`);
  const [here = '', there = '', faraway = ''] = ports;
  const [{ adminPort } = { adminPort: 0 }] = servers;
  const admin = `127.0.0.1:${adminPort}`;
  const rows = places.map(({ name, linkLatencyMs }, index) => {
    const { description = '' } = servers[index] ?? {};
    const system = /"at":"([^"]+)"/.exec(description)?.[1] ?? '';
    return `  ${name.padEnd(11)} ${(ports[index] ?? '').padEnd(16)} ${`${linkLatencyMs} ms to the others`.padEnd(22)} servers meet it at ${system}`;
  });
  return `
Atoll is up: three geo servers, each with everything, and each takes writes.

${rows.join('\n')}

Play CMUD from two of them, in this folder, each in a terminal of its own:
  npx atoll cmud --server ${here} --name heather
  npx atoll cmud --server ${there} --name robin

Write at one, read at another:
  npx atoll kv put greeting hello --address ${here}
  npx atoll kv get greeting --address ${faraway}
  redis-cli -p ${portOf(here)} set greeting hello
  redis-cli -p ${portOf(faraway)} list greet

See how they are, and that they agree:
  npx atoll geo status${admin === geoAdminDefault ? '' : ` --admin ${admin}`}

${data === undefined ? 'Everything is kept in memory.' : `Everything is kept in ${data}.`} Metrics: http://${admin}/metrics    Ctrl-C ends all of it.

`;
}

function portOf(address: string): string {
  return address.slice(address.lastIndexOf(':') + 1);
}
