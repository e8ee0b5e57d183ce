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
  'pause and reset',
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

/** What takes a server's memory, or ends it. */
const endingKinds: ReadonlySet<RingFaultKind> = new Set([
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
  { durability, servers }: { durability: Durability; servers: number },
): Partial<Record<RingFaultKind, number>> {
  const faults: Partial<Record<RingFaultKind, number>> = {};
  // A ring of one server in memory is told by nobody that it was there before: docs/design/leases.md.
  const canEnd = durability !== 'memory' || servers > 1;
  // Without `fsync` nothing but leases is promised once a server has ended: often none does.
  const mayEnd = durability === 'fsync' || (random.chance(0.5) && canEnd);
  const density = random.pick([0.1, 0.25, 0.4]);
  for (const kind of [...ownKinds, ...commonKinds]) {
    const isDrawn = random.chance(chanceOf(kind, density));
    const count = 1 + randomBelow(random, 3);
    if (isDrawn && (mayEnd || !endingKinds.has(kind))) faults[kind] = count;
  }
  return faults;
}

/** A disk that fails ends a server until somebody starts it again: storms would be about nothing else. */
function chanceOf(kind: RingFaultKind, density: number): number {
  if (kind === 'full disk' || kind === 'failing sync') return 0.05;
  return ownKinds.some((own) => own === kind) ? 1.5 * density : density;
}

export interface RingPlanOptions {
  readonly random: SimRandom;
  readonly durability: Durability;
  readonly faults: Partial<Record<RingFaultKind, number>>;
  readonly stormMs: number;
  readonly leaseMs: number;
  readonly servers: readonly string[];
  readonly clients: readonly string[];
}

/** Decides all faults of a storm beforehand, in the order in which they will happen. */
export function planRingFaults(options: RingPlanOptions): PlannedFault[] {
  const { random, faults, stormMs, durability } = options;
  const plan: PlannedFault[] = [];
  // Were they all away at once, nobody would tell those that keep nothing that they were there before: docs/design/leases.md.
  const mortal = durability === 'memory' ? [random.pick(options.servers)] : options.servers;
  for (const [kind, count] of Object.entries(faults) as [RingFaultKind, number][]) {
    const draws = random.child(kind);
    for (let index = 0; index < count; index += 1) {
      const atMs = draws.between(0, stormMs);
      const servers = endingKinds.has(kind) ? mortal : options.servers;
      for (const { afterMs, ...fault } of drawRingFault(kind, draws, { ...options, servers })) {
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
    case 'pause and reset':
      // The server knows that the connection is over, the client does not yet.
      return [
        { kind: 'pause', server: client, forMs, afterMs: 0 },
        { kind: 'reset', one: server, other: client, afterMs: 1 },
      ];
    default:
      return [{ ...drawFault(kind, { random, servers, others: clients }), afterMs: 0 }];
  }
}
