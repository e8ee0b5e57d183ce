import { compareStamps } from '../../../geo/stamp.ts';
import type { Violation } from '../../swarm/swarm-run.ts';
import {
  describeEntry,
  type Evidence,
  type ReplicaChange,
  type ReplicaEntry,
} from '../evidence.ts';
import { Newcomers } from './newcomers.ts';
import { lifeName, placeName } from './write-index.ts';

/**
 * A8: a replica that had a write of a key never shows an older one again, also when the tombstone in between is
 * forgotten. Within a life, whatever comes in whatever order, a key only goes on.
 */
export function checkKeyOrder(evidence: Evidence): Violation[] {
  const newcomers = new Newcomers(evidence);
  const violations: Violation[] = [];
  const knownByKey = new Map<string, { entry: ReplicaEntry; isForgotten: boolean }>();
  for (const { replica, life, how, entry, atMs } of evidence.changes) {
    const name = `${replica} ${life} ${entry.key}`;
    const known = knownByKey.get(name);
    if (how === 'forgotten') {
      if (known !== undefined) known.isForgotten = true;
      continue;
    }
    const isBack = known !== undefined && compareStamps(entry.stamp, known.entry.stamp) < 0;
    // A tombstone older than one that is forgotten shows nothing.
    const mayBeBack = entry.value === undefined || newcomers.wrote(entry);
    if (isBack && !(known.isForgotten && mayBeBack)) {
      const [late, early] = [describeEntry(known.entry), describeEntry(entry)];
      const text = `${replica} went from ${late} back to ${early} at ${atMs} ms (${how})`;
      violations.push({ invariant: 'A8', text });
    }
    const goesOn = !isBack || (known.isForgotten && newcomers.wrote(entry));
    if (goesOn) knownByKey.set(name, { entry, isForgotten: false });
  }
  return violations;
}

/**
 * A8 over all replicas and lives: once any replica has forgotten a tombstone, every member has confirmed it, and no
 * value of an older write may turn up anywhere. With `interval` a power cut takes confirmed writes, so nothing is
 * promised; and a server that lost everything with its memory may write anew behind what it does not remember.
 *
 * What a journal had on the way to what a replica begins with is shown to nobody.
 */
export function checkBuried(evidence: Evidence): Violation[] {
  const { durability } = evidence;
  if (durability === 'interval') return [];
  const newcomers = new Newcomers(evidence);
  const violations: Violation[] = [];
  const buriedByKey = new Map<string, ReplicaChange>();
  const writtenMs = new Map<string, number>();
  for (const change of withoutPassedOver(evidence)) {
    const { how, entry, replica, atMs } = change;
    if (how === 'written' && entry.value !== undefined) writtenMs.set(entry.value, atMs);
    const buried = buriedByKey.get(entry.key);
    const order = buried === undefined ? 1 : compareStamps(entry.stamp, buried.entry.stamp);
    if (how === 'forgotten') {
      if (order > 0) buriedByKey.set(entry.key, change);
      continue;
    }
    if (buried === undefined || entry.value === undefined || order >= 0) continue;
    if ((writtenMs.get(entry.value) ?? 0) > buried.atMs || newcomers.wrote(entry)) continue;
    const [late, early] = [describeEntry(buried.entry), describeEntry(entry)];
    const text = `${replica} ${how} ${early} at ${atMs} ms, after ${buried.replica} had forgotten ${late}`;
    violations.push({ invariant: 'A8', text });
  }
  return violations;
}

/** All but those loaded entries that nobody was shown: others took their place, or the server ended before it was ready. */
function withoutPassedOver({ changes, lives }: Evidence): ReplicaChange[] {
  const unready = new Set<string>();
  for (const { server, number, readyMs } of lives) {
    if (readyMs === Infinity) unready.add(`${server} ${number}`);
  }
  const isUnready = ({ replica, life }: ReplicaChange): boolean =>
    unready.has(lifeName(replica, life));
  const lastLoaded = new Map<string, ReplicaChange>();
  for (const change of changes) {
    if (change.how === 'loaded') lastLoaded.set(loadName(change), change);
  }
  return changes.filter(
    (change) =>
      change.how !== 'loaded' ||
      (lastLoaded.get(loadName(change)) === change && !isUnready(change)),
  );
}

function loadName({ replica, life, entry }: ReplicaChange): string {
  return placeName(replica, life, entry.key);
}
