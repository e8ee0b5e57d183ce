import { compareStamps } from '../../geo/stamp.ts';
import { WriteIndex } from './checkers/write-index.ts';
import type { Evidence, ReplicaChange } from './evidence.ts';
import type { Operation } from './history.ts';
import type { Sometimes } from './sometimes.ts';

/** Notes the rare states that show in what is known of a run when it is over. */
export function noteRareStates(evidence: Evidence, sometimes: Sometimes): void {
  const index = new WriteIndex(evidence);
  for (const change of evidence.changes) noteChange(change, sometimes);
  for (const operation of evidence.operations) noteOperation(operation, index, sometimes);
  noteRaces(evidence, sometimes);
  noteLosses(evidence, index, sometimes);
}

function noteChange({ how, entry, wallMs }: ReplicaChange, sometimes: Sometimes): void {
  if (how === 'ended') sometimes.reach('a value ended');
  if (how === 'forgotten') sometimes.reach('a tombstone was forgotten');
  if (how !== 'written') return;
  const { stamp } = entry;
  if (stamp.wallMs > wallMs) sometimes.reach('a wall clock stood behind its own stamps');
  else if (stamp.counter > 0) sometimes.reach('a counter told two writes of a millisecond apart');
}

function noteOperation(operation: Operation, index: WriteIndex, sometimes: Sometimes): void {
  const { action, outcome } = operation;
  if (action.kind === 'get' && outcome === 'acknowledged' && action.value === undefined) {
    if (index.wasWritten(action.key, operation.startMs)) {
      sometimes.reach('a read saw nothing where there had been a value');
    }
  }
  if (action.kind !== 'put') return;
  if (outcome === 'failed') sometimes.reach('a put found nobody');
  if (outcome !== 'unknown') return;
  const isDone = index.stampOf(action.value) !== undefined;
  sometimes.reach(
    isDone ? 'an unanswered put was done all the same' : 'an unanswered put was never done',
  );
}

/** Two writes of a key, of which neither replica had heard of the other when it took its own. */
function noteRaces({ changes }: Evidence, sometimes: Sometimes): void {
  const lastByPlace = new Map<string, ReplicaChange>();
  for (const change of changes) {
    const { replica, life, entry, how } = change;
    const place = `${replica} ${life} ${entry.key}`;
    const last = lastByPlace.get(place);
    lastByPlace.set(place, change);
    if (how !== 'merged' || last?.how !== 'written') continue;
    // What came was written elsewhere, and not by somebody who knew what we had.
    const isRace = entry.stamp.wallMs === last.entry.stamp.wallMs;
    if (isRace) sometimes.reach('two replicas wrote a key in the same millisecond');
    const isBuried = entry.value === undefined || last.entry.value === undefined;
    if (isBuried && compareStamps(entry.stamp, last.entry.stamp) > 0) {
      sometimes.reach('a delete and a put came after one another from two replicas');
    }
  }
}

function noteLosses(
  { lives, durability, finals, changes }: Evidence,
  index: WriteIndex,
  sometimes: Sometimes,
): void {
  if (durability === 'fsync' || lives.every(({ end }) => end === 'running')) return;
  const held = new Set<string>();
  const running = new Set(finals.map(({ replica, life }) => `${replica} ${life}`));
  for (const { replica, life, entry } of changes) {
    if (running.has(`${replica} ${life}`))
      held.add(`${entry.stamp.wallMs}.${entry.stamp.counter} ${entry.stamp.origin}`);
  }
  for (const { change } of index.acknowledged) {
    const { stamp } = change.entry;
    if (held.has(`${stamp.wallMs}.${stamp.counter} ${stamp.origin}`)) continue;
    sometimes.reach('an acknowledged write was lost with all who had it');
    return;
  }
}
