import type { VectorPairs } from '../../version-vector.ts';
import type { ServerIdentity, Trial } from '../geo-options.ts';
import type { MemberCard } from './members.ts';
import type { RemoteSyncBeginning } from './remote-sync-life.ts';
import type { ServerReport } from './server-report.ts';

/** What the gateway of thread 0 lends to the remote-sync actor. */
export type RemoteSyncLent =
  | { readonly kind: 'life'; readonly identity: ServerIdentity; readonly trial: Trial }
  /** A pack of entries of an earlier life. */
  | { readonly kind: 'load'; readonly pack: Uint8Array }
  | { readonly kind: 'begin'; readonly beginning: RemoteSyncBeginning }
  | { readonly kind: 'peer up'; readonly address: string }
  | { readonly kind: 'peer down'; readonly address: string }
  /** A query actor of this server wrote this, up to `upTo`, and the journal has it. */
  | {
      readonly kind: 'written';
      readonly origin: string;
      readonly upTo: number;
      readonly pack: Uint8Array;
    }
  /** Arrivals up to `token` are durable, and own writes up to these. */
  | { readonly kind: 'kept'; readonly token: number; readonly own: VectorPairs }
  /** Members that were emitted up to `number` are durable. */
  | { readonly kind: 'members kept'; readonly number: number }
  | { readonly kind: 'give up waiting' }
  | ForgetSheet
  | SnapshotSheet
  | ServerReportSheet;

/** Sheets are filled in by the actor. */
export interface ForgetSheet {
  readonly kind: 'forget';
  readonly id: string;
  wasMember: boolean;
}

/** A slice of everything that the actor has, or a query actor while this one sleeps. */
export interface SnapshotSheet {
  readonly kind: 'snapshot';
  /** What has to be in it. If it is not there yet, `known` is left out. */
  readonly needed: VectorPairs;
  /** The place to go on from; −1 when that was all. */
  place: number;
  /** At the beginning: what is known with the whole of it. */
  known: VectorPairs | undefined;
  pack: Uint8Array | undefined;
}

export interface ServerReportSheet {
  readonly kind: 'report';
  report: ServerReport | undefined;
}

/** What the remote-sync actor hands to the gateway of thread 0. */
export type RemoteSyncOutput =
  /** To be kept, and then said so (`kept`). */
  | {
      readonly kind: 'arrival';
      readonly token: number;
      readonly claims: VectorPairs;
      readonly entries: Uint8Array;
    }
  /** A server to be linked with. */
  | { readonly kind: 'dial'; readonly at: string }
  /** To be kept, and then said so (`members kept`). */
  | { readonly kind: 'members'; readonly number: number; readonly cards: readonly MemberCard[] }
  /** The others do not wait for us any more: what we have may be older than what they have forgotten. */
  | { readonly kind: 'removed' }
  /** What some other server had is here. */
  | { readonly kind: 'ready' }
  /** There are other servers: what is written from now on is to be told (`written`); what the journal had so far is filled in. */
  | { readonly kind: 'awake'; needed: VectorPairs };
