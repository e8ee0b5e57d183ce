import type { ErrorCode } from '../../core/errors.ts';
import type { Stamp } from '../../geo/stamp.ts';
import type { ClockStep } from '../swarm/fault-maker.ts';
import type { Operation } from './history.ts';

/** All that is known of a run when it is over: what clients saw, and what replicas did. */
export interface Evidence {
  readonly operations: readonly Operation[];
  /** What every replica accepted, in the order of time. */
  readonly changes: readonly ReplicaChange[];
  /** The lives of all servers. */
  readonly lives: readonly ServerLife[];
  /** What every replica holds at the end. */
  readonly finals: readonly ReplicaDump[];
  readonly durability: Durability;
  /** Figures of the servers, one for each reading. */
  readonly readings: readonly CounterReading[];
  /** The codes of all that servers reported. */
  readonly errorCodes: ReadonlySet<ErrorCode>;
  /** Nothing was done to servers, disks, clocks or the network. */
  readonly isCalm: boolean;
  /** What a wall clock that nobody touched showed at virtual time 0. */
  readonly wallMsAtZero: number;
  /** How far the wall clock of any server ran ahead of such a one, at most. */
  readonly wallAheadMsMax: number;
  /** When the wall clock of a server jumped, and how far. */
  readonly clockSteps: readonly ClockStep[];
}

export type Durability = 'fsync' | 'interval' | 'memory';

/** What a replica has of a key. */
export interface ReplicaEntry {
  readonly key: string;
  /** undefined: a tombstone. */
  readonly value: string | undefined;
  /** Wall milliseconds at which the value ends; 0: never. */
  readonly expiryMs: number;
  readonly stamp: Stamp;
  readonly sequence: number;
}

/** A replica came to have an entry, or ceased to. */
export interface ReplicaChange {
  /** Virtual milliseconds. */
  readonly atMs: number;
  /** The wall clock of its server. */
  readonly wallMs: number;
  /** `s1/2`: the second query actor of the server s1. */
  readonly replica: string;
  /** Which life of the server: 1, 2, … */
  readonly life: number;
  readonly how: HowChanged;
  readonly entry: ReplicaEntry;
}

export type HowChanged =
  /** It was there when the replica began. */
  | 'loaded'
  /** A write that was taken here. */
  | 'written'
  /** A write that was taken elsewhere. */
  | 'merged'
  /** A value whose time was over became a tombstone of the same write. */
  | 'ended'
  /** A tombstone is not kept any longer. */
  | 'forgotten';

export interface ServerLife {
  readonly server: string;
  /** 1, 2, 3, … */
  readonly number: number;
  readonly startMs: number;
  /** From then on it answered; Infinity: it never did. */
  readyMs: number;
  /** From then on it had what the servers had that it joined, in this or an earlier life; Infinity: it never had. */
  joinedMs: number;
  /** Its start read a snapshot. */
  hasLoadedSnapshot: boolean;
  /** Infinity: it runs. */
  endMs: number;
  end: 'running' | 'process' | 'power';
}

export interface ReplicaDump {
  readonly replica: string;
  readonly life: number;
  readonly wallMs: number;
  /** In the order of keys; tombstones too. */
  readonly entries: readonly ReplicaEntry[];
}

export interface CounterReading {
  readonly server: string;
  readonly atMs: number;
  readonly pairRateMax: number;
  readonly stampsRefused: number;
  readonly sessions: number;
  readonly divergences: number;
}

/** `s1` of `s1/2`. */
export function serverOf(replica: string): string {
  return replica.slice(0, replica.indexOf('/'));
}

/** An entry on one line: `room/3 = c2#17 @1203.0 of s1:7000#boot.3/4 17`. */
export function describeEntry({ key, value, stamp, sequence }: ReplicaEntry): string {
  const what = value === undefined ? 'buried' : `= ${value.replace(/~+$/, '~')}`;
  return `${key} ${what} @${stamp.wallMs}.${stamp.counter} of ${stamp.origin} ${sequence}`;
}
