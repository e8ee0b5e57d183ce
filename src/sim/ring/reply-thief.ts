import type { SimRandom } from '../sim-random.ts';
import type { Simulation } from '../simulation.ts';
import type { FaultMaker } from '../swarm/fault-maker.ts';
import type { NodeEvent } from './evidence.ts';
import type { LostRepliesTemper } from './temper.ts';

export interface ReplyThiefOptions {
  readonly simulation: Simulation;
  readonly random: SimRandom;
  readonly faultMaker: FaultMaker;
  readonly temper: LostRepliesTemper;
}

/**
 * Sees to it that clients do not hear of writes that were done, and ask again: the moment between deed and reply is so
 * short that a fault at any time would miss it nearly always.
 */
export class ReplyThief {
  readonly #options: ReplyThiefOptions;

  constructor(options: ReplyThiefOptions) {
    this.#options = options;
  }

  /** A numbered write has changed something, and its client does not know yet. */
  onDone({ node, client }: Extract<NodeEvent, { kind: 'done' }>): void {
    const { simulation, random, faultMaker, temper } = this.#options;
    const server = node.slice(0, node.indexOf('/'));
    const isReset = random.chance(temper.resetChance);
    const isCrash = random.chance(temper.crashChance);
    // Before it is durable, or after; with the reply on its way, or not.
    const afterMs = random.pick([0.01, 0.5, 3]);
    const hasPower = random.chance(0.5);
    const forMs = random.pick([5, 300]);
    if (!isReset && !isCrash) return;
    simulation.at(simulation.nowMs + afterMs, () => {
      if (isCrash) faultMaker.cause({ kind: 'crash', server, hasPower, forMs });
      else faultMaker.cause({ kind: 'reset', one: server, other: client });
    });
  }
}
