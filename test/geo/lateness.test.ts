import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { geoLimits } from '../../src/core/limits.ts';
import { GeoNet } from '../support/geo-net.ts';

// CMUD §5.1 and §5.2: how late others see what is written while all write all the time. In virtual time.

const latencyMs = 100;
const putEveryMs = 19;
/** Until all are in step. */
const settlingMs = 4_000;
const measuredMs = 2_000;

interface Lateness {
  readonly localMs: number;
  readonly remoteMs: number;
}

/** How late the latest of all Puts was seen at another actor of its server, and of another server. */
async function measure(servers: number, actors: number): Promise<Lateness> {
  const net = await GeoNet.start({ servers, actors, latencyMs, promiseTicks: 100 });
  const nowMs = (): number => net.simulation.node('app').clock.monotonicMs();
  const putMs = new Map<string, number>();
  const seen = { localMs: 0, remoteMs: 0 };
  for (const [at, store] of net.stores.entries()) {
    const watching = store.watch('', (change) => {
      if (change.type !== 'put') return;
      const { key } = change;
      const [, by, wrote] = key.split('/').map(Number);
      const lateMs = nowMs() - (putMs.get(key) ?? Number.NEGATIVE_INFINITY);
      if (by === at || wrote === undefined || wrote < settlingMs / putEveryMs) return;
      const isLocal = Math.floor(at / actors) === Math.floor((by ?? 0) / actors);
      if (isLocal) seen.localMs = Math.max(seen.localMs, lateMs);
      else seen.remoteMs = Math.max(seen.remoteMs, lateMs);
    });
    await net.simulation.settle(watching);
  }
  const puts: Promise<void>[] = [];
  for (let number = 0; number < (settlingMs + measuredMs) / putEveryMs; number += 1) {
    for (const [by, store] of net.stores.entries()) {
      const key = `key/${by}/${number}`;
      putMs.set(key, nowMs());
      puts.push(store.put(key, 'value'));
    }
    await net.simulation.advance(putEveryMs);
  }
  await net.simulation.settle(Promise.all(puts));
  await net.simulation.advance(1_000);
  return seen;
}

const { syncPeriodMs, syncStepMs } = geoLimits;

describe('while everybody writes all the time', () => {
  for (const [servers, actors] of [
    [2, 2],
    [3, 2],
    [2, 4],
  ] as const) {
    test(`a write waits once on its whole way: ${servers} servers of ${actors} actors`, async () => {
      const { localMs, remoteMs } = await measure(servers, actors);
      const onceMs = syncPeriodMs + 5;
      assert.ok(localMs <= onceMs, `${localMs} ms at home`);
      // Then from the remote-sync actor of its server to that of the other one, and to the query actors there.
      assert.ok(
        remoteMs <= onceMs + syncStepMs + latencyMs + syncStepMs,
        `${remoteMs} ms elsewhere`,
      );
    });
  }
});
