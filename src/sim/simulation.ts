import { assert } from '../core/assert.ts';
import type { ThreadEntry } from '../core/threads.ts';
import { Scheduler } from './scheduler.ts';
import { SimInternet } from './sim-internet.ts';
import type { LinkConditions } from './sim-link.ts';
import type { SimLogEntry } from './sim-log.ts';
import { SimNode } from './sim-node.ts';
import { SimRandom } from './sim-random.ts';

export interface SimulationOptions {
  /** Decides everything that is not the programs'. A whole number; 32 bits count. */
  readonly seed: number;
  /** Receives a line for each event, before it happens. */
  readonly trace?: (line: string) => void;
  /** A simulation with more events than this has failed. 100 million if not given. */
  readonly eventsMax?: number;
  /** How long chains of promises are followed between two events. 16 if not given. */
  readonly promiseTicks?: number;
  /** Processor cores of each node. 2 if not given. */
  readonly coreCount?: number;
}

/** Something failed in the simulated programs: tells when, and which seed shows it again. */
export class SimulationFailed extends Error {
  override readonly name = 'SimulationFailed';
}

/**
 * A world of nodes in one process, one thread, on virtual time. Every run is decided by its seed and the
 * programs, and repeats exactly.
 *
 *     const simulation = new Simulation({ seed: 7 });
 *     simulation.node('s1').boot((outside) => startServer(outside));
 *     simulation.cut('s1', 's2');
 *     await simulation.advance(5_000);
 *
 * Programs must not touch anything but their outside: a real timer or socket would make the run another
 * one each time.
 */
export class Simulation {
  /** For the test's own draws: which fault, when, how hard. */
  readonly random: SimRandom;
  readonly log: SimLogEntry[] = [];
  readonly #seed: number;
  readonly #scheduler: Scheduler;
  readonly #internet: SimInternet;
  readonly #root: SimRandom;
  readonly #coreCount: number;
  readonly #nodes: Map<string, SimNode> = new Map();
  readonly #entries: Map<string, ThreadEntry> = new Map();

  constructor(options: SimulationOptions) {
    const { seed, trace, eventsMax = 100_000_000, promiseTicks = 16, coreCount = 2 } = options;
    this.#seed = seed;
    this.#root = new SimRandom(seed);
    this.random = this.#root.child('test');
    const random = this.#root.child('order');
    this.#scheduler = new Scheduler({ random, trace, eventsMax, promiseTicks });
    this.#internet = new SimInternet(this.#scheduler, this.#root.child('network'));
    this.#coreCount = coreCount;
  }

  /** Virtual milliseconds since the start. */
  get nowMs(): number {
    return this.#scheduler.nowMs;
  }

  get eventCount(): number {
    return this.#scheduler.eventCount;
  }

  /** Stands for all that happened; equal for two runs of the same seed and programs. */
  get traceHash(): string {
    return this.#scheduler.traceHash;
  }

  /** Ends of connections that are not over: 0 once a world has come to rest without leaks. */
  get connectionCount(): number {
    return this.#internet.connectionCount;
  }

  /** The node of this name, which is also its host name; made at the first call. */
  node(name: string): SimNode {
    const known = this.#nodes.get(name);
    if (known !== undefined) return known;
    this.#internet.addHost(name);
    const node = new SimNode({
      name,
      scheduler: this.#scheduler,
      internet: this.#internet,
      random: this.#root.child(`node ${name}`),
      coreCount: this.#coreCount,
      entryOf: (url) => this.#entries.get(url),
      writeLog: (entry) => this.log.push(entry),
    });
    this.#nodes.set(name, node);
    return node;
  }

  /** Tells what the entry module at `url` exports as `startThread`, for `threads.start`. */
  defineThreadEntry(url: URL, startThread: ThreadEntry): void {
    this.#entries.set(url.href, startThread);
  }

