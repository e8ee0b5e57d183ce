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
