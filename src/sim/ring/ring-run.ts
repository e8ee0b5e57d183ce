import { ringLimits } from '../../core/limits.ts';
import type { LeaseCache } from '../../ring/libstore/lease-cache.ts';
import { SimRandom } from '../sim-random.ts';
import { Simulation, SimulationFailed } from '../simulation.ts';
import { FaultMaker } from '../swarm/fault-maker.ts';
import { describeFault, type PlannedFault } from '../swarm/fault-plan.ts';
import { Sometimes } from '../swarm/sometimes.ts';
import type { SwarmRun, SwarmRunOptions, Violation } from '../swarm/swarm-run.ts';
import { checkAll } from './checkers/check-all.ts';
import { describeEvent, type Evidence } from './evidence.ts';
import { describeOperation, History } from './history.ts';
import { noteRareStates, type RareState } from './rare-states.ts';
import { RingCluster } from './ring-cluster.ts';
import { planRingFaults } from './ring-faults.ts';
import { ReplyThief } from './reply-thief.ts';
import { drawTemper, type Temper } from './temper.ts';
import { Workload } from './workload.ts';

export interface RingRunOptions extends SwarmRunOptions {
  /** Told the copies of each Libstore as soon as there is one. */
  readonly onCopies?: (copies: LeaseCache) => void;
}

/** What waits for leases, or after a restart, is done so long after them. */
const progressMs = 5_000;
/** A link is there again, and a view that is old is asked for anew, within this. */
const reconnectMs = 15_000;

/**
 * One seed: a ring of real servers, clients with real Libstores, and a storm of faults; then everything is made whole, every
 * key must take a write, and all that was seen is held against what was promised.
 */
export class RingRun implements SwarmRun {
  readonly temper: Temper;
  readonly plan: readonly PlannedFault[];
  readonly history: History = new History();
  readonly sometimes: Sometimes<RareState> = new Sometimes();
  readonly simulation: Simulation;
  readonly cluster: RingCluster;
  readonly #workload: Workload;
  readonly #faultMaker: FaultMaker;
  readonly #replyThief: ReplyThief;
  readonly #violations: Violation[] = [];
  #stormFromMs = 0;

