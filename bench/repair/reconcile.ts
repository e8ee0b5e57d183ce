import type { EntryView } from '../../src/geo/server/repair/entry-view.ts';
import {
  answerReconciliation,
  openReconciliation,
} from '../../src/geo/server/repair/reconciler.ts';

/** What it took two replicas to find their difference. */
export interface Reconciled {
  /** In both directions, in turns. */
  readonly messages: readonly Uint8Array[];
  /** Entries that either side is to send. */
  readonly found: number;
  /** The longest that one message took to be answered. */
  readonly answerMs: number;
}

/** Lets two replicas find in what they differ. */
export function reconcile(one: EntryView, other: EntryView): Reconciled {
  let message: Uint8Array | undefined = openReconciliation(one);
  const messages: Uint8Array[] = [];
  let [found, answerMs] = [0, 0];
  while (message !== undefined) {
    messages.push(message);
    const startMs = performance.now();
    const answer = answerReconciliation(messages.length % 2 === 1 ? other : one, message);
    answerMs = Math.max(answerMs, performance.now() - startMs);
    found += answer.toSend.length;
    message = answer.reply;
  }
  return { messages, found, answerMs };
}
