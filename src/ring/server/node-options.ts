import type { GatewayRef } from '../../actor/gateway.ts';
import type { HostPort } from '../../core/network.ts';
import type { LeaseTerms } from '../lease-terms.ts';
import type { Durability, Trial } from './ring-options.ts';

/** Plain data, since it comes from another thread: what is not given is null. */
export interface NodeOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Which node of its server it is, from 0 on. The first looks for the rest of the ring. */
  readonly number: number;
  readonly atollVersion: string;
  readonly durability: Durability;
  /** Where it keeps its data; null: nowhere. */
  readonly folder: string | null;
  readonly onCorrupt: 'refuse' | 'quarantine';
  readonly terms: LeaseTerms;
  /** Null: those of its folder, or drawn. */
  readonly virtualIds: readonly number[] | null;
  /** How many servers the ring has: for the coordinator. */
  readonly servers: number;
  /** Null: this server is it. */
  readonly coordinator: HostPort | null;
  readonly trial: Trial;
  /** The gateway of thread 0. */
  readonly home: GatewayRef;
}
