import { compareStamps } from '../../../geo/stamp.ts';
import type { Violation } from '../../swarm/swarm-run.ts';
import {
  describeEntry,
  serverOf,
  type Evidence,
  type ReplicaChange,
  type ReplicaDump,
  type ReplicaEntry,
} from '../evidence.ts';

/** A5: once healed and quiet, all replicas have the same, of the same writes. */
export function checkEqualReplicas({ finals }: Evidence): Violation[] {
  const nowMs = Math.max(...finals.map(({ wallMs }) => wallMs));
  const [first, ...others] = finals;
  if (first === undefined) return [];
  return others.flatMap((other) => {
    const difference = findDifference(first, other, nowMs);
    return difference === undefined ? [] : [{ invariant: 'A5', text: difference }];
  });
}

function findDifference(one: ReplicaDump, other: ReplicaDump, nowMs: number): string | undefined {
  const [ones, others] = [liveByKey(one, nowMs), liveByKey(other, nowMs)];
  const keys = [...new Set([...ones.keys(), ...others.keys()])].toSorted();
  const differing = keys.filter((key) => !isSame(ones.get(key), others.get(key)));
  const [key] = differing;
  if (key === undefined) return undefined;
  const [a, b] = [ones.get(key), others.get(key)].map((entry) =>
    entry === undefined ? 'nothing' : describeEntry(entry),
  );
  const more = differing.length > 1 ? ` and ${differing.length - 1} keys more` : '';
  return `${key}: ${one.replica} has ${a}, ${other.replica} has ${b}${more}`;
}

function isSame(a: ReplicaEntry | undefined, b: ReplicaEntry | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return compareStamps(a.stamp, b.stamp) === 0 && a.value === b.value && a.expiryMs === b.expiryMs;
}

function liveByKey({ entries }: ReplicaDump, nowMs: number): Map<string, ReplicaEntry> {
  return new Map(
    entries.filter((entry) => isLive(entry, nowMs)).map((entry) => [entry.key, entry]),
  );
}

/** Whether all dumps have the same live entries, of the same writes; what has ended by now does not count. */
export function areEqual(dumps: readonly ReplicaDump[]): boolean {
  const nowMs = Math.max(...dumps.map(({ wallMs }) => wallMs));
  const [first, ...others] = dumps;
  return others.every(
    (other) => first === undefined || findDifference(first, other, nowMs) === undefined,
  );
}

/** Whether an entry has a value that has not ended at `nowMs`. */
function isLive({ value, expiryMs }: ReplicaEntry, nowMs: number): boolean {
  return value !== undefined && (expiryMs === 0 || expiryMs > nowMs);
}

/** CMUD §5.1, §5.2: how soon a write is seen by the other actors of its server, and by those of others. */
const localMs = 500;
const remoteMs = 2_000;

/** A12: without faults and with at most 250 ms on the way, every write is everywhere in time. */
export function checkVisibility({ changes, finals, isCalm }: Evidence): Violation[] {
  if (!isCalm) return [];
  const violations: Violation[] = [];
  const byPlace = new Map<string, ReplicaChange[]>();
  for (const change of changes) {
    if (change.how === 'forgotten') continue;
    const name = `${change.replica} ${change.entry.key}`;
    const known = byPlace.get(name);
    if (known === undefined) byPlace.set(name, [change]);
    else known.push(change);
  }
  for (const { how, atMs, replica: writer, entry } of changes) {
    if (how !== 'written') continue;
    for (const { replica } of finals) {
      const boundMs = serverOf(replica) === serverOf(writer) ? localMs : remoteMs;
      const seen = (byPlace.get(`${replica} ${entry.key}`) ?? []).find(
        (change) => compareStamps(change.entry.stamp, entry.stamp) >= 0,
      );
      const seenMs = seen?.atMs ?? Infinity;
      if (seenMs <= atMs + boundMs) continue;
      const text = `${describeEntry(entry)}, written at ${atMs} ms, was seen by ${replica} at ${seenMs} ms`;
      violations.push({ invariant: 'A12', text });
    }
  }
  return violations;
}

/** What was missing and should have been known was mended, and is a mistake all the same. */
export function checkDivergences({ readings }: Evidence): Violation[] {
  const violations = new Map<string, Violation>();
  for (const { server, atMs, divergences } of readings) {
    if (divergences === 0 || violations.has(server)) continue;
    const text = `${server} had found ${divergences} divergences by ${atMs} ms`;
    violations.set(server, { invariant: 'divergence', text });
  }
  return [...violations.values()];
}

/** CMUD §5.1: so many messages in any second, from any actor to any other. */
const messagesPerSecondMax = 10;

/** A11: no ordered pair of actors ever sends more than 10 messages in one second. */
export function checkRates({ readings }: Evidence): Violation[] {
  return readings
    .filter(({ pairRateMax }) => pairRateMax > messagesPerSecondMax)
    .map(({ server, atMs, pairRateMax }) => {
      const text = `an actor of ${server} had sent ${pairRateMax} messages in one second by ${atMs} ms`;
      return { invariant: 'A11', text };
    });
}
