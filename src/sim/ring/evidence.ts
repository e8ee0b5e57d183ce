import type { ErrorCode } from '../../core/errors.ts';
import type { LeaseTerms } from '../../ring/lease-terms.ts';
import type { Durability, Trial } from '../../ring/server/ring-options.ts';
import type { Operation } from './history.ts';

/** All that is known of a run when it is over: what clients saw, and what nodes did. */
export interface Evidence {
  readonly operations: readonly Operation[];
  /** What storages did, in the order of time. */
  readonly events: readonly NodeEvent[];
  /** The lives of all servers. */
  readonly lives: readonly ServerLife[];
  /** Copies that were older than the change that was applied. */
  readonly staleCopies: readonly StaleCopy[];
  /** Revocations that came to clients. */
  readonly heard: readonly HeardRevocation[];
  readonly durability: Durability;
  readonly terms: LeaseTerms;
  readonly bounds: Pick<Trial, 'leasesMax' | 'leasesPerClientMax'>;
  /** Clients that ask for leases only of what is read often. */
  readonly normalClients: ReadonlySet<string>;
  /** The server that owns each key. */
  readonly ownerOf: ReadonlyMap<string, string>;
  /** The codes of all that servers reported. */
  readonly errorCodes: ReadonlySet<ErrorCode>;
  readonly pauses: readonly Pause[];
  /** How often a lease was asked back before its holder knew of it. */
  readonly crossings: number;
  /** How many changes were gone when their server started again. */
  readonly lostWrites: number;
}

/** A node did something to a key. */
export type NodeEvent = What & {
  /** Virtual milliseconds. */
  readonly atMs: number;
  /** The monotonic clock of its server. */
  readonly clockMs: number;
  /** `s1/2`: the second node of the server s1. */
  readonly node: string;
  /** Which life of the server: 1, 2, … */
  readonly life: number;
  readonly key: string;
};

export type What =
  | {
      readonly kind: 'granted';
      readonly client: string;
      readonly leaseId: number;
      /** A write of the key was waiting. */
      readonly wasWaiting: boolean;
      /** Leases in all and of this client, with this one. */
      readonly leases: number;
      readonly leasesOfClient: number;
    }
  | {
      readonly kind: 'refused';
      readonly client: string;
      readonly because: 'bound' | 'waiting' | 'other';
    }
  | { readonly kind: 'revoked'; readonly client: string; readonly leaseId: number }
  /** The holder answered. */
  | { readonly kind: 'given back'; readonly client: string; readonly leaseId: number }
  /** The holder had not answered when its lease and the guard were over. */
  | { readonly kind: 'missed'; readonly client: string; readonly leaseId: number }
  /** A write began to wait, and for what. */
  | {
      readonly kind: 'waits';
      readonly because: 'holders' | 'restart' | 'writes' | 'nothing';
      readonly request: string | undefined;
    }
  /** All that waited was done. */
  | { readonly kind: 'settled'; readonly sinceMs: number; readonly writes: number }
  /** Something was changed. */
  | { readonly kind: 'applied'; readonly isOwner: boolean }
  /** A numbered write has changed something. Its key is not told. */
  | { readonly kind: 'done'; readonly request: string; readonly client: string }
  /** A write that had been done was sent again, and answered from memory. */
  | { readonly kind: 'repeated'; readonly request: string }
  /** A write that waits was sent again. */
  | { readonly kind: 'joined'; readonly request: string };

export interface ServerLife {
  readonly server: string;
  /** 1, 2, 3, … */
  readonly number: number;
  readonly startMs: number;
  /** From then on it answered; Infinity: it never did. */
  readyMs: number;
  /** Infinity: it runs. */
  endMs: number;
  end: 'running' | 'process' | 'power';
}

/** When a change was applied, a client could still have used a copy of before. */
export interface StaleCopy {
  readonly atMs: number;
  readonly client: string;
  readonly key: string;
  readonly copy: string;
  readonly content: string;
  readonly node: string;
}

/** A host stood still. */
export interface Pause {
  readonly host: string;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface HeardRevocation {
  readonly atMs: number;
  readonly client: string;
  readonly key: string;
}

/** An event on one line. */
export function describeEvent(event: NodeEvent): string {
  const { node, life, key, kind } = event;
  const details = Object.entries(event)
    .filter(([name]) => !namedAlready.has(name))
    .map(([name, value]) => `${name} ${value}`);
  return `${node} (life ${life}) ${kind} ${key} ${details.join(', ')}`;
}

const namedAlready: ReadonlySet<string> = new Set([
  'atMs',
  'clockMs',
  'node',
  'life',
  'key',
  'kind',
]);
