import { compareStamps } from '../../geo/stamp.ts';
import { WriteIndex, writeName } from './checkers/write-index.ts';
import {
  serverOf,
  type Evidence,
  type ReplicaChange,
  type ReplicaEntry,
  type ServerLife,
} from './evidence.ts';
import type { Operation } from './history.ts';
import type { Sometimes as Ledger } from '../swarm/sometimes.ts';
import type { RareState } from './sometimes.ts';

type Sometimes = Ledger<RareState>;

/** Notes the rare states that show in what is known of a run when it is over. */
export function noteRareStates(evidence: Evidence, sometimes: Sometimes): void {
  const index = new WriteIndex(evidence);
  for (const change of evidence.changes) noteChange(change, sometimes);
  for (const operation of evidence.operations) noteOperation(operation, index, sometimes);
  noteRaces(evidence, sometimes);
  noteLosses(evidence, index, sometimes);
  noteTombstones(evidence, sometimes);
  noteCluster(evidence, sometimes);
  const { errorCodes, readings, lives } = evidence;
  if (lives.some(({ hasLoadedSnapshot }) => hasLoadedSnapshot)) {
    sometimes.reach('a server began with a snapshot');
  }
  if (readings.some(({ sessions }) => sessions > 0)) {
    sometimes.reach('a difference between two servers was looked for');
  }
  if (errorCodes.has('DISK_FAILED')) sometimes.reach('a disk failed');
  if (errorCodes.has('DISK_FULL')) sometimes.reach('a disk was full');
  if (readings.some(({ stampsRefused }) => stampsRefused > 0)) {
    sometimes.reach('a stamp was refused as too far ahead');
  }
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

/** When each replica came to have each write. */
class Arrivals {
  readonly #msByPlace: Map<string, number> = new Map();
  readonly #writerByWrite: Map<string, ReplicaChange> = new Map();

  constructor(changes: readonly ReplicaChange[]) {
    for (const change of changes) {
      const write = writeName(change.entry);
      if (change.how === 'written') this.#writerByWrite.set(write, change);
      const place = `${change.replica} ${write}`;
      if (!this.#msByPlace.has(place)) this.#msByPlace.set(place, change.atMs);
    }
  }

  writerOf(entry: ReplicaEntry): ReplicaChange | undefined {
    return this.#writerByWrite.get(writeName(entry));
  }

  /** Whether the replica had the write at `atMs`. */
  hadBy(replica: string, entry: ReplicaEntry, atMs: number): boolean {
    return (this.#msByPlace.get(`${replica} ${writeName(entry)}`) ?? Infinity) <= atMs;
  }
}

/** A write came to a replica whose own last write of the key its writer had not heard of. */
function noteRaces({ changes }: Evidence, sometimes: Sometimes): void {
  const arrivals = new Arrivals(changes);
  const ownByPlace = new Map<string, ReplicaChange>();
  for (const change of changes) {
    const { replica, life, entry, how, atMs } = change;
    const place = `${replica} ${life} ${entry.key}`;
    if (how === 'written') ownByPlace.set(place, change);
    const written = how === 'merged' ? arrivals.writerOf(entry) : undefined;
    if (written === undefined) continue;
    const isRemote = serverOf(written.replica) !== serverOf(replica);
    if (isRemote && atMs - written.atMs > 3_000) {
      sometimes.reach('a write came to another server after more than three seconds');
    }
    const own = ownByPlace.get(place);
    if (own === undefined || arrivals.hadBy(written.replica, own.entry, written.atMs)) continue;
    if (arrivals.hadBy(replica, entry, own.atMs)) continue;
    sometimes.reach('two replicas wrote a key before either heard of the other');
    if (isRemote) sometimes.reach('two servers wrote a key before either heard of the other');
    if ((entry.value === undefined) !== (own.entry.value === undefined)) {
      sometimes.reach('a delete and a put of a key did not know of each other');
    }
  }
}

/** What happens between servers, and not within one. */
function noteCluster({ changes, lives }: Evidence, sometimes: Sometimes): void {
  const originByTime = new Map<string, string>();
  const written = new Map<string, ReplicaChange>();
  const isRunning = (server: string, number: number, atMs: number): boolean =>
    lives.some((life) => life.server === server && life.number === number && life.endMs > atMs);
  for (const change of changes) {
    const { how, entry, replica, atMs } = change;
    const { wallMs, counter, origin } = entry.stamp;
    if (how === 'written') {
      written.set(writeName(entry), change);
      const time = `${wallMs}.${counter}`;
      if ((originByTime.get(time) ?? origin) !== origin) {
        sometimes.reach('two origins gave the same time and counter');
      }
      originByTime.set(time, origin);
    }
    const source = how === 'merged' ? written.get(writeName(entry)) : undefined;
    if (source === undefined || serverOf(source.replica) === serverOf(replica)) continue;
    // Who wrote it is gone: somebody else has told it, or its disk.
    if (!isRunning(serverOf(source.replica), source.life, atMs)) {
      sometimes.reach('a write came to a server when its own had ended');
    }
  }
  const firstMs = Math.min(...[...written.values()].map(({ atMs }) => atMs));
  const joinsLate = lives.some(
    ({ number, joinedMs }) => number === 1 && joinedMs < Infinity && joinedMs > firstMs,
  );
  if (joinsLate) sometimes.reach('a server joined while clients wrote');
}

/** Writes that ended with those who had them. */
function noteLosses(
  { lives, durability, changes }: Evidence,
  index: WriteIndex,
  sometimes: Sometimes,
): void {
  const isRunning = (replica: string, number: number): boolean =>
    lives.some((life) => {
      return life.server === serverOf(replica) && life.number === number && life.end === 'running';
    });
  const greatest = new Map<string, ReplicaEntry>();
  for (const { replica, life, entry } of changes) {
    if (!isRunning(replica, life)) continue;
    const known = greatest.get(entry.key);
    if (known === undefined || compareStamps(entry.stamp, known.stamp) > 0) {
      greatest.set(entry.key, entry);
    }
  }
  const acknowledged = new Set(index.acknowledged.map(({ change }) => writeName(change.entry)));
  for (const { how, entry } of changes) {
    const left = greatest.get(entry.key);
    const isLeft = left !== undefined && compareStamps(left.stamp, entry.stamp) >= 0;
    if (how !== 'written' || isLeft) continue;
    if (!acknowledged.has(writeName(entry))) {
      sometimes.reach('a crash took what was not acknowledged');
    } else if (durability !== 'fsync') {
      sometimes.reach('an acknowledged write was lost with all who had it');
    }
  }
}

/** A tombstone is kept for as long as a server is away. */
function noteTombstones({ changes, lives }: Evidence, sometimes: Sometimes): void {
  const buriedMs = new Map<string, number>();
  for (const { replica, how, entry, atMs } of changes) {
    const place = `${replica} ${writeName(entry)}`;
    if (entry.value === undefined && how !== 'forgotten' && !buriedMs.has(place)) {
      buriedMs.set(place, atMs);
    }
    const sinceMs = how === 'forgotten' ? buriedMs.get(place) : undefined;
    if (sinceMs === undefined) continue;
    const wasAway = (life: ServerLife): boolean =>
      life.server !== serverOf(replica) && life.endMs < atMs && nextStartMs(life, lives) > sinceMs;
    if (lives.some(wasAway)) sometimes.reach('a tombstone waited for a server that was away');
  }
}

function nextStartMs({ server, number }: ServerLife, lives: readonly ServerLife[]): number {
  const next = lives.find((life) => life.server === server && life.number === number + 1);
  return next?.startMs ?? Infinity;
}
