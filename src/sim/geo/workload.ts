import type { Outside } from '../../core/outside.ts';
import { randomBelow } from '../../core/random.ts';
import { GeoClient } from '../../geo/client/client.ts';
import { FixedRouter } from '../../geo/client/fixed-router.ts';
import { NearestRouter } from '../../geo/client/nearest-router.ts';
import { RoundRobinRouter } from '../../geo/client/round-robin-router.ts';
import type { Router } from '../../geo/client/router.ts';
import type { SimRandom } from '../sim-random.ts';
import type { Simulation } from '../simulation.ts';
import type { ReplicaPlace } from './geo-cluster.ts';
import type { History } from './history.ts';
import type { LoadTemper, OperationKind } from './temper.ts';
import { WorkloadClient } from './workload-client.ts';

export interface WorkloadOptions {
  readonly simulation: Simulation;
  readonly random: SimRandom;
  readonly history: History;
  readonly places: readonly ReplicaPlace[];
  /** Hosts that clients run on. */
  readonly hosts: readonly string[];
  readonly load: LoadTemper;
  /** Clients begin nothing after so long. */
  readonly forMs: number;
}

/** Clients that put, delete, get and list for a while, each at its own pace and place. */
export class Workload {
  readonly #options: WorkloadOptions;
  readonly #keys: readonly string[];
  #running = 0;

  constructor(options: WorkloadOptions) {
    this.#options = options;
    const { keys } = options.load;
    this.#keys = Array.from({ length: keys }, (_, index) => `${folders[index % 3]}/${index}`);
  }

  /** Whether every client has done what it was to do, and heard of it. */
  get isOver(): boolean {
    return this.#running === 0;
  }

  start(): void {
    const { load, simulation, hosts } = this.#options;
    for (let index = 0; index < load.clients; index += 1) {
      const host = hosts[index % hosts.length] ?? '';
      const { outside } = simulation.node(host);
      this.#running += 1;
      outside.timers.setTimer(0, () => {
        // Whatever a client throws that is no fault is a bug, and ends the simulation.
        void this.#run(`c${index + 1}`, outside);
      });
    }
  }

  async #run(name: string, outside: Outside): Promise<void> {
    const { load, forMs, simulation, random, history } = this.#options;
    const draws = random.child(name);
    const { replica, router } = this.#settle(draws, outside);
    const { timeoutMs } = load;
    const store = new GeoClient({ router, outside, timeoutMs });
    const nowMs = (): number => simulation.nowMs;
    const client = new WorkloadClient({ name, replica, store, history, nowMs });
    const untilMs = simulation.nowMs + forMs;
    const pauseMs = (forMs * load.clients) / load.operations;
    while (simulation.nowMs < untilMs) {
      const isBurst = draws.chance(load.burstChance);
      const count = isBurst ? 2 + randomBelow(draws, 15) : 1;
      await Promise.all(Array.from({ length: count }, () => this.#operate(client, draws)));
      // Now and then a client says nothing for long, so that what it has said goes quiet everywhere.
      const wantedMs = -Math.log(1 - draws.fraction()) * pauseMs * (isBurst ? count : 1);
      const ms = Math.min(wantedMs, Math.max(0, untilMs - simulation.nowMs));
      await new Promise<void>((done) => outside.timers.setTimer(ms, done));
    }
    await store.close();
    this.#running -= 1;
  }

  /** Most clients stay at one replica, and what they see there must never go back. */
  #settle(draws: SimRandom, outside: Outside): { replica: string | undefined; router: Router } {
    const { places, load } = this.#options;
    const addresses = places.map(({ address }) => address);
    if (draws.chance(load.roamingChance)) {
      const router = draws.chance(0.5)
        ? new RoundRobinRouter(addresses)
        : new NearestRouter(addresses, { clock: outside.clock });
      return { replica: undefined, router };
    }
    const { replica, address } = draws.pick(places);
    return { replica, router: new FixedRouter(address) };
  }

  #operate(client: WorkloadClient, draws: SimRandom): Promise<void> {
    const { load } = this.#options;
    const key = draws.pick(this.#keys);
    const valueBytes = randomBelow(draws, load.valueBytesMax);
    const ttlMs = 1 + randomBelow(draws, load.ttlMsMax);
    switch (drawKind(draws, load.weights)) {
      case 'put':
        return client.put(key, { valueBytes });
      case 'expiring put':
        return client.put(key, { valueBytes, ttlMs });
      case 'delete':
        return client.delete(key);
      case 'get':
        return client.get(key);
      case 'list':
        return client.list(draws.pick(['', ...folders]));
    }
  }
}

const folders = ['hall', 'room', 'roomy'] as const;

function drawKind(draws: SimRandom, weights: LoadTemper['weights']): OperationKind {
  const kinds = Object.entries(weights) as [OperationKind, number][];
  let rest = draws.fraction() * kinds.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [kind, weight] of kinds) {
    rest -= weight;
    if (rest < 0) return kind;
  }
  return 'get';
}
