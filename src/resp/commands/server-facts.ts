import type { Clock } from '../../core/clock.ts';
import type { ClientLimits } from '../../core/limits.ts';
import type { HostPort } from '../../core/network.ts';
import type { ClientRegistry } from '../client-registry.ts';
import type { Command } from '../command.ts';
import type { RespCounters } from '../connection-host.ts';

/** A section of `INFO`, in the order of its lines. */
export interface InfoSection {
  /** As it is headed and asked for, in any case: `Memory`. */
  readonly name: string;
  readonly fields: readonly (readonly [name: string, value: string | number])[];
}

/** What the commands that every server has must know of the one they serve. */
export interface ServerFacts<Target> {
  readonly clients: ClientRegistry;
  readonly clock: Clock;
  readonly limits: ClientLimits;
  readonly atollVersion: string;
  /** The address that clients are to dial, as CLUSTER SLOTS tells it. */
  readonly address: () => HostPort;
  /** 40 hex digits that no other server has. */
  readonly nodeId: string;
  readonly counters: () => RespCounters;
  /** Sections beside Server, Clients, Persistence, Stats and Commandstats; one of the same name adds to it. */
  readonly info: (target: Target) => readonly InfoSection[];
  /** What CONFIG GET shows beside what is known here: `appendonly`, `save`, `port`, … */
  readonly config: () => ReadonlyMap<string, string>;
  /** Whether the password is that of the user; undefined: nobody needs one. */
  readonly authenticate?: (user: string, password: string) => boolean;
  /** Bytes that a key and its value take, undefined if there is no such key. */
  readonly memoryUsage?: (target: Target, command: Command, keyIndex: number) => number | undefined;
}

/** The version of Redis whose protocol and commands Atoll follows; clients choose by it what they send. */
export const redisVersion = '7.0.0';
