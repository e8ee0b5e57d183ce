import type { OpenJournalOptions } from '../../src/core/journal/open-journal.ts';
import type { SimNode } from '../../src/sim/sim-node.ts';

/** What it takes to open a journal on a simulated node, with handlers that do nothing. */
export function simulatedOptions(node: SimNode): OpenJournalOptions {
  const { clock, timers, random } = node.outside;
  return {
    disk: node.disk,
    clock,
    timers,
    random,
    durability: 'fsync',
    onDurable: () => {},
    onFault: () => {},
    loadSnapshot: () => {},
    loadRecord: () => {},
  };
}
