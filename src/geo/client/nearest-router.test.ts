import assert from 'node:assert/strict';
import { test } from 'node:test';

import { geoClientLimits } from '../../core/limits.ts';
import type { HostPort } from '../../core/network.ts';
import { NearestRouter } from './nearest-router.ts';

const near: HostPort = { host: 'near', port: 1 };
const far: HostPort = { host: 'far', port: 1 };
const farther: HostPort = { host: 'farther', port: 1 };
const latencyMsByHost: ReadonlyMap<string, number> = new Map([
  ['near', 5],
  ['far', 80],
  ['farther', 200],
]);

/** A router and the world behind it: every call is answered after the latency of its host, or fails. */
class Traffic {
  nowMs = 0;
  readonly down: Set<string> = new Set();
  readonly latencyMsByHost: Map<string, number> = new Map(latencyMsByHost);
  readonly router: NearestRouter = new NearestRouter([farther, near, far], {
    clock: { wallMs: () => this.nowMs, monotonicMs: () => this.nowMs },
  });

  /** Makes a call; where did it go? */
  call(): string {
    const address = this.router.nextAddr();
    const { host } = address;
    if (this.down.has(host)) this.router.onOutcome(address, { kind: 'failed' });
    else {
      const latencyMs = this.latencyMsByHost.get(host) ?? 0;
      this.router.onOutcome(address, { kind: 'answered', latencyMs });
    }
    return host;
  }

  /** Makes a call every `everyMs` for `forMs`; how many went where? */
  run(forMs: number, everyMs: number): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const endMs = this.nowMs + forMs; this.nowMs < endMs; this.nowMs += everyMs) {
      const host = this.call();
      counts[host] = (counts[host] ?? 0) + 1;
    }
    return counts;
  }
}

test('each address is measured once, then the nearest is used', () => {
  const traffic = new Traffic();
  const hosts = Array.from({ length: 6 }, () => traffic.call());
  assert.deepEqual(hosts, ['farther', 'near', 'far', 'near', 'near', 'near']);
});

test('the others are measured again now and then, and a change is noticed', () => {
  const traffic = new Traffic();
  const counts = traffic.run(10 * geoClientLimits.probeMs, 100);
  assert.equal(counts['far'], 10);
  traffic.latencyMsByHost.set('near', 300);
  traffic.run(5_000, 100);
  assert.equal(traffic.call(), 'far');
});

test('an address that fails is avoided at once', () => {
  const traffic = new Traffic();
  traffic.run(1_000, 100);
  traffic.down.add('near');
  assert.equal(traffic.call(), 'near');
  assert.equal(traffic.call(), 'far');
  assert.equal(traffic.call(), 'far');
});

test('a dead address gets one call from time to time, more rarely the longer it is dead', () => {
  const traffic = new Traffic();
  traffic.run(1_000, 100);
  traffic.down.add('near');
  const inFirstMinute = traffic.run(60_000, 10)['near'] ?? 0;
  const inSecondMinute = traffic.run(60_000, 10)['near'] ?? 0;
  assert.ok(inFirstMinute >= 5 && inFirstMinute <= 10, `${inFirstMinute} calls`);
  assert.ok(inSecondMinute >= 1 && inSecondMinute <= 3, `${inSecondMinute} calls`);
});

test('an address that is back is found again and used', () => {
  const traffic = new Traffic();
  traffic.run(1_000, 100);
  traffic.down.add('near');
  traffic.run(60_000, 100);
  traffic.down.delete('near');
  traffic.run(geoClientLimits.avoidLastMs + 100, 100);
  assert.equal(traffic.call(), 'near');
});

test('a thousand calls that fail together count as one failure', () => {
  const traffic = new Traffic();
  traffic.run(1_000, 100);
  const lost = Array.from({ length: 1_000 }, () => traffic.router.nextAddr());
  for (const address of lost) traffic.router.onOutcome(address, { kind: 'failed' });
  assert.equal(traffic.call(), 'far');
  traffic.nowMs += geoClientLimits.avoidFirstMs;
  assert.equal(traffic.call(), 'near');
});

test('when all have failed there is still an answer, and none is forgotten', () => {
  const traffic = new Traffic();
  for (const host of latencyMsByHost.keys()) traffic.down.add(host);
  const counts = traffic.run(120_000, 500);
  for (const host of latencyMsByHost.keys()) assert.ok((counts[host] ?? 0) > 3, host);
  traffic.down.clear();
  traffic.run(geoClientLimits.avoidLastMs, 500);
  assert.equal(traffic.call(), 'near');
});

test('an outcome of an unknown address changes nothing', () => {
  const traffic = new Traffic();
  traffic.run(1_000, 100);
  traffic.router.onOutcome({ host: 'other', port: 1 }, { kind: 'failed' });
  assert.equal(traffic.call(), 'near');
});
