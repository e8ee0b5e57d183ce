import type { Simulation } from '../simulation.ts';
import type { LinkConditions } from '../sim-link.ts';
import type { SimNode } from '../sim-node.ts';
import type { Fault, PlannedFault } from './fault-plan.ts';

/** A server that faults happen to. */
export interface SwarmServer {
  readonly name: string;
  readonly node: SimNode;
  readonly isUp: boolean;
  /** Whether it has started and answers. */
  readonly isReady: boolean;
  /** Starts it, or starts it again. Does nothing if it is up. */
  start(): void;
  /** The process ends, or the power is cut. Does nothing if it is down. */
  crash(how: { hasPower: boolean }): void;
}

export interface SwarmCluster {
  readonly nodes: readonly SwarmServer[];
  readonly names: readonly string[];
  mustGetNode(name: string): SwarmServer;
  /** Starts what is down; resolves when all servers are ready. */
  startAgain(): Promise<void>;
}

/** Rare states that faults lead to, whatever the store. */
export const statesOfFaults = [
  'a process crashed',
  'the power of a server was cut',
  'a server stood still',
  'a server crashed while it started',
  'a wall clock jumped beyond the skew',
  'the power went between a write and its sync',
] as const;

/** … and one that takes a disk that is written to all the time. */
export const statesOfPowerCuts = ['the power went between a write and its sync'] as const;

type StateOfFaults = (typeof statesOfFaults)[number] | (typeof statesOfPowerCuts)[number];

export interface ClockStep {
  readonly server: string;
  readonly atMs: number;
  readonly byMs: number;
}

export interface FaultMakerOptions {
  readonly simulation: Simulation;
  readonly cluster: SwarmCluster;
  /** Hosts of clients. */
  readonly others: readonly string[];
  /** Of every link that is well. */
  readonly conditions: Pick<LinkConditions, 'latencyMs' | 'jitterMs'>;
  readonly sometimes: { reach(state: StateOfFaults): void };
}

/** Clocks further apart than this are not only set right, they are set to the one that was ahead most. */
const aheadMsTolerated = 45_000;

/** Does faults to a cluster, each at its time, and in the end makes everything whole. */
export class FaultMaker {
  readonly #options: FaultMakerOptions;
  /** Servers whose disk was bad: what failed on it once is over only with the process. */
  readonly #hurtByDisk: Set<string> = new Set();
  /** Wall clock minus virtual time of a host that nobody touches. */
  readonly #trueOffsetMs: number;
  #isOver = false;
  /** How far any server's wall clock ran ahead, at most. */
  wallAheadMsMax = 0;
  readonly clockSteps: ClockStep[] = [];

  constructor(options: FaultMakerOptions) {
    this.#options = options;
    const [untouched = 'c1'] = options.others;
    this.#trueOffsetMs =
      options.simulation.node(untouched).clock.wallMs() - options.simulation.nowMs;
    this.#setConditions();
  }

  /** Makes `plan` happen from now on. */
  schedule(plan: readonly PlannedFault[]): void {
    const { simulation } = this.#options;
    const startMs = simulation.nowMs;
    for (const fault of plan) {
      simulation.at(startMs + fault.atMs, () => {
        if (!this.#isOver) this.#do(fault);
      });
    }
  }

  /** Makes a fault happen now, unless faults are over. */
  cause(fault: Fault): void {
    if (!this.#isOver) this.#do({ atMs: 0, ...fault });
  }

  /** Ends all faults for good and starts what is down. Resolves when all servers are ready. */
  async heal(): Promise<void> {
    this.#isOver = true;
    const { simulation, cluster } = this.#options;
    simulation.heal();
    this.#setConditions();
    this.#setClocks();
    for (const node of cluster.nodes) {
      node.node.drives.heal();
      // A pause that began now and ends now ends those before it.
      if (node.isUp) node.node.pause(0);
      if (this.#hurtByDisk.has(node.name)) node.crash({ hasPower: true });
    }
    await simulation.advance(1);
    await cluster.startAgain();
  }

  #do(fault: PlannedFault): void {
    const { simulation, sometimes } = this.#options;
    switch (fault.kind) {
      case 'crash':
        return this.#crash(fault);
      case 'pause':
        return this.#pause(fault);
      case 'cut':
        simulation.cutOneWay(fault.from, fault.to);
        if (!fault.isOneWay) simulation.cutOneWay(fault.to, fault.from);
        return this.#later(fault.forMs, () => simulation.heal(fault.from, fault.to));
      case 'split':
        simulation.split(fault.groups);
        return this.#later(fault.forMs, () => this.#healSplit(fault.groups));
      case 'flap':
        return this.#flap(fault);
      case 'reset':
        return simulation.resetConnections(fault.one, fault.other);
      case 'bad link':
        simulation.setLink(fault.one, fault.other, fault.conditions);
        return this.#later(fault.forMs, () => {
          simulation.setLink(fault.one, fault.other, this.#soundLink());
        });
      case 'bad disk':
        return this.#hurtDisk(fault);
      case 'stall':
        return this.#stallDisk(fault);
      case 'clock step':
        this.#noteClock(fault.server);
        this.#step(fault.server, fault.byMs);
        if (Math.abs(fault.byMs) > 60_000) sometimes.reach('a wall clock jumped beyond the skew');
        return this.#noteClock(fault.server);
      case 'drift':
        return this.#clockOf(fault.server).setDrift(fault.drift);
    }
  }

  #crash({ server, hasPower, forMs }: Extract<PlannedFault, { kind: 'crash' }>): void {
    const node = this.#options.cluster.mustGetNode(server);
    if (!node.isUp) return;
    const { sometimes } = this.#options;
    if (!node.isReady) sometimes.reach('a server crashed while it started');
    sometimes.reach(hasPower ? 'a process crashed' : 'the power of a server was cut');
    if (!hasPower && node.node.drives.hasPending) {
      sometimes.reach('the power went between a write and its sync');
    }
    node.crash({ hasPower });
    this.#later(forMs, () => node.start());
  }

