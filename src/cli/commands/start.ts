import { Command } from 'commander';

import { runGeoProcess, type GeoReady } from '../geo-process.ts';
import { writeOut } from '../output.ts';
import { wholeNumber } from '../whole-number.ts';

/** Where `atoll cmud` and `atoll kv` look when they are told nothing else. */
const queryPortDefault = 7_001;

/** `atoll start`: a small world on this machine, and what to try in it. `npm start` runs it. */
export function startCommand(): Command {
  const portNumber = wholeNumber({ min: 0, max: 65_535 });
  return new Command('start')
    .description('run a small world on this machine, and say what to try')
    .option('--port <port>', 'first port; 0 takes free ones', portNumber, 7_000)
    .option('--admin-port <port>', 'for /healthz, /readyz and /metrics', portNumber, 7_900)
    .action((options: { readonly port: number; readonly adminPort: number }) =>
      runGeoProcess(
        {
          host: '127.0.0.1',
          actors: 1,
          join: [],
          data: undefined,
          durability: undefined,
          linkLatencyMs: 0,
          onCorrupt: 'refuse',
          ...options,
        },
        (ready) => writeOut(welcomeText(ready)),
      ),
    );
}

function welcomeText({ queryPorts, adminPort }: GeoReady): string {
  const [port = 0] = queryPorts;
  const server = `127.0.0.1:${port}`;
  const isUsual = port === queryPortDefault;
  return `
Atoll is up: a geo server on ${server}, which keeps everything in memory.

Play CMUD from a second terminal, in this folder; and once more as somebody else from a third:
  npx atoll cmud${isUsual ? '' : ` --server ${server}`} --name heather

Look at what the players write, while they do:
  npx atoll kv watch cmud/${isUsual ? '' : ` --address ${server}`}

Or use it as the Redis that it also is:
  redis-cli -p ${port} set greeting hello
  redis-cli -p ${port} list cmud/ limit 5

Metrics: http://127.0.0.1:${adminPort}/metrics                                Ctrl-C ends it.

`;
}
