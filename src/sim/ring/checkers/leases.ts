import { groupBy } from './group-by.ts';
import { ringLimits } from '../../../core/limits.ts';
import type { Violation } from '../../swarm/swarm-run.ts';
import type { Evidence, NodeEvent } from '../evidence.ts';

/** B2, and with it B4, B5 and B6: when a change is applied, nobody could use a copy of before. */
export function checkCopies({ staleCopies }: Evidence): Violation[] {
  return staleCopies.map(({ atMs, client, key, copy, content, node }) => ({
    invariant: 'B2',
    text: `${client} could show ${key} ${copy} when ${node} changed it to ${content} at ${atMs.toFixed(3)} ms`,
  }));
}

/** B3: while a write waits for the holders of its key, nobody becomes one. */
export function checkGrantsWhileWaiting({ events }: Evidence): Violation[] {
  return events.flatMap((event) =>
    event.kind === 'granted' && event.wasWaiting
      ? [{ invariant: 'B3', text: `a lease was granted while a write waited: ${nameOf(event)}` }]
      : [],
  );
}

/** Seconds that the handout of the ring allows on top of lease and guard. */
const slackMs = 1_000;

/**
 * B7: writes wait only for holders of their own key, for writes that do, or after a restart; and no longer than a lease,
 * its guard and a second. A server that stands still, or is over, is late with everything.
 */
export function checkDelays({ events, terms, pauses }: Evidence): Violation[] {
  const violations: Violation[] = [];
  const maxMs = terms.leaseMs + terms.guardMs + slackMs;
  for (const event of events) {
    if (event.kind === 'waits' && event.because === 'nothing') {
      violations.push({ invariant: 'B7', text: `a write waited for nobody: ${nameOf(event)}` });
    }
    if (event.kind !== 'settled') continue;
    const waitedMs = event.clockMs - event.sinceMs;
    const server = event.node.slice(0, event.node.indexOf('/'));
    const sinceMs = event.atMs - 2 * waitedMs;
    const wasPaused = pauses.some(
      ({ host, fromMs, toMs }) => host === server && fromMs <= event.atMs && toMs >= sinceMs,
    );
    if (waitedMs <= maxMs || wasPaused) continue;
    const text = `a write waited for ${waitedMs.toFixed(0)} ms: ${nameOf(event)}`;
    violations.push({ invariant: 'B7', text });
  }
  return violations;
}

/** B15: there are no more leases than there may be. */
export function checkBounds({ events, bounds }: Evidence): Violation[] {
  return events.flatMap((event) => {
    if (event.kind !== 'granted') return [];
    const { leases, leasesOfClient } = event;
    if (leases <= bounds.leasesMax && leasesOfClient <= bounds.leasesPerClientMax) return [];
    const text = `${leases} leases, ${leasesOfClient} of this client: ${nameOf(event)}`;
    return [{ invariant: 'B15', text }];
  });
}

/** A question that its client has given up and asked again may still come so late. */
const lateMs = 10_000;

/** B15: a client that asks only for what is read often had read it often. */
export function checkThreshold({ operations, events, normalClients }: Evidence): Violation[] {
  const reads = operations.filter(
    ({ call, client }) =>
      (call.kind === 'get' || call.kind === 'read') && normalClients.has(client),
  );
  const readsByName = groupBy(reads, ({ client, key }) => `${client} ${key}`);
  // Its clock may be slower than virtual time.
  const windowMs = ringLimits.queryWindowMs / 0.8;
  return events.flatMap((event) => {
    if (event.kind !== 'granted' || !normalClients.has(event.client)) return [];
    const ofKey = readsByName.get(`${event.client} ${event.key}`) ?? [];
    // One of those that were under way has asked.
    const isOften = ofKey.some((asking, index) => {
      const isUnderWay = asking.endMs >= event.atMs || asking.startMs >= event.atMs - lateMs;
      if (asking.startMs > event.atMs || !isUnderWay) return false;
      const before = ofKey.slice(0, index).filter(({ startMs }) => {
        return startMs >= asking.startMs - windowMs;
      });
      return before.length >= ringLimits.queryThreshold;
    });
    if (isOften) return [];
    return [{ invariant: 'B15', text: `the key was not read often: ${nameOf(event)}` }];
  });
}

/** B15: leases are asked back from those who have them. */
export function checkRevocations({ events, heard }: Evidence): Violation[] {
  const holders = new Set(
    events.flatMap((event) => (event.kind === 'granted' ? [`${event.client} ${event.key}`] : [])),
  );
  return heard.flatMap(({ client, key, atMs }) =>
    holders.has(`${client} ${key}`)
      ? []
      : [
          {
            invariant: 'B15',
            text: `${client} was asked for ${key}, which it never had, at ${atMs} ms`,
          },
        ],
  );
}

function nameOf(event: NodeEvent): string {
  const client = 'client' in event ? ` to ${event.client}` : '';
  return `${event.node} (life ${event.life}), ${event.key}${client}, at ${event.atMs.toFixed(3)} ms`;
}
