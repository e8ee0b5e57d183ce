import { randomBelow } from '../../core/random.ts';
import type { Durability } from '../../ring/server/ring-options.ts';
import type { SimRandom } from '../sim-random.ts';
import { drawFault, type Fault, type PlannedFault } from '../swarm/fault-plan.ts';
import type { FaultKind } from '../swarm/fault-kinds.ts';

/** Faults that hurt leases, on top of those that hurt any store. */
const ownKinds = [
  'client crash',
  'client pause',
  'server pause',
  'deaf client',
  'lost replies',
  'crash before replies',
] as const;
/** What every store is tried with, as far as it can hurt a ring. */
const commonKinds: readonly CommonKind[] = [
  'process crash',
  'power cut',
  'cut',
  'one-way cut',
  'isolation',
  'flapping',
  'reset',
  'bad link',
  'slow disk',
  'stalled disk',
  'full disk',
  'failing sync',
  'clock step',
  'clock leap',
];

type CommonKind = Exclude<FaultKind, 'pause' | 'split' | 'drift'>;
export type RingFaultKind = (typeof ownKinds)[number] | CommonKind;

/** What takes a server's memory, or ends it. Without `fsync` nothing is promised then. */
const endingKinds: ReadonlySet<RingFaultKind> = new Set([
  'crash before replies',
  'process crash',
  'power cut',
  'slow disk',
  'stalled disk',
  'full disk',
  'failing sync',
]);

/** Some of the kinds, each a few times. */
export function drawRingFaults(
  random: SimRandom,
  { durability }: { durability: Durability },
): Partial<Record<RingFaultKind, number>> {
  const faults: Partial<Record<RingFaultKind, number>> = {};
  const density = random.pick([0.1, 0.25, 0.4]);
  for (const kind of [...ownKinds, ...commonKinds]) {
    const isDrawn = random.chance(chanceOf(kind, density));
    const count = 1 + randomBelow(random, 3);
    if (isDrawn && (durability === 'fsync' || !endingKinds.has(kind))) faults[kind] = count;
  }
  return faults;
}

/** A disk that fails ends a server until somebody starts it again: storms would be about nothing else. */
function chanceOf(kind: RingFaultKind, density: number): number {
  return kind === 'full disk' || kind === 'failing sync' ? 0.05 : density;
}

export interface RingPlanOptions {
  readonly random: SimRandom;
  readonly faults: Partial<Record<RingFaultKind, number>>;
  readonly stormMs: number;
  readonly leaseMs: number;
  readonly servers: readonly string[];
  readonly clients: readonly string[];
}

/** Decides all faults of a storm beforehand, in the order in which they will happen. */
export function planRingFaults(options: RingPlanOptions): PlannedFault[] {
  const { random, faults, stormMs } = options;
  const plan: PlannedFault[] = [];
  for (const [kind, count] of Object.entries(faults) as [RingFaultKind, number][]) {
    const draws = random.child(kind);
    for (let index = 0; index < count; index += 1) {
      const atMs = draws.between(0, stormMs);
      for (const { afterMs, ...fault } of drawRingFault(kind, draws, options)) {
        plan.push({ atMs: atMs + afterMs, ...fault });
      }
    }
  }
  return plan.toSorted((a, b) => a.atMs - b.atMs);
}

type LaterFault = Fault & { readonly afterMs: number };

function drawRingFault(
  kind: RingFaultKind,
  random: SimRandom,
  { leaseMs, servers, clients }: RingPlanOptions,
): LaterFault[] {
  const server = random.pick(servers);
  const client = random.pick(clients);
  /** Shorter than a lease, or longer. */
  const forMs = leaseMs * random.pick([0.1, 0.5, 1, 1.5, 2.5]);
  switch (kind) {
    case 'client crash': {
      const hasPower = random.chance(0.5);
      return [{ kind: 'crash', server: client, hasPower, forMs, afterMs: 0 }];
    }
    case 'client pause':
      return [{ kind: 'pause', server: client, forMs, afterMs: 0 }];
    case 'server pause':
      return [{ kind: 'pause', server, forMs, afterMs: 0 }];
    case 'deaf client':
      // It hears nothing of revocations, but what it asks is still done.
      return [{ kind: 'cut', from: server, to: client, isOneWay: true, forMs, afterMs: 0 }];
    case 'lost replies': {
      // What was asked is done, and the connection ends before anybody knows.
      const cutMs = random.pick([5, 100, 800]);
      const cut = { kind: 'cut', from: server, to: client, isOneWay: true, forMs: cutMs } as const;
      const reset = { kind: 'reset', one: server, other: client } as const;
      return [
        { ...cut, afterMs: 0 },
        { ...reset, afterMs: cutMs * 0.99 },
      ];
    }
    case 'crash before replies': {
      // What was asked is done and kept, nobody hears of it, and all ask again.
      const cutMs = random.pick([20, 100, 500]);
      const cuts = clients.map((to) => {
        return {
          kind: 'cut',
          from: server,
          to,
          isOneWay: true,
          forMs: cutMs + 1,
          afterMs: 0,
        } as const;
      });
      return [...cuts, { kind: 'crash', server, hasPower: true, forMs: 5, afterMs: cutMs }];
    }
    default:
      return [{ ...drawFault(kind, { random, servers, others: clients }), afterMs: 0 }];
  }
}
