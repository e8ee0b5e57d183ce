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

/** All promises of a ring that a run can break. */
const checkers: readonly ((evidence: Evidence) => Violation[])[] = [
  checkCopies,
  checkGrantsWhileWaiting,
  checkDelays,
  checkBounds,
  checkThreshold,
  checkRevocations,
  checkRequests,
  checkOrder,
  checkItems,
  checkOwners,
  checkKeys,
];

/** Every promise that was not kept, as far as the evidence tells. */
export function checkAll(evidence: Evidence): Violation[] {
  return checkers.flatMap((check) => check(evidence));
}
