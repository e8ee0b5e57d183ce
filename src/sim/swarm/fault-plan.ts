import { randomBelow } from '../../core/random.ts';
import type { DriveConditions } from '../sim-drive.ts';
import type { LinkConditions } from '../sim-link.ts';
import type { SimRandom } from '../sim-random.ts';
import type { FaultKind } from './fault-kinds.ts';

/** A fault that will happen: when, to whom, how hard. Times are virtual, from the beginning of the storm. */
export type PlannedFault = { readonly atMs: number } & Fault;

export type Fault =
  | {
      readonly kind: 'crash';
      readonly server: string;
      readonly hasPower: boolean;
      /** The server starts again after so long. */
      readonly forMs: number;
    }
  | { readonly kind: 'pause'; readonly server: string; readonly forMs: number }
  | {
      readonly kind: 'cut';
      readonly from: string;
      readonly to: string;
      readonly isOneWay: boolean;
      readonly forMs: number;
    }
  /** No link between hosts of the two groups. */
  | {
      readonly kind: 'split';
      readonly groups: readonly (readonly string[])[];
      readonly forMs: number;
    }
  /** Cut and whole again in turns, so often. */
  | {
      readonly kind: 'flap';
      readonly one: string;
      readonly other: string;
      readonly times: number;
      readonly periodMs: number;
    }
  | { readonly kind: 'reset'; readonly one: string; readonly other: string }
  | {
      readonly kind: 'bad link';
      readonly one: string;
      readonly other: string;
      readonly conditions: Partial<LinkConditions>;
      readonly forMs: number;
    }
  | {
      readonly kind: 'bad disk';
      readonly server: string;
      readonly conditions: Partial<DriveConditions>;
      /** Set: the disk has room for so many bytes more than it holds. */
      readonly roomBytes: number | undefined;
      readonly forMs: number;
    }
  /** The disk stands still for so long, and then the power is cut: what came meanwhile is nowhere. */
  | {
      readonly kind: 'stall';
      readonly server: string;
      readonly stallMs: number;
      readonly forMs: number;
    }
  | { readonly kind: 'clock step'; readonly server: string; readonly byMs: number }
  | { readonly kind: 'drift'; readonly server: string; readonly drift: number };

export interface PlanOptions {
  readonly random: SimRandom;
  readonly faults: Partial<Record<FaultKind, number>>;
  readonly stormMs: number;
  readonly servers: readonly string[];
  /** Hosts of clients. */
  readonly others: readonly string[];
}

/** Decides all faults of a storm beforehand, in the order in which they will happen. */
export function planFaults({
  random,
  faults,
  stormMs,
  servers,
  others,
}: PlanOptions): PlannedFault[] {
  const plan: PlannedFault[] = [];
  for (const [kind, count] of Object.entries(faults) as [FaultKind, number][]) {
    const draws = random.child(kind);
    for (let index = 0; index < count; index += 1) {
      const atMs = draws.between(0, stormMs);
      plan.push({ atMs, ...drawFault(kind, { random: draws, servers, others }) });
    }
  }
  return plan.toSorted((a, b) => a.atMs - b.atMs);
}

export interface Targets {
  readonly random: SimRandom;
  readonly servers: readonly string[];
  readonly others: readonly string[];
}

