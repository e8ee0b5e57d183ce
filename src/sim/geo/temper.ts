import { randomBelow } from '../../core/random.ts';
import type { Trial } from '../../geo/server/geo-options.ts';
import type { SimRandom } from '../sim-random.ts';
import { drawFaults, type FaultKind } from '../swarm/fault-kinds.ts';
import type { Durability } from './evidence.ts';

/** What one seed draws: the cluster, what clients do, which faults there are and how hard. */
export interface Temper {
  readonly servers: number;
  /** Query actors of each server. */
  readonly actors: number;
  readonly durability: Durability;
  readonly joins: 'all' | 'one';
  /** Whether clients wait until all servers have met. */
  readonly beginsJoined: boolean;
  /** Of the links between any two hosts, one way. */
  readonly latencyMs: number;
  readonly jitterMs: number;
  readonly load: LoadTemper;
  /** How long faults happen. */
  readonly stormMs: number;
  /** How many faults of each kind happen meanwhile; none of a kind that is not here. */
  readonly faults: Partial<Record<FaultKind, number>>;
  /** Bounds of the store that are smaller than usual: not where writes have to be everywhere in time. */
  readonly bounds: Partial<Omit<Trial, 'bugs'>>;
  /** Whether the quiet lasts to its end, or only until all replicas are equal. */
  readonly isQuietLong: boolean;
}

export interface LoadTemper {
  readonly clients: number;
  /** Of all clients together, about. */
  readonly operations: number;
  /** Few keys: everybody writes the same. */
  readonly keys: number;
  readonly weights: Readonly<Record<OperationKind, number>>;
  readonly valueBytesMax: number;
  /** Puts that end do so within this. */
  readonly ttlMsMax: number;
  /** How often an operation is the first of a burst. */
  readonly burstChance: number;
  /** A call that is not answered by then has failed. */
  readonly timeoutMs: number;
  /** How often a client is not settled at one replica. */
  readonly roamingChance: number;
}

export type OperationKind = 'put' | 'expiring put' | 'delete' | 'get' | 'list';

/** What the servers under test can do. */
export interface Abilities {
  readonly serversMax: number;
  readonly durabilities: readonly Durability[];
  /** Mistakes that they can be told to make. */
  readonly plantedBugs: readonly string[];
}

export function drawTemper(random: SimRandom, abilities: Abilities): Temper {
  const temper = drawAnyTemper(random, abilities);
  const { serversMax, durabilities } = abilities;
  const canBe = serversMax > 1 && durabilities.includes('fsync');
  const draws = random.child('disk storm');
  return canBe && draws.chance(diskStormChance) ? asDiskStorm(temper, draws) : temper;
}

const diskStormChance = 0.12;

/**
 * A storm of nothing but disks that stand still until the power goes. Whoever believed meanwhile what was not on such a disk is
 * found out only if all others are there and took it in: where everything fails at once, somebody is mostly away.
 */
function asDiskStorm(temper: Temper, random: SimRandom): Temper {
  const { servers, load } = temper;
  return {
    ...temper,
    servers: Math.max(2, servers),
    durability: 'fsync',
    load: { ...load, clients: 6, weights: { ...load.weights, delete: 4 } },
    stormMs: 25_000,
    faults: { 'stalled disk': 3 + randomBelow(random, 4) },
  };
}

function drawAnyTemper(random: SimRandom, { serversMax, durabilities }: Abilities): Temper {
  const servers = Math.min(serversMax, random.pick([1, 2, 2, 3, 3, 4]));
  const actors = random.pick([1, 2, 2, 3]);
  const durability = random.pick(durabilities);
  const wantsCalm = random.chance(0.15);
  const hasDisk = durability !== 'memory';
  const faults = wantsCalm ? {} : drawFaults(random.child('faults'), { servers, hasDisk });
  const isCalm = Object.keys(faults).length === 0;
  return {
    servers,
    actors,
    durability,
    joins: random.pick(['all', 'all', 'one']),
    // A12 is promised up to 250 ms.
    latencyMs: random.pick([0.5, 5, 40, 120, 200]),
    jitterMs: random.pick([0.5, 5, 50]),
    beginsJoined: isCalm || random.chance(0.7),
    load: drawLoad(random.child('load')),
    stormMs: random.pick([2_000, 5_000, 10_000, 25_000]),
    faults,
    bounds: isCalm ? {} : drawBounds(random.child('bounds')),
    isQuietLong: random.chance(0.2),
  };
}

/** So small that servers that are away are outrun, and logs become snapshots. */
function drawBounds(random: SimRandom): Temper['bounds'] {
  return {
    ...(random.chance(0.4) ? { changesHeldMax: random.pick([0, 4, 30]) } : {}),
    ...(random.chance(0.4) ? { snapshotLogBytes: random.pick([500, 3_000, 20_000]) } : {}),
  };
}

function drawLoad(random: SimRandom): LoadTemper {
  return {
    clients: 1 + randomBelow(random, 6),
    operations: random.pick([40, 100, 200, 400]),
    keys: random.pick([1, 2, 5, 20, 60]),
    weights: {
      put: random.pick([2, 5, 10]),
      'expiring put': random.pick([0, 0, 2]),
      delete: random.pick([0, 1, 4]),
      get: random.pick([1, 4]),
      list: random.pick([0, 0.3]),
    },
    valueBytesMax: random.pick([20, 20, 100, 3_000]),
    ttlMsMax: random.pick([100, 2_000, 30_000]),
    burstChance: random.pick([0, 0.02, 0.2]),
    timeoutMs: random.pick([300, 1_000, 5_000]),
    roamingChance: random.pick([0, 0.3]),
  };
}
