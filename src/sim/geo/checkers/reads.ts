import { compareStamps, type Stamp } from '../../../geo/stamp.ts';
import type { Violation } from '../../swarm/swarm-run.ts';
import { serverOf, type Evidence, type ReplicaChange, type ReplicaEntry } from '../evidence.ts';
import { describeOperation, type Operation } from '../history.ts';
import { placeName, WriteIndex } from './write-index.ts';

/** A10: every value that anybody read was put to that key, by a put that may have been done by then. */
export function checkReadsWereWritten({ operations }: Evidence): Violation[] {
  const puts = new Map<string, Operation>();
  for (const operation of operations) {
    if (operation.action.kind === 'put') puts.set(operation.action.value, operation);
  }
  const violations: Violation[] = [];
  for (const operation of operations) {
    for (const [key, value] of pairsRead(operation)) {
      const put = puts.get(value);
      const isOfKey = put?.action.kind === 'put' && put.action.key === key;
      if (isOfKey && put.outcome !== 'failed' && put.startMs <= operation.endMs) continue;
      const why = put === undefined ? 'nobody put it' : describeOperation(put);
      const text = `${describeOperation(operation)} gave ${key} = ${value}: ${why}`;
      violations.push({ invariant: 'A10', text });
    }
  }
  return violations;
}

function pairsRead({ action, outcome }: Operation): readonly (readonly [string, string])[] {
  if (outcome !== 'acknowledged') return [];
  if (action.kind === 'list') return action.pairs;
  if (action.kind !== 'get' || action.value === undefined) return [];
  return [[action.key, action.value]];
}

/**
 * A read shows what its replica had at some moment between question and answer, neither less nor more. A list may
 * take each key at another moment, and is in the order of keys.
 */
export function checkReadsShowReplica(evidence: Evidence): Violation[] {
  const states = new ReplicaStates(evidence);
  const violations: Violation[] = [];
  for (const operation of evidence.operations) {
    const { action, outcome, replica } = operation;
    if (outcome !== 'acknowledged' || replica === undefined) continue;
    const refuse = (why: string): void => {
      violations.push({ invariant: 'reads', text: `${describeOperation(operation)}: ${why}` });
    };
    if (action.kind === 'get' && !states.mayShow(operation, action.key, action.value)) {
      refuse(`${replica} never had that then`);
    }
    if (action.kind !== 'list') continue;
    const keys = action.pairs.map(([key]) => key);
    if (keys.some((key, index) => index > 0 && key <= (keys[index - 1] ?? ''))) {
      refuse('the keys are not in order');
    }
    const listed = new Map(action.pairs);
    for (const key of new Set([...keys, ...states.keys])) {
      if (!key.startsWith(action.prefix)) {
        if (listed.has(key)) refuse(`${key} has another prefix`);
      } else if (!states.mayShow(operation, key, listed.get(key))) {
        refuse(`${replica} never had ${key} = ${listed.get(key) ?? 'nothing'} then`);
      }
    }
  }
  return violations;
}

/** What each replica had of each key, and when. */
class ReplicaStates {
  readonly keys: ReadonlySet<string>;
  readonly #evidence: Evidence;
  readonly #changesByPlace: Map<string, ReplicaChange[]> = new Map();

  constructor(evidence: Evidence) {
    this.#evidence = evidence;
    const keys = new Set<string>();
    for (const change of evidence.changes) {
      keys.add(change.entry.key);
      const name = placeName(change.replica, change.life, change.entry.key);
      const known = this.#changesByPlace.get(name);
      if (known === undefined) this.#changesByPlace.set(name, [change]);
      else known.push(change);
    }
    this.keys = keys;
  }

  /** Whether the replica of `operation` may have shown `value` (undefined: nothing) while it was asked. */
  mayShow({ replica = '', startMs, endMs }: Operation, key: string, value?: string): boolean {
    const { wallMsAtZero, wallAheadMsMax, lives } = this.#evidence;
    const wallMsMax = wallMsAtZero + endMs + wallAheadMsMax;
    return lives.some((life) => {
      if (life.server !== serverOf(replica)) return false;
      if (life.startMs > endMs || life.endMs < startMs) return false;
      const changes = this.#changesByPlace.get(placeName(replica, life.number, key)) ?? [];
      const [before, between] = [
        changes.filter(({ atMs }) => atMs < startMs),
        changes.filter(({ atMs }) => atMs >= startMs && atMs <= endMs),
      ];
      return [before.at(-1), ...between].some((change) => isShown(change?.entry, value, wallMsMax));
    });
  }
}

function isShown(entry: ReplicaEntry | undefined, value: string | undefined, wallMsMax: number) {
  if (value !== undefined) return entry?.value === value;
  if (entry?.value === undefined) return true;
  return entry.expiryMs !== 0 && entry.expiryMs <= wallMsMax;
}

/** A client that asks one replica never sees it go back, nor miss what the client itself had put there. */
export function checkSessions(evidence: Evidence): Violation[] {
  const index = new WriteIndex(evidence);
  const violations: Violation[] = [];
  const bySession = new Map<string, Operation[]>();
  for (const operation of evidence.operations) {
    const { client, replica, action, outcome } = operation;
    if (replica === undefined || outcome !== 'acknowledged') continue;
    if (action.kind !== 'get' && action.kind !== 'put') continue;
    const life = lifeDuring(evidence, operation);
    const name = `${client} ${life} ${action.key}`;
    if (life === undefined) continue;
    const known = bySession.get(name);
    if (known === undefined) bySession.set(name, [operation]);
    else known.push(operation);
  }
  for (const operations of bySession.values()) {
    const seen: { operation: Operation; stamp: Stamp }[] = [];
    for (const operation of operations) {
      const { action } = operation;
      const value = action.kind === 'get' || action.kind === 'put' ? action.value : undefined;
      const stamp = value === undefined ? undefined : index.stampOf(value);
      if (stamp === undefined) continue;
      const later = seen.find(
        (earlier) =>
          earlier.operation.endMs < operation.startMs && compareStamps(earlier.stamp, stamp) > 0,
      );
      if (later !== undefined) {
        const text = `${describeOperation(operation)} is behind ${describeOperation(later.operation)}`;
        violations.push({ invariant: 'session', text });
      }
      seen.push({ operation, stamp });
    }
  }
  return violations;
}

/** The life of its server that an operation lies in, as a name; undefined: none has it whole. */
function lifeDuring({ lives }: Evidence, operation: Operation): string | undefined {
  const { replica = '', startMs, endMs } = operation;
  const life = lives.find(
    (each) => each.server === serverOf(replica) && each.startMs <= startMs && endMs <= each.endMs,
  );
  return life === undefined ? undefined : `${life.server} ${life.number}`;
}