  #pause({ server, forMs }: Extract<PlannedFault, { kind: 'pause' }>): void {
    const node = this.#options.cluster.mustGetNode(server);
    if (!node.isUp) return;
    this.#options.sometimes.reach('a server stood still');
    node.node.pause(forMs);
  }

  #flap({ one, other, times, periodMs }: Extract<PlannedFault, { kind: 'flap' }>): void {
    const { simulation } = this.#options;
    if (times === 0) return;
    simulation.cut(one, other);
    this.#later(periodMs / 2, () => simulation.heal(one, other));
    this.#later(periodMs, () => {
      this.#flap({ kind: 'flap', atMs: 0, one, other, times: times - 1, periodMs });
    });
  }

  #hurtDisk(fault: Extract<PlannedFault, { kind: 'bad disk' }>): void {
    const { server, conditions, roomBytes, forMs } = fault;
    const { drives } = this.#options.cluster.mustGetNode(server).node;
    drives.setConditions(conditions, roomBytes);
    this.#hurtByDisk.add(server);
    this.#later(forMs, () => drives.heal());
  }

  #stallDisk({ server, stallMs, forMs }: Extract<PlannedFault, { kind: 'stall' }>): void {
    const { drives } = this.#options.cluster.mustGetNode(server).node;
    // Whatever begins now is mostly not over when the power goes, nor when the storm does.
    drives.setConditions({ stallChance: 1, stallMsMax: 1_000 * stallMs });
    this.#hurtByDisk.add(server);
    this.#later(stallMs, () => {
      drives.heal();
      this.#crash({ kind: 'crash', atMs: 0, server, hasPower: false, forMs });
    });
  }

  #healSplit(groups: readonly (readonly string[])[]): void {
    for (const one of groups[0] ?? []) {
      for (const other of groups[1] ?? []) this.#options.simulation.heal(one, other);
    }
  }

  #later(ms: number, callback: () => void): void {
    const { simulation } = this.#options;
    simulation.at(simulation.nowMs + ms, () => {
      if (!this.#isOver) callback();
    });
  }

  #clockOf(server: string): SimNode['clock'] {
    return this.#options.cluster.mustGetNode(server).node.clock;
  }

  #aheadMs(server: string): number {
    return this.#clockOf(server).wallMs() - this.#options.simulation.nowMs - this.#trueOffsetMs;
  }

  #step(server: string, byMs: number): void {
    this.#clockOf(server).jumpWall(byMs);
    this.clockSteps.push({ server, atMs: this.#options.simulation.nowMs, byMs });
  }

  #noteClock(server: string): void {
    this.wallAheadMsMax = Math.max(this.wallAheadMsMax, this.#aheadMs(server));
  }

  /**
   * Stamps of a clock that was an hour ahead are refused for an hour, and nobody wants to wait so long: then the
   * clock that was ahead most is declared the right one.
   */
  #setClocks(): void {
    const { cluster } = this.#options;
    for (const { name } of cluster.nodes) this.#noteClock(name);
    const aheadMs = this.wallAheadMsMax > aheadMsTolerated ? this.wallAheadMsMax : 0;
    for (const { name, node } of cluster.nodes) {
      node.clock.setDrift(0);
      this.#step(name, Math.round(aheadMs - this.#aheadMs(name)));
      this.#noteClock(name);
    }
  }

  #setConditions(): void {
    const { simulation, cluster, others } = this.#options;
    const hosts = [...cluster.names, ...others];
    hosts.forEach((one, index) => {
      for (const other of hosts.slice(index + 1)) simulation.setLink(one, other, this.#soundLink());
    });
  }

  #soundLink(): LinkConditions {
    const { latencyMs, jitterMs } = this.#options.conditions;
    return { latencyMs, jitterMs, resetChance: 0, bytesPerSecond: Infinity };
  }
}
