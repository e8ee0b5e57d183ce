import { groupBy } from './group-by.ts';
import type { Violation } from '../../swarm/swarm-run.ts';
import type { Evidence } from '../evidence.ts';
import { describeOperation } from '../history.ts';

/** B9: in one life of a node no numbered write is done twice. Whether a crash took it the first time, `checkItems` sees. */
export function checkRequests({ events }: Evidence): Violation[] {
  const done = new Set<string>();
  const violations: Violation[] = [];
  for (const event of events) {
    if (event.kind !== 'done') continue;
    const name = `${event.node} ${event.life} ${event.request}`;
    if (done.has(name)) {
      const text = `${event.node} did ${event.request} twice, again at ${event.atMs.toFixed(3)} ms`;
      violations.push({ invariant: 'B9', text });
    }
    done.add(name);
  }
  return violations;
}

/** B8: an item that was appended, and that nobody ever tried to remove, is in every later list once. */
export function checkItems({ operations }: Evidence): Violation[] {
  const violations: Violation[] = [];
  for (const [key, ofKey] of groupBy(operations, (operation) => operation.key)) {
    const removed = new Set<string>();
    let isDeleted = false;
    for (const { call } of ofKey) {
      if (call.kind === 'remove') removed.add(call.item);
      if (call.kind === 'delete') isDeleted = true;
    }
    for (const read of ofKey) {
      const { call, outcome } = read;
      if (call.kind !== 'read' || outcome !== 'acknowledged') continue;
      const items = call.items ?? [];
      if (new Set(items).size < items.length) {
        violations.push({
          invariant: 'B8',
          text: `an item is there twice: ${describeOperation(read)}`,
        });
      }
      if (call.newest !== undefined || isDeleted) continue;
      const shown = new Set(items);
      for (const append of ofKey) {
        if (append.call.kind !== 'append' || append.end > read.start) continue;
        if (shown.has(append.call.item) || removed.has(append.call.item)) continue;
        const text = `${key} has lost ${append.call.item}: ${describeOperation(read)}`;
        violations.push({ invariant: 'B8', text });
      }
    }
  }
  return violations;
}

/** B11: a change is made by the owner of its key. */
export function checkOwners({ events }: Evidence): Violation[] {
  return events.flatMap(({ atMs, node, key, ...event }) =>
    event.kind === 'applied' && !event.isOwner
      ? [{ invariant: 'B11', text: `${node} changed ${key}, which is not its own, at ${atMs} ms` }]
      : [],
  );
}

/** Writes that waited for the same holders are done in the order in which they came. */
export function checkOrder({ events }: Evidence): Violation[] {
  const violations: Violation[] = [];
  /** The numbered writes that wait, by node, life and key. */
  const waiting = new Map<string, string[]>();
  /** By node and life: those that are let go together, and the last of them that was done. */
  const released = new Map<string, { order: readonly string[]; last: number }>();
  for (const event of events) {
    const place = `${event.node} ${event.life}`;
    const ofKey = `${place} ${event.key}`;
    if (event.kind === 'waits' && event.request !== undefined) {
      waiting.set(ofKey, [...(waiting.get(ofKey) ?? []), event.request]);
    } else if (event.kind === 'settled') {
      released.set(place, { order: waiting.get(ofKey) ?? [], last: -1 });
      waiting.delete(ofKey);
    } else if (event.kind === 'done') {
      const batch = released.get(place);
      const at = batch?.order.indexOf(event.request) ?? -1;
      if (batch === undefined || at < 0) continue;
      if (at < batch.last) {
        const text = `${event.node} did ${event.request} after a write that came later, at ${event.atMs.toFixed(3)} ms`;
        violations.push({ invariant: 'order', text });
      }
      batch.last = at;
    }
  }
  return violations;
}
