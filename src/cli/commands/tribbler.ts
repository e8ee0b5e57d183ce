import { Command, Option } from 'commander';

import { writeJsonLine, writeOut } from '../output.ts';
import { runTribblerProcess, type TribblerProcessReady } from '../tribbler-process.ts';
import { wholeNumber } from '../whole-number.ts';

interface TribblerOptions {
  readonly ring: string;
  readonly host: string;
  readonly httpPort: number;
  readonly adminPort: number;
  readonly behindProxy?: boolean;
  readonly json?: boolean;
}

/** `atoll tribbler`: an application server of Tribbler in this process, until it is told to stop. */
export function tribblerCommand(): Command {
  const portNumber = wholeNumber({ min: 0, max: 65_535 });
  return new Command('tribbler')
    .description('run an application server of Tribbler, the microblog: web page and HTTP API')
    .addOption(
      new Option('--ring <host:port>', 'any node of the ring store, which keeps everything')
        .env('ATOLL_RING')
        .default('127.0.0.1:7400'),
    )
    .option('--host <address>', 'listen here; only this machine may reach it', '127.0.0.1')
    .option(
      '--http-port <port>',
      'for browsers and programs; 0 takes a free one',
      portNumber,
      8_080,
    )
    .option('--admin-port <port>', 'for operators: /readyz, /metrics, /status', portNumber, 7_950)
    .option(
      '--behind-proxy',
      'a proxy is in front: believe its X-Forwarded-For and X-Forwarded-Proto',
    )
    .option('--json', 'say that it is ready in one JSON line')
    .addHelpText(
      'after',
      `
It keeps nothing itself: run as many as you like over one ring, and end them as you like.
  $ atoll ring
  $ atoll tribbler
  $ atoll tribbler --http-port 8081 --admin-port 7951

SIGTERM and Ctrl-C end the server in order, a second one at once.`,
    )
    .action(({ json, behindProxy, ...options }: TribblerOptions) =>
      runTribblerProcess({ ...options, isBehindProxy: behindProxy === true }, (ready) =>
        json === true
          ? writeJsonLine({ event: 'ready', ...ready })
          : writeOut(readyText(options, ready)),
      ),
    );
}

function readyText({ ring, host }: TribblerOptions, ready: TribblerProcessReady): string {
  const { url, adminPort } = ready;
  const server = url === 'http://127.0.0.1:8080' ? '' : ` --server ${url}`;
  return `Tribbler is open at ${url}, over the ring at ${ring}.

  atoll trib signup heather${server}
  atoll trib post 'Hello, ring.'${server}

Ctrl-C ends it; what was posted stays in the ring.
API: ${url}/openapi.json    Metrics: http://${host}:${adminPort}/metrics
`;
}
