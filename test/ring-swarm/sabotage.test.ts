import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LeaseCache } from '../../src/ring/libstore/lease-cache.ts';
import { RingRun } from '../../src/sim/ring/ring-run.ts';

/** What the copies of a Libstore could do wrong. */
const sabotages: Readonly<Record<string, (copies: LeaseCache) => void>> = {
  'keeps a copy that was asked back': (copies) => {
    copies.revoke = (): void => {};
  },
  'counts its leases from when they came': (copies) => {
    const keep = copies.keep.bind(copies);
    copies.keep = (asking, grant, nowMs): void => {
      keep(asking, { ...grant, expiresMs: grant.expiresMs + 3_000 }, nowMs);
    };
  },
  'does not look at the clock': (copies) => {
    const find = copies.find.bind(copies);
    copies.find = (key) => find(key, 0);
  },
  'keeps its copy when it writes': (copies) => {
    copies.written = (): void => {};
  },
};

for (const [name, sabotage] of Object.entries(sabotages)) {
  test(`a client that ${name} is found out within 200 seeds`, async (t) => {
    for (let seed = 1; seed <= 200; seed += 1) {
      const run = new RingRun({ seed, bugs: new Set(), onCopies: sabotage });
      const [violation] = await run.run();
      if (violation === undefined) continue;
      t.diagnostic(`seed ${seed}: ${violation.invariant}: ${violation.text}`);
      return;
    }
    assert.fail('every promise was kept');
  });
}