/** Draws a fault of this kind: to whom, how hard. */
export function drawFault(kind: FaultKind, targets: Targets): Fault {
  const { random, servers } = targets;
  const server = random.pick(servers);
  switch (kind) {
    case 'process crash':
    case 'power cut': {
      const hasPower = kind === 'process crash';
      return { kind: 'crash', server, hasPower, forMs: random.pick([5, 200, 1_500, 6_000]) };
    }
    case 'pause':
      return { kind: 'pause', server, forMs: random.pick([1_000, 4_000, 8_000, 30_000]) };
    case 'cut':
    case 'one-way cut':
    case 'isolation':
    case 'split':
    case 'flapping':
    case 'reset':
    case 'bad link':
      return drawNetworkFault(kind, targets);
    case 'stalled disk': {
      const stallMs = random.pick([50, 1_000, 4_000]);
      return { kind: 'stall', server, stallMs, forMs: random.pick([5, 200, 1_500]) };
    }
    case 'slow disk':
    case 'full disk':
    case 'failing sync':
      return drawDiskFault(kind, server, random);
    case 'clock step': {
      // Any two servers stay within the skew that is allowed: 60 s.
      return { kind: 'clock step', server, byMs: Math.round(random.between(-12_000, 12_000)) };
    }
    case 'clock leap':
      return { kind: 'clock step', server, byMs: random.pick([-3_600_000, 90_000, 3_600_000]) };
    case 'drift':
      return { kind: 'drift', server, drift: random.pick([-0.2, -0.001, 0.001, 0.05, 0.3]) };
  }
}

type NetworkFaultKind = Extract<
  FaultKind,
  'cut' | 'one-way cut' | 'isolation' | 'split' | 'flapping' | 'reset' | 'bad link'
>;

function drawNetworkFault(kind: NetworkFaultKind, { random, servers, others }: Targets): Fault {
  const forMs = random.pick([50, 700, 3_000, 9_000]);
  const [one, other] = drawPair({ random, servers, others });
  switch (kind) {
    case 'cut':
    case 'one-way cut':
      return { kind: 'cut', from: one, to: other, isOneWay: kind === 'one-way cut', forMs };
    case 'isolation': {
      const rest = [...servers, ...others].filter((host) => host !== one);
      return { kind: 'split', groups: [[one], rest], forMs };
    }
    case 'split': {
      const at = 1 + randomBelow(random, Math.max(1, servers.length - 1));
      return { kind: 'split', groups: [servers.slice(0, at), servers.slice(at)], forMs };
    }
    case 'flapping': {
      const periodMs = random.pick([20, 300, 1_200]);
      return { kind: 'flap', one, other, times: 3 + randomBelow(random, 8), periodMs };
    }
    case 'reset':
      return { kind: 'reset', one, other };
    case 'bad link': {
      const conditions = {
        latencyMs: random.pick([1, 50, 400]),
        jitterMs: random.pick([0, 20, 300]),
        resetChance: random.pick([0, 0.01, 0.1]),
        bytesPerSecond: random.pick([Infinity, 100_000, 20_000]),
      };
      return { kind: 'bad link', one, other, conditions, forMs };
    }
  }
}

/** Mostly two servers, otherwise a server and a host of clients. */
function drawPair({ random, servers, others }: Targets): [string, string] {
  const one = random.pick(servers);
  const peers = servers.filter((server) => server !== one);
  const isOfClients = random.chance(0.25) || peers.length === 0;
  return random.chance(0.5)
    ? [one, random.pick(isOfClients ? others : peers)]
    : [random.pick(isOfClients ? others : peers), one];
}

function drawDiskFault(
  kind: 'slow disk' | 'full disk' | 'failing sync',
  server: string,
  random: SimRandom,
): Fault {
  const forMs = random.pick([500, 3_000, 10_000]);
  const chance = random.pick([0.02, 0.3]);
  const roomBytes = kind === 'full disk' ? randomBelow(random, 6_000) : undefined;
  const conditionsByKind: Record<typeof kind, Partial<DriveConditions>> = {
    'slow disk': { stallChance: chance, stallMsMax: random.pick([30, 400, 3_000]) },
    'full disk': {},
    'failing sync': { syncFailChance: chance, writeFailChance: chance / 4 },
  };
  return { kind: 'bad disk', server, conditions: conditionsByKind[kind], roomBytes, forMs };
}

/** A fault on one line, for who reads what a seed drew. */
export function describeFault({ atMs, kind, ...details }: PlannedFault): string {
  return `${atMs.toFixed(0).padStart(6)} ms ${kind} ${JSON.stringify(details)}`;
}
