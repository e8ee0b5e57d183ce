import { Command } from 'commander';

import { AtollError } from '../../core/errors.ts';
import { geoAdminDefault } from '../admin-option.ts';
import { places, World } from '../geo/world.ts';
import type { GeoProcessReady } from '../geo-process.ts';
import { writeOut } from '../output.ts';
import { untilStopped } from '../stop-signals.ts';
import { Microblog, type MicroblogReady } from '../tribbler/microblog.ts';
import { sampleLogin } from '../tribbler/sample-people.ts';
import { wholeNumber } from '../whole-number.ts';

interface StartOptions {
  readonly port: number;
  readonly adminPort: number;
  readonly ringPort?: number;
  readonly httpPort?: number;
  readonly data?: string;
}

/** So far above the first port are those of the ring and of Tribbler, if none are chosen. */
const ringAbove = 400;
const httpAbove = 1_080;
/** So far above the first one are the admin ports of the ring and of Tribbler. */
const ringAdminAbove = 3;
const tribblerAdminAbove = 4;

/** `atoll start`: a small world on this machine, and what to try in it. `npm start` runs it. */
export function startCommand(): Command {
  return new Command('start')
    .description(
      'run a small world on this machine, both stores and both applications, and say what to try',
    )
    .option(
      '--port <port>',
      'first port; 0 takes free ones',
      wholeNumber({ min: 0, max: 65_535 - httpAbove }),
      7_000,
    )
    .option(
      '--admin-port <port>',
      'first port for operators; 0 takes free ones',
      wholeNumber({ min: 0, max: 65_535 - tribblerAdminAbove }),
      7_900,
    )
    .option(
      '--ring-port <port>',
      `of the ring store (default: ${ringAbove} above --port)`,
      wholeNumber({ min: 0, max: 65_534 }),
    )
    .option(
      '--http-port <port>',
      `of Tribbler, for browsers (default: ${httpAbove} above --port)`,
      wholeNumber({ min: 0, max: 65_535 }),
    )
    .option('--data <folder>', 'keep the world in this folder, for the next time')
    .addHelpText(
      'after',
      `
Each server is a process: kill one and see that the others go on. Its data, with --data, is in a folder of its name.`,
    )
    .action(run);
}

async function run({
  data,
  port,
  adminPort,
  ringPort = portAbove(port, ringAbove),
  httpPort = portAbove(port, httpAbove),
}: StartOptions): Promise<void> {
  if (data === '') throw new AtollError('USAGE', '--data is empty, expected a folder');
  const stopped = untilStopped();
  const say = (line: string): void => {
    process.stderr.write(`atoll: ${line}\n`);
  };
  const world = new World({ port, adminPort, data }, say);
  const adminPorts = {
    ringAdminPort: portAbove(adminPort, ringAdminAbove),
    tribblerAdminPort: portAbove(adminPort, tribblerAdminAbove),
  };
  const microblog = new Microblog({ ringPort, httpPort, ...adminPorts, data }, say);
  try {
    const ready = await Promise.race([Promise.all([world.start(), microblog.start()]), stopped]);
    if (ready === undefined) return;
    await writeOut(welcomeText(...ready, data));
    const ended = Promise.all([world.untilEnded(), microblog.untilEnded()]).then(() => true);
    const isOver = await Promise.race([stopped, ended]);
    if (isOver === true) throw new AtollError('GATEWAY_FAILED', 'all servers have ended');
  } finally {
    await Promise.all([world.stop(), microblog.stop()]);
    // The channels to the servers are closed, and nothing else is left to wait for.
  }
}

function portAbove(port: number, above: number): number {
  return port === 0 ? 0 : port + above;
}

function welcomeText(
  servers: readonly GeoProcessReady[],
  microblog: MicroblogReady,
  data: string | undefined,
): string {
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
Atoll is up.

Tribbler, a microblog on the ring store:
  ${microblog.url}    log in as ${sampleLogin.user}, password ${sampleLogin.password}, or sign up
  npx atoll trib search${microblog.url === 'http://127.0.0.1:8080' ? '' : ` --server ${microblog.url}`}
  npx atoll ls get heather:usrid${microblog.ring === '127.0.0.1:7400' ? '' : ` --ring ${microblog.ring}`}

Three geo servers, each with everything, and each takes writes:
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
  npx atoll ring status --admin ${microblog.ringAdmin}

${data === undefined ? 'Everything is kept in memory.' : `Everything is kept in ${data}.`} Metrics: http://${admin}/metrics    Ctrl-C ends all of it.

`;
}

function portOf(address: string): string {
  return address.slice(address.lastIndexOf(':') + 1);
}
