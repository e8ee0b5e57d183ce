import type { Outside } from '../../src/core/outside.ts';
import type { ThreadEntry, Threads } from '../../src/core/threads.ts';
import type { Network, TlsOptions } from '../../src/core/network.ts';
import { PlatformNetwork } from '../../src/platform/network.ts';
import { createOutside } from '../../src/platform/outside.ts';
import { PlatformThreads } from '../../src/platform/threads.ts';
import { Simulation } from '../../src/sim/simulation.ts';
import { authority } from './certificates.ts';

/** An outside to be held to its promises: two threads that can reach each other. */
export interface World {
  readonly server: Outside;
  readonly client: Outside;
  /** Where the server listens, and the client finds it. */
  readonly serverHost: string;
  readonly threads: Threads;
  /** Makes an entry module known. */
  defineThreadEntry(url: URL, startThread: ThreadEntry): void;
  /** Lets time pass until the promise is settled. */
  settle<T>(promise: Promise<T>): Promise<T>;
}

export interface WorldKind {
  readonly name: string;
  create(): World;
}

function platform(name: string, network: Network): WorldKind {
  return {
    name,
    create: () => ({
      server: { ...createOutside(), network },
      client: { ...createOutside(), network },
      serverHost: '127.0.0.1',
      threads: new PlatformThreads(),
      defineThreadEntry: () => {},
      settle: (promise) => promise,
    }),
  };
}

/** The same network where everybody speaks TLS and has a certificate. */
function encrypted(network: Network, tls: TlsOptions): Network {
  return {
    listen: (at, options, accept) => network.listen(at, { ...options, tls }, accept),
    connect: (to, options, events) => network.connect(to, { ...options, tls }, events),
  };
}

function simulated(seed: number): WorldKind {
  return {
    name: `simulation, seed ${seed}`,
    create(): World {
      const simulation = new Simulation({ seed });
      const server = simulation.node('server');
      return {
        server: server.outside,
        client: simulation.node('client').outside,
        serverHost: 'server',
        threads: server.threads,
        defineThreadEntry: (url, startThread) => simulation.defineThreadEntry(url, startThread),
        settle: (promise) => simulation.settle(promise),
      };
    },
  };
}

/** The real and the simulated outside; of the simulated one a few of its many tempers. */
export const worldKinds: readonly WorldKind[] = [
  platform('platform', new PlatformNetwork()),
  ...[1, 2, 3, 4, 5].map(simulated),
];

/** Other ways for the real network to do the same. */
export const networkKinds: readonly WorldKind[] = [
  platform(
    'platform, data events and streams',
    new PlatformNetwork({ isReadShared: false, isWrittenDirectly: false }),
  ),
  ...(authority === undefined
    ? []
    : [platform('platform, TLS', encrypted(new PlatformNetwork(), authority.issue('member')))]),
];
