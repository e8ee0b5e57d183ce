import { assert } from '../../core/assert.ts';
import { FixedRouter } from '../../geo/client/fixed-router.ts';
import { GeoClient } from '../../geo/client/client.ts';
import { SimRandom } from '../sim-random.ts';
import { Simulation, SimulationFailed } from '../simulation.ts';
import { FaultMaker } from '../swarm/fault-maker.ts';
import { describeFault, planFaults, type PlannedFault } from '../swarm/fault-plan.ts';
import { Sometimes } from '../swarm/sometimes.ts';
import type { SwarmRun, Violation } from '../swarm/swarm-run.ts';
import { abilities, type BootGeoServer } from './boot-geo-server.ts';
import { checkAll } from './checkers/check-all.ts';
import { areEqual } from './checkers/convergence.ts';
import type { Evidence } from './evidence.ts';
import { GeoCluster } from './geo-cluster.ts';
import { describeOperation, History } from './history.ts';
import { noteRareStates } from './rare-states.ts';
import type { RareState } from './sometimes.ts';
import { drawTemper, type Abilities, type Temper } from './temper.ts';
import { Workload } from './workload.ts';
import { WorkloadClient } from './workload-client.ts';

export interface GeoRunOptions {
  readonly seed: number;
  /** Mistakes that the servers make. */
  readonly bugs?: ReadonlySet<string>;
  /** How a server is started, and what it can do, if not as it is. */
  readonly boot?: BootGeoServer;
  readonly abilities?: Abilities;
  /** Receives a line for each event. */
  readonly trace?: (line: string) => void;
}

/** Hosts of clients; several clients may share one. */
const clientHosts = ['c1', 'c2', 'c3'] as const;

/** After the storm a link is there again within this: a silent peer is given up, then dialled. */
const reconnectMs = 10_000;
/** Bytes that waited on a link that was cut may take so long to come, from clients that are gone by then. */
const stragglersMs = 2_000;
/** A5: replicas are equal within 2 s plus one repair period. */
const quietMs = 2_000 + 10_000;
/** A write that is asked for in the calm after the storm is done by then. */
const progressMs = 10_000;
/** So often the figures of the servers are read. */
const readingMs = 4_000;

/**
 * One seed: a cluster of geo servers, clients, and a storm of faults; then everything is made whole, clients must
 * get through, replicas must become equal, and all that was seen is held against what was promised.
 */
export class GeoRun implements SwarmRun {
  readonly temper: Temper;
  readonly plan: readonly PlannedFault[];
  readonly history: History = new History();
  readonly sometimes: Sometimes<RareState> = new Sometimes();
  readonly simulation: Simulation;
  readonly cluster: GeoCluster;
  readonly #random: SimRandom;
  readonly #faultMaker: FaultMaker;
  readonly #violations: Violation[] = [];

