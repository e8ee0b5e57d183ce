import type { Replica } from '../replica.ts';
import type { SlicedWork } from '../sync/sliced-work.ts';
import type { CheckOutcome, SyncNote } from '../sync/sync-note.ts';
import { areFingerprintsEqual } from './fingerprint.ts';
import { printLive } from './live-print.ts';

export interface CheckedReplica {
  readonly replica: Replica;
  /** A number for what the replica knows now. */
  readonly knowledge: () => number;
  /** What takes long is done there. */
  readonly works: SlicedWork;
}

/**
 * Says whether a replica has the same as another one that asks. It can be said only if both know the same, from the question to the
 * end of the count: otherwise they are `busy`.
 */
export function answerCheck(
  { replica, knowledge, works }: CheckedReplica,
  check: Extract<SyncNote, { kind: 'check' }>,
  answer: (outcome: CheckOutcome) => void,
): void {
  const knowsTheSame = (): boolean => knowledge() === check.knowledge;
  if (!knowsTheSame()) return answer('busy');
  printLive(replica, check.untilMs, works, (mine) => {
    if (mine === undefined || !knowsTheSame()) return answer('busy');
    const [count = -1, high = -1, low = -1] = check.print;
    answer(areFingerprintsEqual(mine, { count, high, low }) ? 'equal' : 'different');
  });
}
