import { statesOfFaults, statesOfPowerCuts } from '../swarm/fault-maker.ts';
import type { Sometimes } from '../swarm/sometimes.ts';
import type { Evidence, NodeEvent } from './evidence.ts';

/** Rare states that a set of seeds must come to, or it proves less than it seems to. */
const ownStates = [
  'a read was answered from a copy',
  'a copy was used while its owner was down',
  'a write waited for revocations',
  'a write waited for a dead holder',
  'a write waited behind another',
  'a restart delayed a write',
  'a grant met its own revocation',
  'a holder stood still while its lease was asked back',
  'a lease was refused at a bound',
  'a lease was refused for a write that waited',
  'a repeated write was answered from memory',
  'a repeated write was answered from memory after a crash',
  'a repeated write joined its first copy',
  'an unanswered write was applied',
  'a put if absent lost against another',
  'a server ended with leases out',
  'a crash took what was not acknowledged',
  'a disk failed',
] as const;

export type RareState =
  | (typeof statesOfFaults)[number]
  | (typeof statesOfPowerCuts)[number]
  | (typeof ownStates)[number];

/** What these seeds must come to. */
export const reachableStates: readonly RareState[] = [...statesOfFaults, ...ownStates];

export const rareStates: readonly RareState[] = [...reachableStates, ...statesOfPowerCuts];

/** Notes the rare states that show in what is known of a run when it is over. */
export function noteRareStates(evidence: Evidence, sometimes: Sometimes<RareState>): void {
  noteEvents(evidence, sometimes);
  noteOperations(evidence, sometimes);
  if (evidence.errorCodes.has('DISK_FAILED')) sometimes.reach('a disk failed');
}

function noteEvents({ events, lives, pauses }: Evidence, sometimes: Sometimes<RareState>): void {
  const doneInLife = new Map<string, string>();
  for (const event of events) {
    noteEvent(event, sometimes);
    const life = `${event.node} ${event.life}`;
    if (event.kind === 'done' && !doneInLife.has(event.request)) {
      doneInLife.set(event.request, life);
    }
    if (event.kind === 'repeated' && (doneInLife.get(event.request) ?? life) !== life) {
      sometimes.reach('a repeated write was answered from memory after a crash');
    }
    const { atMs } = event;
    if (event.kind === 'revoked') {
      const isPaused = pauses.some(
        ({ host, fromMs, toMs }) => host === event.client && fromMs <= atMs && atMs < toMs,
      );
      if (isPaused) sometimes.reach('a holder stood still while its lease was asked back');
    }
  }
  for (const life of lives) {
    if (life.end === 'running') continue;
    if (hasLeasesOut(events, life.server, life.number)) {
      sometimes.reach('a server ended with leases out');
    }
  }
}

function noteEvent(event: NodeEvent, sometimes: Sometimes<RareState>): void {
  switch (event.kind) {
    case 'missed':
      return sometimes.reach('a write waited for a dead holder');
    case 'waits':
      if (event.because === 'holders') sometimes.reach('a write waited for revocations');
      if (event.because === 'writes') sometimes.reach('a write waited behind another');
      if (event.because === 'restart') sometimes.reach('a restart delayed a write');
      return;
    case 'refused':
      if (event.because === 'bound') sometimes.reach('a lease was refused at a bound');
      if (event.because === 'waiting') {
        sometimes.reach('a lease was refused for a write that waited');
      }
      return;
    case 'repeated':
      return sometimes.reach('a repeated write was answered from memory');
    case 'joined':
      return sometimes.reach('a repeated write joined its first copy');
    case 'granted':
    case 'revoked':
    case 'given back':
    case 'settled':
    case 'applied':
    case 'done':
  }
}

/** Whether some grant of that life was less than a lease old at its end, and not given back. */
function hasLeasesOut(events: readonly NodeEvent[], server: string, number: number): boolean {
  const out = new Set<number>();
  for (const event of events) {
    if (!event.node.startsWith(`${server}/`) || event.life !== number) continue;
    if (event.kind === 'granted') out.add(event.leaseId);
    if (event.kind === 'given back' || event.kind === 'missed') out.delete(event.leaseId);
  }
  return out.size > 0;
}

function noteOperations(
  { operations, lives, ownerOf, crossings, lostWrites }: Evidence,
  sometimes: Sometimes<RareState>,
): void {
  const shown = new Set<string>();
  for (const { call } of operations) {
    if (call.kind === 'get' && call.value !== undefined) shown.add(call.value);
    if (call.kind === 'read') for (const item of call.items ?? []) shown.add(item);
  }
  for (const { call, isCached, key, startMs, outcome } of operations) {
    if (isCached) {
      sometimes.reach('a read was answered from a copy');
      const owner = ownerOf.get(key);
      const isDown = !lives.some(
        (life) => life.server === owner && life.readyMs <= startMs && startMs < life.endMs,
      );
      if (isDown) sometimes.reach('a copy was used while its owner was down');
    }
    if (call.kind === 'put if absent' && outcome === 'acknowledged' && !call.done) {
      sometimes.reach('a put if absent lost against another');
    }
    const isShown =
      (call.kind === 'put' && shown.has(call.value)) ||
      (call.kind === 'append' && shown.has(call.item));
    if (outcome === 'unknown' && isShown) {
      sometimes.reach('an unanswered write was applied');
    }
  }
  if (crossings > 0) sometimes.reach('a grant met its own revocation');
  if (lostWrites > 0) sometimes.reach('a crash took what was not acknowledged');
}
