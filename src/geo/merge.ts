import type { Entry } from './entry.ts';
import { compareStamps } from './stamp.ts';

/**
 * What two replicas that know `a` and `b` of the same key agree on: the later write. CMUD §5.
 *
 * Merging is taking the greater one in a total order, and therefore associative, commutative and
 * idempotent: replicas agree whatever the order and however often they hear of it (A4).
 */
export function mergeEntries(a: Entry, b: Entry): Entry {
  return compareEntries(a, b) >= 0 ? a : b;
}

/**
 * A total order of entries: 0 only if they are the same in all that counts.
 *
 * Stamps are unique to a write, so that equal stamps mean one write, seen before and after its value ended:
 * then the tombstone is greater. The rest of the order never decides between honest replicas; it is
 * there because a faulty one must not make honest ones disagree.
 */
export function compareEntries(a: Entry, b: Entry): number {
  const byStamp = compareStamps(a.stamp, b.stamp);
  if (byStamp !== 0) return byStamp;
  if (a.dot.sequence !== b.dot.sequence) return a.dot.sequence - b.dot.sequence;
  if (a.kind === 'tombstone') return b.kind === 'tombstone' ? 0 : 1;
  if (b.kind === 'tombstone') return -1;
  const [expiryA, expiryB] = [a.expiryMs ?? Infinity, b.expiryMs ?? Infinity];
  if (expiryA !== expiryB) return expiryA < expiryB ? 1 : -1;
  return Buffer.compare(a.value, b.value);
}