  /** Runs until this virtual time. Throws `SimulationFailed`, also from the other run methods. */
  runUntil(ms: number): Promise<void> {
    return this.#guard(this.#scheduler.runUntil(ms));
  }

  /** Runs for so long. */
  advance(ms: number): Promise<void> {
    return this.runUntil(this.nowMs + ms);
  }

  /** Runs until nothing is left to happen; programs with periodic timers never get there. */
  runUntilIdle(): Promise<void> {
    return this.#guard(this.#scheduler.runUntilIdle());
  }

  /** Runs until `isReached` (checked after each event); throws if it is not within `withinMs`. */
  async reach(what: string, isReached: () => boolean, withinMs = 60_000): Promise<void> {
    const untilMs = this.nowMs + withinMs;
    const wasReached = await this.#guard(this.#scheduler.runUntilReached(isReached, untilMs));
    if (!wasReached) throw this.#failed(`not within ${withinMs} ms: ${what}`, undefined);
  }

  /** Runs until `promise` is settled and gives what it gives; throws if it is not within `withinMs`. */
  async settle<T>(promise: Promise<T>, withinMs = 60_000): Promise<T> {
    let isSettled = false;
    const note = (): void => void (isSettled = true);
    promise.then(note, note);
    await this.reach('a promise that settles', () => isSettled, withinMs);
    return promise;
  }

  /** Calls `callback` at that virtual time, outside all nodes: for faults on a schedule. */
  at(ms: number, callback: () => void): void {
    const delayMs = ms - this.nowMs;
    assert(delayMs >= 0, `${ms} ms is over`);
    this.#scheduler.after(delayMs, 'script', '-', callback);
  }

  /** What the ways between two hosts are like, both ways. What is not given stays. */
  setLink(one: string, other: string, conditions: Partial<LinkConditions>): void {
    this.#internet.setConditions(one, other, conditions);
    this.#internet.setConditions(other, one, conditions);
  }

  /** What the way from one host to another is like; the way back stays. */
  setOneWay(from: string, to: string, conditions: Partial<LinkConditions>): void {
    this.#internet.setConditions(from, to, conditions);
  }

  /** Nothing passes between the two, either way. Connections wait. */
  cut(one: string, other: string): void {
    this.#internet.cut(one, other);
    this.#internet.cut(other, one);
  }

  /** Nothing passes from one to the other; what comes back does. */
  cutOneWay(from: string, to: string): void {
    this.#internet.cut(from, to);
  }

  /** Cuts a node from all others. */
  isolate(name: string): void {
    for (const other of this.#internet.hostNames) if (other !== name) this.cut(name, other);
  }

  /** Cuts every link between nodes of different groups. */
  split(groups: readonly (readonly string[])[]): void {
    groups.forEach((group, index) => {
      for (const name of group) {
        for (const other of groups.slice(index + 1).flat()) this.cut(name, other);
      }
    });
  }

  /** Makes the links between two hosts whole again, or all links. Conditions stay. */
  heal(one?: string, other?: string): void {
    for (const from of one === undefined ? this.#internet.hostNames : [one]) {
      for (const to of other === undefined ? this.#internet.hostNames : [other]) {
        this.#internet.heal(from, to);
        this.#internet.heal(to, from);
      }
    }
  }

  /** Loses all connections between two hosts: an unknown part of what is under way, and for some ends the news. */
  resetConnections(one: string, other: string): void {
    this.#internet.resetConnections(one, other);
  }

  async #guard<T>(run: Promise<T>): Promise<T> {
    try {
      return await run;
    } catch (error) {
      throw this.#failed(error instanceof Error ? error.message : String(error), error);
    }
  }

  #failed(message: string, cause: unknown): SimulationFailed {
    const where = `seed ${this.#seed}, ${this.nowMs.toFixed(3)} ms, event ${this.eventCount}`;
    return new SimulationFailed(`${message} (${where})`, { cause });
  }
}
