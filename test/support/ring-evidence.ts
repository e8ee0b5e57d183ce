import { ringLimits } from '../../src/core/limits.ts';
import { defaultLeaseTerms } from '../../src/ring/lease-terms.ts';
import type { Evidence, NodeEvent, What } from '../../src/sim/ring/evidence.ts';
import { History, type Operation } from '../../src/sim/ring/history.ts';

/** What is known of a run in which nothing happened, but for what is given. */
export function ringEvidence(given: Partial<Evidence>): Evidence {
  return {
    operations: [],
    events: [],
    lives: [],
    staleCopies: [],
    heard: [],
    durability: 'fsync',
    terms: defaultLeaseTerms,
    bounds: ringLimits,
    normalClients: new Set(),
    ownerOf: new Map(),
    errorCodes: new Set(),
    pauses: [],
    crossings: 0,
    lostWrites: 0,
    ...given,
  };
}

/** The node s1/1, in its first life, did something to `key`. */
export function nodeEvent(atMs: number, key: string, what: What): NodeEvent {
  return { ...what, atMs, clockMs: atMs, node: 's1/1', life: 1, key };
}

/** A lease that was granted to `client`, the first of all. */
export function granted(client: string): Extract<What, { kind: 'granted' }> {
  return { kind: 'granted', client, leaseId: 1, wasWaiting: false, leases: 1, leasesOfClient: 1 };
}

export type Asked = readonly [
  client: string,
  key: string,
  call: Operation['call'],
  startMs: number,
  endMs: number,
];

/** Operations in the order of their starts; one that ends at Infinity was not answered. */
export function askedOperations(...asked: readonly Asked[]): readonly Operation[] {
  const history = new History();
  const steps = asked.flatMap(([client, key, call, startMs, endMs]) => {
    let operation: Operation | undefined;
    const begin = (): void => void (operation = history.begin(client, key, call, startMs));
    const end = (): void => {
      if (operation !== undefined) history.acknowledge(operation, call, endMs);
    };
    return [
      { atMs: startMs, do: begin },
      ...(endMs === Infinity ? [] : [{ atMs: endMs, do: end }]),
    ];
  });
  for (const step of steps.toSorted((a, b) => a.atMs - b.atMs)) step.do();
  return history.operations;
}
