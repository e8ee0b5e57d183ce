import type { Violation } from '../../swarm/swarm-run.ts';
import type { Evidence } from '../evidence.ts';
import {
  checkDivergences,
  checkEqualReplicas,
  checkRates,
  checkVisibility,
} from './convergence.ts';
import { checkDurableWrites, checkWinners } from './kept-writes.ts';
import { checkBuried, checkKeyOrder } from './key-order.ts';
import { checkReadsShowReplica, checkReadsWereWritten, checkSessions } from './reads.ts';
import { checkIncreasingStamps, checkSkew, checkUniqueStamps } from './stamps.ts';

/** All promises of a geo store that a run can break. */
const checkers: readonly ((evidence: Evidence) => Violation[])[] = [
  checkUniqueStamps,
  checkIncreasingStamps,
  checkSkew,
  checkKeyOrder,
  checkBuried,
  checkEqualReplicas,
  checkWinners,
  checkDurableWrites,
  checkReadsWereWritten,
  checkReadsShowReplica,
  checkSessions,
  checkRates,
  checkDivergences,
  checkVisibility,
];

/** Every promise that was not kept, as far as the evidence tells. */
export function checkAll(evidence: Evidence): Violation[] {
  return checkers.flatMap((check) => check(evidence));
}