  constructor({ seed, bugs, trace, onCopies }: RingRunOptions) {
    const simulation = new Simulation({
      seed,
      eventsMax,
      ...(trace === undefined ? {} : { trace }),
    });
    const random = new SimRandom(seed).child('ring run');
    const temper = drawTemper(random.child('temper'));
    const { load, clients, stormMs, latencyMs, jitterMs, faults, terms } = temper;
    this.simulation = simulation;
    this.temper = temper;
    this.#workload = new Workload({
      simulation,
      random: random.child('clients'),
      load,
      clients: clients.length,
      forMs: stormMs,
    });
    this.cluster = new RingCluster({
      simulation,
      random: random.child('virtual ids'),
      temper,
      history: this.history,
      workload: this.#workload,
      bugs,
      onCopies: onCopies ?? ((): void => {}),
      onDone: (event) => this.#replyThief.onDone(event),
    });
    const names = this.cluster.clients.map(({ name }) => name);
    this.#faultMaker = new FaultMaker({
      simulation,
      cluster: this.cluster,
      others: names,
      conditions: { latencyMs, jitterMs },
      sometimes: this.sometimes,
    });
    this.#replyThief = new ReplyThief({
      simulation,
      random: random.child('lost replies'),
      faultMaker: this.#faultMaker,
      temper: temper.lostReplies,
    });
    this.plan = planRingFaults({
      random: random.child('faults'),
      faults,
      stormMs,
      leaseMs: terms.leaseMs,
      durability: temper.durability,
      servers: this.cluster.names,
      clients: names,
    });
  }

  get operationCount(): number {
    return this.history.operations.length;
  }

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

  describeDraws(): string {
    const { load, faults, clients, ...ring } = this.temper;
    return [
      `ring    ${JSON.stringify(ring)}`,
      `clients ${JSON.stringify(clients)}`,
      `load    ${JSON.stringify(load)}`,
      `faults  ${JSON.stringify(faults)}`,
      ...this.plan.map((fault) => describeFault(fault)),
    ].join('\n');
  }

  describeEvents(): string {
    const asked = this.history.operations.map((operation) => {
      return { atMs: operation.startMs, text: describeOperation(operation) };
    });
    const done = this.cluster.events.map((event) => {
      return { atMs: event.atMs, text: describeEvent(event) };
    });
    return [...asked, ...done]
      .toSorted((a, b) => a.atMs - b.atMs)
      .map(({ atMs, text }) => `${atMs.toFixed(3).padStart(12)} ${text}`)
      .join('\n');
  }

  async #storm(): Promise<void> {
    const { simulation, cluster, plan } = this;
    await cluster.start();
    this.#workload.begin(cluster.clients.map(({ name }) => name));
    for (const client of cluster.clients) client.start();
    this.#stormFromMs = simulation.nowMs;
    this.#faultMaker.schedule(plan);
    await simulation.advance(this.temper.stormMs);
    await this.#faultMaker.heal();
    await simulation.reach('every client has its answers', () => this.#workload.isOver, 120_000);
  }

  /** Every key must take a write now, and show it. */
  async #calm(): Promise<void> {
    const { simulation, cluster, history } = this;
    const { leaseMs, guardMs } = this.temper.terms;
    await simulation.advance(reconnectMs);
    const first = history.operations.length;
    const [client] = cluster.clients;
    const recorder = client?.recorder;
    if (client === undefined || recorder === undefined) {
      this.#violations.push({ invariant: 'progress', text: 'a client has no Libstore' });
      return;
    }
    const { values, lists } = this.#workload;
    const all = Promise.all([
      ...values.map((key) => recorder.put(key, client.nextText(), calmOptions)),
      ...lists.map((key) => recorder.append(key, client.nextText(), calmOptions)),
    ]);
    await simulation.settle(all, leaseMs + guardMs + progressMs + calmOptions.timeoutMs);
    const reads = cluster.clients.flatMap(({ recorder: each }) =>
      each === undefined
        ? []
        : [
            ...values.map((key) => each.get(key, calmOptions)),
            ...lists.map((key) => each.getList(key, undefined, calmOptions)),
          ],
    );
    await simulation.settle(Promise.all(reads), progressMs + calmOptions.timeoutMs);
    for (const operation of history.operations.slice(first)) {
      if (operation.outcome === 'acknowledged') continue;
      const text = `not done in the calm: ${describeOperation(operation)}`;
      this.#violations.push({ invariant: 'progress', text });
    }
  }

  #evidence(): Evidence {
    const { cluster, history, temper } = this;
    const { durability, terms, bounds, clients } = temper;
    const normal = cluster.clients.filter((_, index) => clients[index]?.leases === 'normal');
    const ownerOf = new Map<string, string>();
    for (const { kind, key, node } of cluster.events) {
      if (kind === 'applied') ownerOf.set(key, node.slice(0, node.indexOf('/')));
    }
    return {
      operations: history.operations,
      events: cluster.events,
      lives: cluster.lives,
      staleCopies: cluster.staleCopies,
      heard: cluster.heard,
      durability,
      terms,
      bounds: { ...ringLimits, ...bounds },
      normalClients: new Set(normal.map(({ name }) => name)),
      ownerOf,
      errorCodes: cluster.errorCodes,
      pauses: this.plan.flatMap((fault) =>
        fault.kind === 'pause'
          ? [
              {
                host: fault.server,
                fromMs: this.#stormFromMs + fault.atMs,
                toMs: this.#stormFromMs + fault.atMs + fault.forMs,
              },
            ]
          : [],
      ),
      crossings: cluster.crossings,
      lostWrites: cluster.lostWrites,
    };
  }
}

/** In the calm everything is done within a lease, its guard and a second. */
const calmOptions = { timeoutMs: 30_000 };

/** Many times what a seed needs. */
const eventsMax = 2_000_000;
