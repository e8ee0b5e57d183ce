import { Command } from 'commander';

import { runGeoProcess, type GeoReady } from '../geo-process.ts';
import { writeOut } from '../output.ts';
import { wholeNumber } from '../whole-number.ts';

/** `atoll start`: a small world on this machine, and what to try in it. `npm start` runs it. */
export function startCommand(): Command {
  const portNumber = wholeNumber({ min: 0, max: 65_535 });
  return new Command('start')
    .description('run a small world on this machine, and say what to try')
    .option('--port <port>', 'first port; 0 takes free ones', portNumber, 7_000)
    .option('--admin-port <port>', 'for /healthz, /readyz and /metrics', portNumber, 7_900)
    .action((options: { readonly port: number; readonly adminPort: number }) =>
      runGeoProcess({ host: '127.0.0.1', actors: 1, ...options }, (ready) =>
        writeOut(welcomeText(ready)),
      ),
    );
}

function welcomeText({ queryPorts, adminPort }: GeoReady): string {
  const [port = 0] = queryPorts;
  const server = `127.0.0.1:${port}`;
  // Without installing: the second terminal stands in the same folder.
  const atoll = 'node dist/src/cli/main.js';
  return `
Atoll is up: a geo server on ${server}, which keeps everything in memory.

Play CMUD from a second terminal, in this folder; and once more as somebody else from a third:
  ${atoll} cmud --server ${server} --name heather

Look at what the players write, while they do:
  ${atoll} kv watch cmud/ --address ${server}

Or use it as the Redis that it also is:
  redis-cli -p ${port} set greeting hello
  redis-cli -p ${port} list cmud/ limit 5

Metrics: http://127.0.0.1:${adminPort}/metrics                                Ctrl-C ends it.

`;
}
