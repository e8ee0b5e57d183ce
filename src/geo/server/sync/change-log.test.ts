import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import fc from 'fast-check';

import { ChangeLog } from './change-log.ts';

describe('a change log', () => {
  test('leads from a sequence number to the place, whatever was appended and trimmed', () => {
    const append = fc.record({ kind: fc.constant('append' as const), count: fc.nat(3_000) });
    const trim = fc.record({ kind: fc.constant('trim' as const), count: fc.nat(5_000) });
    fc.assert(
      fc.property(fc.array(fc.oneof(append, trim), { maxLength: 30 }), (steps) => {
        const log = new ChangeLog();
        let last = 0;
        let trimmed = 0;
        for (const { kind, count } of steps) {
          if (kind === 'append') {
            for (let index = 0; index < count; index += 1) log.append(((last += 1) * 7) % 1_000);
          } else {
            trimmed = Math.max(trimmed, Math.min(count, last));
            log.trim(count);
          }
          assert.equal(log.last, last);
          // It may keep more than it must, never less.
          assert.ok(log.first <= trimmed + 1);
          for (let sequence = trimmed + 1; sequence <= last; sequence += 97) {
            assert.equal(log.place(sequence), (sequence * 7) % 1_000);
          }
        }
      }),
    );
  });

  test('that everybody has confirmed keeps nothing', () => {
    const log = new ChangeLog();
    for (let place = 0; place < 100_000; place += 1) log.append(place);
    log.trim(100_000);
    assert.equal(log.first, 100_001);
    assert.equal(log.last, 100_000);
  });
});
