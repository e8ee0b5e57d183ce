import { geoLimits } from '../../../core/limits.ts';
import { compareStamps, type Stamp } from '../../../geo/stamp.ts';
import type { Violation } from '../../swarm/swarm-run.ts';
import {
  describeEntry,
  serverOf,
  type Evidence,
  type ReplicaChange,
  type ReplicaEntry,
} from '../evidence.ts';
import { WriteIndex, writeName } from './write-index.ts';

/** A1: no two writes ever have the same stamp, whatever crashed in between; a stamp means one write everywhere. */
export function checkUniqueStamps({ changes }: Evidence): Violation[] {
  const violations: Violation[] = [];
  const byStamp = new Map<string, ReplicaChange>();
  for (const change of changes) {
    const name = nameOf(change.entry.stamp);
    const known = byStamp.get(name);
    if (known === undefined) byStamp.set(name, change);
    else if (change.how === 'written' || !isSameWrite(known.entry, change.entry)) {
      const [one, other] = [describeEntry(known.entry), describeEntry(change.entry)];
      violations.push({ invariant: 'A1', text: `${one} and ${other} have the same stamp` });
    }
  }
  return violations;
}

/** The value of a write may have ended meanwhile. */
function isSameWrite(a: ReplicaEntry, b: ReplicaEntry): boolean {
  if (a.key !== b.key || a.sequence !== b.sequence) return false;
  return a.value === undefined || b.value === undefined || a.value === b.value;
}

/**
 * A2: what a replica writes has a stamp above all that it wrote or took before, and sequence numbers without a
 * gap. Over lives it holds for what it had promised to keep.
 */
export function checkIncreasingStamps(evidence: Evidence): Violation[] {
  return [...checkEachLife(evidence), ...checkOverLives(evidence)];
}

function checkOverLives(evidence: Evidence): Violation[] {
  if (evidence.durability !== 'fsync') return [];
  const violations: Violation[] = [];
  const { acknowledged } = new WriteIndex(evidence);
  const promised = acknowledged.flatMap(({ change, isSure }) => (isSure ? [change] : []));
  const firsts = new Map<string, ReplicaChange>();
  for (const change of evidence.changes) {
    const name = `${change.replica} ${change.life}`;
    if (change.how === 'written' && !firsts.has(name)) firsts.set(name, change);
  }
  for (const { replica, life, entry } of firsts.values()) {
    const above = promised.find(
      (other) =>
        other.replica === replica &&
        other.life < life &&
        compareStamps(other.entry.stamp, entry.stamp) >= 0,
    );
    if (above === undefined) continue;
    const [early, late] = [describeEntry(above.entry), describeEntry(entry)];
    const text = `${replica} wrote ${late} in its life ${life}, and had acknowledged ${early}`;
    violations.push({ invariant: 'A2', text });
  }
  return violations;
}

function checkEachLife({ changes }: Evidence): Violation[] {
  const violations: Violation[] = [];
  const seenByLife = new Map<string, { greatest: Stamp; sequence: number }>();
  for (const { replica, life, how, entry, atMs } of changes) {
    const name = `${replica} ${life}`;
    const seen = seenByLife.get(name) ?? { greatest: entry.stamp, sequence: 0 };
    const isFirst = !seenByLife.has(name);
    seenByLife.set(name, seen);
    const order = compareStamps(entry.stamp, seen.greatest);
    if (how === 'written') {
      if (order <= 0 && !isFirst) {
        const above = nameOf(seen.greatest);
        const text = `${replica} wrote ${describeEntry(entry)} at ${atMs} ms, having seen ${above}`;
        violations.push({ invariant: 'A2', text });
      }
      if (seen.sequence > 0 && entry.sequence !== seen.sequence + 1) {
        const text = `${replica} wrote ${describeEntry(entry)} after its number ${seen.sequence}`;
        violations.push({ invariant: 'A2', text });
      }
      seen.sequence = entry.sequence;
    }
    if (order > 0) seen.greatest = entry.stamp;
  }
  return violations;
}

/**
 * A stamp too far ahead of the wall clock is refused: one bad clock must not poison a cluster. One that the same
 * clock gave is not: it stood there once, and to refuse its own writes would not put it right.
 *
 * What a server took while its clock still agreed may come to its replicas after that was put back.
 */
export function checkSkew(evidence: Evidence): Violation[] {
  const violations: Violation[] = [];
  const written = new Map<string, ReplicaChange>();
  for (const change of evidence.changes) {
    const { how, entry, wallMs, replica } = change;
    if (how === 'written') written.set(writeName(entry), change);
    const source = written.get(writeName(entry));
    if (how !== 'merged' || isOfServer(source, serverOf(replica))) continue;
    const putBackMs = sumPutBackMs(evidence, source?.atMs ?? 0, change);
    const aheadMs = entry.stamp.wallMs - wallMs - putBackMs;
    if (aheadMs <= geoLimits.clockSkewMs) continue;
    const text = `${replica} took ${describeEntry(entry)}, ${aheadMs} ms ahead of its clock`;
    violations.push({ invariant: 'skew', text });
  }
  return violations;
}

function isOfServer(source: ReplicaChange | undefined, server: string): boolean {
  return source !== undefined && serverOf(source.replica) === server;
}

/** How far the clock of a server was put back between a write and its coming there. */
function sumPutBackMs(
  { clockSteps }: Evidence,
  writtenMs: number,
  { replica, atMs }: ReplicaChange,
): number {
  let sumMs = 0;
  for (const { server, atMs: steppedMs, byMs } of clockSteps) {
    const isBetween = steppedMs >= writtenMs && steppedMs <= atMs;
    if (server === serverOf(replica) && isBetween && byMs < 0) sumMs -= byMs;
  }
  return sumMs;
}

function nameOf({ wallMs, counter, origin }: Stamp): string {
  return `${wallMs}.${counter} of ${origin}`;
}
