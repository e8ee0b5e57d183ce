import type { HostPort } from '../core/network.ts';
import type { Address } from './address.ts';
import type { LinksEvents, MemberStatus } from './remote/links-options.ts';

/** How messages leave for other systems. `remote/` has the one that uses the network; thread 0 owns it. */
export interface SystemLinks {
  /** Begins to dial, to accept and to call `events`. */
  start(events: LinksEvents): void;
  /** Whether the outbox for this system takes more: asked first, so that a full one costs nothing. */
  mayTake(address: string): boolean;
  /** Takes `count` messages for thread `lane` of the system. The batch is lent. Never throws or blocks. */
  send(address: string, lane: number, batch: Uint8Array, count: number): void;
  /** Counts messages that were not even marshalled, because `mayTake` said no. */
  drop(address: string, count: number): void;
  /** Ends the link by which the system sends: it sent what is no batch. */
  reject(from: Address, reason: string): void;
  /** Dials the system at `at`, now and whenever the link is lost. */
  addMember(at: HostPort): void;
  /** Ends the links to the system at `at` and drops what is held for it. One that dials us is a member again. */
  removeMember(at: HostPort): void;
  members(): readonly MemberStatus[];
  close(): Promise<void>;
}
