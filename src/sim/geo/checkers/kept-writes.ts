import { compareStamps } from '../../../geo/stamp.ts';
import type { Violation } from '../../swarm/swarm-run.ts';
import {
  describeEntry,
  serverOf,
  type Evidence,
  type ReplicaChange,
  type ReplicaEntry,
  type ServerLife,
} from '../evidence.ts';
import { describeOperation } from '../history.ts';
import { Newcomers } from './newcomers.ts';
import { lifeName, WriteIndex, writeName, type AcknowledgedWrite } from './write-index.ts';

/**
 * A6: the final entry of a key is the greatest-stamped acknowledged write, or an unacknowledged one above it.
 *
 * Only with `fsync` is every acknowledged write kept. Otherwise those are that came to a replica whose server never
 * ended since.
 */
export function checkWinners(evidence: Evidence): Violation[] {
  const index = new WriteIndex(evidence);
  const newcomers = new Newcomers(evidence);
  const violations: Violation[] = index.neverWritten.map((operation) => ({
    invariant: 'A6',
    text: `${describeOperation(operation)} was written by no replica`,
  }));
  const kept =
    evidence.durability === 'fsync'
      ? index.acknowledged
      : keptInMemory(index.acknowledged, evidence);
  const finals = evidence.finals.map(({ replica, wallMs, entries }) => {
    return { replica, wallMs, byKey: new Map(entries.map((entry) => [entry.key, entry])) };
  });
  for (const { operation, change } of greatestByKey(kept)) {
    const { key, stamp } = change.entry;
    for (const { replica, wallMs, byKey } of finals) {
      const entry = byKey.get(key);
      if (entry !== undefined && compareStamps(entry.stamp, stamp) >= 0) continue;
      const isNothing = entry?.value === undefined || newcomers.wrote(entry);
      if (isNothing && index.mayBeAbsent(key, stamp, wallMs)) continue;
      const has = entry === undefined ? 'nothing' : describeEntry(entry);
      const write = `${describeEntry(change.entry)} (${describeOperation(operation)})`;
      violations.push({ invariant: 'A6', text: `${replica} ends up with ${has}, not ${write}` });
    }
  }
  return violations;
}

function keptInMemory(
  acknowledged: readonly AcknowledgedWrite[],
  { changes, lives }: Evidence,
): AcknowledgedWrite[] {
  const running = new Set(
    lives.filter(({ end }) => end === 'running').map(({ server, number }) => `${server} ${number}`),
  );
  const held = new Set<string>();
  for (const { replica, life, entry } of changes) {
    if (running.has(lifeName(replica, life))) held.add(writeName(entry));
  }
  return acknowledged.filter(({ change }) => held.has(writeName(change.entry)));
}

function greatestByKey(writes: readonly AcknowledgedWrite[]): AcknowledgedWrite[] {
  const greatest = new Map<string, AcknowledgedWrite>();
  for (const write of writes) {
    const { key, stamp } = write.change.entry;
    const known = greatest.get(key);
    if (known === undefined || compareStamps(stamp, known.change.entry.stamp) > 0) {
      greatest.set(key, write);
    }
  }
  return [...greatest.values()];
}

/**
 * A7: with `fsync`, what a server acknowledged, and what it let anybody else see, is there when it starts again,
 * before it has heard of anybody.
 */
export function checkDurableWrites(evidence: Evidence): Violation[] {
  if (evidence.durability !== 'fsync') return [];
  const index = new WriteIndex(evidence);
  const promised = [...promisedWrites(evidence, index)];
  return evidence.lives
    .filter(({ number, readyMs }) => number > 1 && readyMs < Infinity)
    .flatMap((life) => checkStart(life, promised, evidence, index));
}

/** A write that must outlive its server, and why. */
interface PromisedWrite {
  readonly change: ReplicaChange;
  readonly because: string;
}

function* promisedWrites(evidence: Evidence, index: WriteIndex): Iterable<PromisedWrite> {
  for (const { operation, change, isSure } of index.acknowledged) {
    // Another server may have taken it, and this one owes nothing.
    if (isSure) yield { change, because: describeOperation(operation) };
  }
  const written = new Map<string, ReplicaChange>();
  for (const change of evidence.changes) {
    if (change.how === 'written') written.set(writeName(change.entry), change);
    if (change.how !== 'merged') continue;
    const own = written.get(writeName(change.entry));
    if (own === undefined || serverOf(own.replica) === serverOf(change.replica)) continue;
    yield { change: own, because: `${change.replica} had it at ${change.atMs} ms` };
  }
}

function checkStart(
  life: ServerLife,
  promised: readonly PromisedWrite[],
  { changes }: Evidence,
  index: WriteIndex,
): Violation[] {
  const loaded = new Map<string, ReplicaEntry>();
  for (const change of changes) {
    const isThisLife = lifeName(change.replica, change.life) === `${life.server} ${life.number}`;
    if (isThisLife && change.how === 'loaded') {
      loaded.set(`${change.replica} ${change.entry.key}`, change.entry);
    }
  }
  const violations: Violation[] = [];
  for (const { change, because } of promised) {
    const { replica, entry } = change;
    if (serverOf(replica) !== life.server || change.life >= life.number) continue;
    const present = loaded.get(`${replica} ${entry.key}`);
    if (present !== undefined && compareStamps(present.stamp, entry.stamp) >= 0) continue;
    if (present === undefined && index.mayBeAbsent(entry.key, entry.stamp, Infinity)) continue;
    const has = present === undefined ? 'nothing' : describeEntry(present);
    const text = `${replica} began its life ${life.number} with ${has}, not ${describeEntry(entry)} (${because})`;
    violations.push({ invariant: 'A7', text });
  }
  return violations;
}
