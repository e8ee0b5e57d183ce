import type { Outside } from '../../core/outside.ts';
import { randomBelow } from '../../core/random.ts';
import type { SimRandom } from '../sim-random.ts';
import type { Simulation } from '../simulation.ts';
import type { RingClient } from './ring-client.ts';
import type { Recorder } from './recorder.ts';
import type { LoadTemper, OperationKind } from './temper.ts';

export interface WorkloadOptions {
  readonly simulation: Simulation;
  readonly random: SimRandom;
  readonly load: LoadTemper;
  readonly clients: number;
  /** Clients begin nothing after so long. */
  readonly forMs: number;
}

/** What clients do for a while, each at its own pace. */
export class Workload {
  readonly values: readonly string[];
  readonly lists: readonly string[];
  readonly #options: WorkloadOptions;
  readonly #drawsByClient: Map<string, SimRandom> = new Map();
  /** Clients that have not come to their end. */
  readonly #busy: Set<string> = new Set();
  /** Items that somebody appended, by list: to remove, or to append again. */
  readonly #items: Map<string, string[]> = new Map();
  #untilMs = 0;

  constructor(options: WorkloadOptions) {
    this.#options = options;
    const { keys } = options.load;
    this.values = Array.from({ length: keys }, (_, index) => `v${index}:value`);
    this.lists = Array.from({ length: keys }, (_, index) => `l${index}:list`);
  }

  /** Clients that will work. */
  begin(names: readonly string[]): void {
    const { simulation, forMs, random } = this.#options;
    this.#untilMs = simulation.nowMs + forMs;
    for (const name of names) {
      this.#busy.add(name);
      this.#drawsByClient.set(name, random.child(name));
    }
  }

  /** Whether every client has done what it was to do, and heard of it. */
  get isOver(): boolean {
    return this.#busy.size === 0;
  }

  /** What a client does in one of its lives. */
  async run(client: RingClient, outside: Outside): Promise<void> {
    const { simulation, load, clients, forMs } = this.#options;
    const draws = this.#drawsByClient.get(client.name);
    const { recorder } = client;
    if (draws === undefined || recorder === undefined) return;
    const pauseMs = (forMs * clients) / load.operations;
    while (simulation.nowMs < this.#untilMs) {
      const isBurst = draws.chance(load.burstChance);
      const count = isBurst ? 2 + randomBelow(draws, 8) : 1;
      const asked = Array.from({ length: count }, () => this.#operate(client, recorder, draws));
      // A call that waits for leases does not keep its client from doing other things.
      if (!draws.chance(0.3)) await Promise.all(asked);
      const wantedMs = -Math.log(1 - draws.fraction()) * pauseMs * count;
      const ms = Math.min(wantedMs, Math.max(0, this.#untilMs - simulation.nowMs));
      await new Promise<void>((done) => outside.timers.setTimer(ms, done));
    }
    this.#busy.delete(client.name);
  }

  #operate(client: RingClient, recorder: Recorder, draws: SimRandom): Promise<void> {
    const value = draws.pick(this.values);
    const list = draws.pick(this.lists);
    const newest = draws.pick([0, 1, 3, 100]);
    const known = this.#items.get(list) ?? [];
    const item = known[randomBelow(draws, Math.max(1, known.length))] ?? 'none';
    switch (drawKind(draws, this.#options.load.weights)) {
      case 'get':
        return recorder.get(value);
      case 'put':
        return recorder.put(value, client.nextText());
      case 'put if absent':
        return recorder.putIfAbsent(value, client.nextText());
      case 'delete':
        return recorder.delete(value);
      case 'get list':
        return recorder.getList(list, newest === 0 ? undefined : newest);
      case 'append': {
        const text = client.nextText();
        this.#items.set(list, [...known, text]);
        return recorder.append(list, text);
      }
      case 'append again':
        return recorder.append(list, item);
      case 'remove':
        return recorder.remove(list, item);
      case 'delete list':
        return recorder.delete(list);
      case 'get many':
        return recorder.getMany(this.values);
    }
  }
}

function drawKind(draws: SimRandom, weights: LoadTemper['weights']): OperationKind {
  const kinds = Object.entries(weights) as [OperationKind, number][];
  let rest = draws.fraction() * kinds.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [kind, weight] of kinds) {
    rest -= weight;
    if (rest < 0) return kind;
  }
  return 'get';
}
