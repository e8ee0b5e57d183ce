import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { card, SeenCluster } from '../../../../test/support/seen-cluster.ts';

describe('a server that greets', () => {
  test('as a new member is heard when it is on the disk, and not before', () => {
    const seen = new SeenCluster();
    const peer = seen.greet(card('new'));
    assert.deepEqual(seen.given.at(-1)?.ids, ['self', 'new']);
    assert.equal(peer.isRefused, true);
    seen.cluster.onMembersKept(seen.lastNumber - 1);
    assert.equal(peer.isRefused, true, 'what was given before is on the disk');
    seen.cluster.onMembersKept(seen.lastNumber);
    assert.equal(peer.isRefused, false);
    assert.ok(seen.cluster.remoteOf('new') !== undefined);
  });

  test('as a member that the disk has is heard at once, in whatever life', () => {
    const seen = new SeenCluster({ known: [card('known')] });
    assert.equal(seen.greet(card('known', { incarnation: 5 })).isRefused, false);
  });

  test('is heard at once by one that keeps nothing', () => {
    assert.equal(new SeenCluster({ isVolatile: true }).greet(card('new')).isRefused, false);
  });

  test('is heard in its present life only, if it began another one meanwhile', () => {
    const seen = new SeenCluster();
    const before = seen.greet(card('new'));
    const after = seen.greet(card('new', { incarnation: 2, at: 'elsewhere:7000' }));
    seen.cluster.onMembersKept(seen.lastNumber);
    assert.equal(after.isRefused, false);
    assert.equal(seen.cluster.remoteOf('new')?.sync, after);
    assert.equal(before.isRefused, true);
  });

  test('with our own id is never heard', () => {
    const seen = new SeenCluster();
    const twin = seen.greet(card('self', { at: 'copy:7000' }));
    seen.cluster.onMembersKept(1_000);
    assert.equal(twin.isRefused, true);
  });
});
