import type {
  Evidence,
  HowChanged,
  ReplicaChange,
  ReplicaDump,
  ReplicaEntry,
  ServerLife,
} from '../../src/sim/geo/evidence.ts';
import type { Action, Operation } from '../../src/sim/geo/history.ts';

/** Evidence of a calm run of one server with two replicas, kept on disk; what is given is put in its place. */
export function evidence(parts: Partial<Evidence> = {}): Evidence {
  return {
    operations: [],
    changes: [],
    lives: [life('s1', 1, 0)],
    finals: [],
    durability: 'fsync',
    readings: [],
    errorCodes: new Set(),
    isCalm: false,
    wallMsAtZero: 0,
    wallAheadMsMax: 0,
    clockSteps: [],
    ...parts,
  };
}

/** A life of a server; it runs if no end is given. */
export function life(
  server: string,
  number: number,
  startMs: number,
  endMs: number = Infinity,
): ServerLife {
  const end = endMs === Infinity ? 'running' : 'power';
  const [readyMs, joinedMs] = [startMs, startMs];
  return { server, number, startMs, readyMs, joinedMs, hasLoadedSnapshot: false, endMs, end };
}

interface EntryParts {
  readonly origin?: string;
  readonly expiryMs?: number;
  readonly key?: string;
}

/** An entry of the key `k`: its stamp has `wallMs` and the origin, its sequence number is `wallMs` too. */
export function entry(
  value: string | undefined,
  wallMs: number,
  { origin = 's1/1', expiryMs = 0, key = 'k' }: EntryParts = {},
): ReplicaEntry {
  return { key, value, expiryMs, stamp: { wallMs, counter: 0, origin }, sequence: wallMs };
}

/** A change at virtual time `atMs`, which is what the wall clock says too. */
export function change(
  atMs: number,
  replica: string,
  how: HowChanged,
  changed: ReplicaEntry,
  { life: number = 1, wallMs = atMs }: { readonly life?: number; readonly wallMs?: number } = {},
): ReplicaChange {
  return { atMs, wallMs, replica, life: number, how, entry: changed };
}

/** What a replica has at 1,000 ms. */
export function dump(
  replica: string,
  entries: readonly ReplicaEntry[],
  { life: number = 1 }: { readonly life?: number } = {},
): ReplicaDump {
  return { replica, life: number, wallMs: 1_000, entries };
}

/** An operation of the client c1 at s1/1 that was acknowledged; what is given is put in its place. */
export function operation(
  startMs: number,
  endMs: number,
  action: Action,
  parts: Partial<Operation> = {},
): Operation {
  return {
    client: 'c1',
    number: 1,
    replica: 's1/1',
    action,
    startMs,
    endMs,
    outcome: 'acknowledged',
    reason: '',
    ...parts,
  };
}

/** The actions of operations on the key `k`. */
export function put(value: string): Action {
  return { kind: 'put', key: 'k', value, ttlMs: undefined };
}

export function get(value: string | undefined): Action {
  return { kind: 'get', key: 'k', value };
}

export function remove(): Action {
  return { kind: 'delete', key: 'k', found: true };
}