  constructor({ seed, bugs, boot, trace, abilities: able = abilities }: GeoRunOptions) {
    this.simulation = new Simulation({
      seed,
      eventsMax,
      ...(trace === undefined ? {} : { trace }),
    });
    this.#random = new SimRandom(seed).child('geo run');
    const temper = drawTemper(this.#random.child('temper'), able);
    this.temper = temper;
    const { simulation, sometimes } = this;
    for (const host of clientHosts) simulation.node(host);
    const { latencyMs, jitterMs } = temper;
    this.cluster = new GeoCluster({
      simulation,
      servers: temper.servers,
      actors: temper.actors,
      durability: temper.durability,
      joins: temper.joins,
      bounds: temper.bounds,
      ...(bugs === undefined ? {} : { bugs }),
      ...(boot === undefined ? {} : { boot }),
    });
    const { cluster } = this;
    this.#faultMaker = new FaultMaker({
      simulation,
      cluster,
      others: clientHosts,
      conditions: { latencyMs, jitterMs },
      sometimes,
    });
    this.plan = planFaults({
      random: this.#random.child('faults'),
      faults: temper.faults,
      stormMs: temper.stormMs,
      servers: cluster.names,
      others: clientHosts,
    });
  }

  /** Runs the seed; what was promised and not kept comes back, at best nothing. */
  async run(): Promise<readonly Violation[]> {
    try {
      await this.#storm();
      await this.#calm();
    } catch (error) {
      if (!(error instanceof SimulationFailed)) throw error;
      this.#violations.push({ invariant: 'run', text: error.message });
      return this.#violations;
    }
    for (const text of this.cluster.bugs) this.#violations.push({ invariant: 'bug', text });
    const evidence = this.#evidence();
    noteRareStates(evidence, this.sometimes);
    this.#violations.push(...checkAll(evidence));
    return this.#violations;
  }

  get operationCount(): number {
    return this.history.operations.length;
  }

  describeDraws(): string {
    const { load, faults, ...cluster } = this.temper;
    return [
      `cluster ${JSON.stringify(cluster)}`,
      `load    ${JSON.stringify(load)}`,
      `faults  ${JSON.stringify(faults)}`,
      ...this.plan.map((fault) => describeFault(fault)),
    ].join('\n');
  }

  describeEvents(): string {
    const asked = this.history.operations.map((operation) => {
      return { atMs: operation.startMs, text: describeOperation(operation) };
    });
    const done = this.cluster.changes.map(({ atMs, replica, life, how, entry }) => {
      const { key, value = 'nothing', stamp } = entry;
      const text = `${replica} (life ${life}) ${how} ${key} = ${value.replace(/~+$/, '~')} @${stamp.wallMs}.${stamp.counter} of ${stamp.origin}`;
      return { atMs, text };
    });
    return [...asked, ...done]
      .toSorted((a, b) => a.atMs - b.atMs)
      .map(({ atMs, text }) => `${atMs.toFixed(3).padStart(12)} ${text}`)
      .join('\n');
  }

  async #storm(): Promise<void> {
    const { simulation, cluster, history, temper, plan } = this;
    await cluster.start({ joined: temper.beginsJoined });
    const { load, stormMs: forMs } = temper;
    const random = this.#random.child('clients');
    const { places } = cluster;
    const workload = new Workload({
      simulation,
      random,
      history,
      places,
      hosts: clientHosts,
      load,
      forMs,
    });
    workload.start();
    this.#faultMaker.schedule(plan);
    const untilMs = simulation.nowMs + forMs;
    while (simulation.nowMs < untilMs) {
      await simulation.advance(Math.min(readingMs, untilMs - simulation.nowMs));
      cluster.readCounters();
    }
    await this.#faultMaker.heal();
    await simulation.reach('every client has its answers', () => workload.isOver, 30_000);
  }

  async #calm(): Promise<void> {
    const { simulation, cluster } = this;
    await simulation.settle(this.#makeProgress(), progressMs + 1_000);
    await simulation.advance(stragglersMs);
    cluster.readCounters();
    await simulation.advance(100);
    const untilMs = simulation.nowMs + reconnectMs + quietMs;
    const { isQuietLong } = this.temper;
    while (simulation.nowMs < untilMs && (isQuietLong || !areEqual(cluster.dump()))) {
      await simulation.advance(500);
    }
  }

  /** Every replica must take a write now, and show it. */
  async #makeProgress(): Promise<void> {
    const { simulation, cluster, history } = this;
    const { outside } = simulation.node(clientHosts[0]);
    const first = history.operations.length;
    await Promise.all(
      cluster.places.map(async ({ replica, address }) => {
        const router = new FixedRouter(address);
        const store = new GeoClient({ router, outside, timeoutMs: progressMs });
        const nowMs = (): number => simulation.nowMs;
        const name = `calm ${replica}`;
        const client = new WorkloadClient({ name, replica, store, history, nowMs });
        await client.put('calm', { valueBytes: 0 });
        await client.get('calm');
        await client.list('');
        await store.close();
      }),
    );
    for (const operation of history.operations.slice(first)) {
      if (operation.outcome === 'acknowledged') continue;
      const { replica = '', reason } = operation;
      const text = `${replica} did not do what it was asked to in the calm: ${reason}`;
      this.#violations.push({ invariant: 'progress', text });
    }
  }

  #evidence(): Evidence {
    const { simulation, cluster, history, temper, plan } = this;
    const untouched = simulation.node(clientHosts[0]).clock;
    const finals = cluster.dump();
    assert(finals.length === temper.servers * temper.actors, 'every replica is up at the end');
    return {
      operations: history.operations,
      changes: cluster.changes,
      lives: cluster.lives,
      finals,
      durability: temper.durability,
      readings: cluster.readings,
      errorCodes: cluster.errorCodes,
      isCalm: plan.length === 0,
      wallMsAtZero: Math.ceil(untouched.wallMs() - simulation.nowMs),
      wallAheadMsMax: this.#faultMaker.wallAheadMsMax,
      clockSteps: this.#faultMaker.clockSteps,
    };
  }
}

/** Many times what a seed needs. */
const eventsMax = 5_000_000;
