import type { Outside } from '../../src/core/outside.ts';
import type { ThreadEntry, Threads } from '../../src/core/threads.ts';
import { createOutside } from '../../src/platform/outside.ts';
import { PlatformThreads } from '../../src/platform/threads.ts';
import { Simulation } from '../../src/sim/simulation.ts';

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

const platform: WorldKind = {
  name: 'platform',
  create: () => ({
    server: createOutside(),
    client: createOutside(),
    serverHost: '127.0.0.1',
    threads: new PlatformThreads(),
    defineThreadEntry: () => {},
    settle: (promise) => promise,
  }),
};

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

/** Every implementation of the outside; of the simulated one a few of its many tempers. */
export const worldKinds: readonly WorldKind[] = [platform, ...[1, 2, 3, 4, 5].map(simulated)];
