import { randomBelow } from '../../core/random.ts';
import type { LeaseTerms } from '../../ring/lease-terms.ts';
import type { LeaseMode } from '../../ring/libstore/ring-libstore.ts';
import type { Durability, Trial } from '../../ring/server/ring-options.ts';
import type { SimRandom } from '../sim-random.ts';
import { drawRingFaults, type RingFaultKind } from './ring-faults.ts';

/** What one seed draws: the ring, what clients do, which faults there are and how hard. */
export interface Temper {
  readonly servers: number;
  /** Nodes of each server. */
  readonly nodes: number;
  readonly durability: Durability;
  readonly terms: LeaseTerms;
  /** Of the links between any two hosts, one way. */
  readonly latencyMs: number;
  readonly jitterMs: number;
  /** How fast the clocks of servers and of clients run, apart by 18 % at most. */
  readonly serverDrift: number;
  readonly clientDrift: number;
  readonly clients: readonly ClientTemper[];
  readonly load: LoadTemper;
  /** How long faults happen. */
  readonly stormMs: number;
  /** How many faults of each kind happen meanwhile; none of a kind that is not here. */
  readonly faults: Partial<Record<RingFaultKind, number>>;
  /** How often the reply of a write that was done is lost, and how. */
  readonly lostReplies: LostRepliesTemper;
  /** Bounds of nodes that are smaller than usual. */
  readonly bounds: Partial<Omit<Trial, 'bugs'>>;
}

export interface LostRepliesTemper {
  /** The connection is reset. */
  readonly resetChance: number;
  /** The server ends. */
  readonly crashChance: number;
}

export interface ClientTemper {
  readonly leases: LeaseMode;
  /** A call that is not answered by then has failed. */
  readonly timeoutMs: number;
}

export interface LoadTemper {
  /** Of all clients together, about. */
  readonly operations: number;
  /** Of values, and as many of lists. Few keys: everybody uses the same. */
  readonly keys: number;
  readonly weights: Readonly<Record<OperationKind, number>>;
  /** How often an operation is the first of a burst. */
  readonly burstChance: number;
}

export type OperationKind =
  | 'get'
  | 'put'
  | 'put if absent'
  | 'delete'
  | 'get list'
  | 'append'
  | 'append again'
  | 'remove'
  | 'delete list'
  | 'get many';

export function drawTemper(random: SimRandom): Temper {
  const servers = random.pick([1, 1, 2, 2, 3]);
  const nodes = random.pick([1, 1, 2, 3]);
  const durability = random.pick<Durability>([
    'fsync',
    'fsync',
    'fsync',
    'fsync',
    'interval',
    'memory',
  ]);
  const wantsCalm = random.chance(0.1);
  const faults = wantsCalm ? {} : drawRingFaults(random.child('faults'), { durability, servers });
  const leaseMs = random.pick([10_000, 2_000, 1_000]);
  const [serverDrift, clientDrift] = drawDrifts(random);
  const clients = 2 + randomBelow(random, 4);
  return {
    servers,
    nodes,
    durability,
    terms: { leaseMs, guardMs: leaseMs / 5 },
    latencyMs: random.pick([0.5, 2, 10, 60]),
    jitterMs: random.pick([0.5, 5, 30]),
    serverDrift,
    clientDrift,
    clients: Array.from({ length: clients }, () => drawClient(random, leaseMs)),
    load: drawLoad(random.child('load')),
    stormMs: random.pick([1, 2, 4]) * Math.max(leaseMs, 2_000),
    faults,
    lostReplies: wantsCalm
      ? noLostReplies
      : drawLostReplies(random.child('lost replies'), durability),
    bounds: drawBounds(random.child('bounds')),
  };
}

const noLostReplies: LostRepliesTemper = { resetChance: 0, crashChance: 0 };

function drawLostReplies(random: SimRandom, durability: Durability): LostRepliesTemper {
  const resetChance = random.pick([0, 0.02, 0.15]);
  const crashChance = random.pick([0, 0, 0.02, 0.1]);
  return { resetChance, crashChance: durability === 'fsync' ? crashChance : 0 };
}

/** Handout B: a lease of 10 s is over for its client before 12 s are for its owner. */
function drawDrifts(random: SimRandom): [server: number, client: number] {
  return random.pick<[number, number]>([
    [0, 0],
    [0, 0],
    [0.18, 0],
    [0.087, -0.087],
    [0, -0.15],
    [-0.08, 0.08],
  ]);
}

function drawClient(random: SimRandom, leaseMs: number): ClientTemper {
  return {
    leases: random.pick<LeaseMode>(['normal', 'normal', 'always', 'always', 'never']),
    timeoutMs: random.pick([0.1, 0.5, 1.5, 2.5]) * leaseMs,
  };
}

function drawLoad(random: SimRandom): LoadTemper {
  return {
    operations: random.pick([60, 120, 250]),
    keys: random.pick([1, 2, 5]),
    weights: {
      get: random.pick([2, 8]),
      put: random.pick([0.1, 0.5, 2]),
      'put if absent': random.pick([0.05, 0.2, 1]),
      delete: random.pick([0.05, 0.2, 1]),
      'get list': random.pick([2, 8]),
      append: random.pick([0.1, 0.5, 2]),
      'append again': random.pick([0, 0.2]),
      remove: random.pick([0, 0.2, 1]),
      'delete list': random.pick([0, 0.1]),
      'get many': random.pick([0, 1]),
    },
    burstChance: random.pick([0, 0.02, 0.1]),
  };
}

/** So small that nodes come to them, and logs become snapshots. */
function drawBounds(random: SimRandom): Temper['bounds'] {
  return {
    ...(random.chance(0.2) ? { leasesMax: random.pick([1, 3]) } : {}),
    ...(random.chance(0.2) ? { leasesPerClientMax: random.pick([1, 2]) } : {}),
    ...(random.chance(0.1) ? { writesWaitingMax: random.pick([1, 3]) } : {}),
    ...(random.chance(0.3) ? { snapshotLogBytes: random.pick([500, 3_000]) } : {}),
    ...(random.chance(0.3) ? { snapshotPackBytes: 200 } : {}),
    ...(random.chance(0.5) ? { packedItemsMax: random.pick([1, 3]) } : {}),
  };
}
