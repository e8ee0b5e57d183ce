import type { ActorSystem } from '../../src/actor/actor-system.ts';
import type { ActorSystemOptions } from '../../src/actor/start-system.ts';
import { startSystem, startThreadOfSystem } from '../../src/actor/start-system.ts';
import type { Simulation } from '../../src/sim/simulation.ts';

const threadEntry = new URL('sim://thread-entry');
const moduleUrl = new URL('sim://kinds');

/** Starts an actor system on a node of the simulation; `kinds` stands for the module that all threads import. */
export async function startSimSystem(
  simulation: Simulation,
  node: string,
  kinds: object,
  options: ActorSystemOptions = {},
): Promise<ActorSystem> {
  const load = (): Promise<object> => Promise.resolve(kinds);
  simulation.defineThreadEntry(threadEntry, (start, outside) =>
    startThreadOfSystem(start, outside, load),
  );
  const { outside, threads } = simulation.node(node);
  const machine = { outside, threads, threadEntry, load };
  const host = options.port === undefined ? {} : { host: node };
  const starting = startSystem(machine, { ...host, ...options, modules: [moduleUrl] });
  return simulation.settle(starting);
}
