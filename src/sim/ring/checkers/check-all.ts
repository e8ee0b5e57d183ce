import type { Violation } from '../../swarm/swarm-run.ts';
import type { Evidence } from '../evidence.ts';
import {
  checkBounds,
  checkCopies,
  checkDelays,
  checkGrantsWhileWaiting,
  checkRevocations,
  checkThreshold,
} from './leases.ts';
import { checkKeys } from './linearizability.ts';
import { checkItems, checkOrder, checkOwners, checkRequests } from './once.ts';

/** What is promised of leases and requests, whatever becomes of the data. */
const checkers: readonly ((evidence: Evidence) => Violation[])[] = [
  checkCopies,
  checkGrantsWhileWaiting,
  checkDelays,
  checkBounds,
  checkThreshold,
  checkRevocations,
  checkRequests,
  checkOrder,
  checkOwners,
];

/** What is promised of data that is kept. */
const checkersOfKept: readonly ((evidence: Evidence) => Violation[])[] = [checkItems, checkKeys];

/** Every promise that was not kept, as far as the evidence tells. */
export function checkAll(evidence: Evidence): Violation[] {
  const { durability, lives } = evidence;
  // Without `fsync` an end of a server takes what it likes.
  const isKept = durability === 'fsync' || lives.every(({ end }) => end === 'running');
  return [...checkers, ...(isKept ? checkersOfKept : [])].flatMap((check) => check(evidence));
}
