import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { geoLimits } from '../../../core/limits.ts';
import { VersionVector } from '../../version-vector.ts';
import { ChangeStream } from './change-stream.ts';
import { Feed } from './feed.ts';

const { syncRepeatMs, syncRepeatLastMs, syncWindowBytes, syncBytesPerMsMin } = geoLimits;

/** A stream of ten records of one origin, each claimed: record n is known with claim n at position 2n. */
function tenRecords(): ChangeStream {
  const stream = new ChangeStream({ base: [] });
  for (let sequence = 1; sequence <= 10; sequence += 1) {
    stream.append(sequence);
    stream.claim([['a', sequence]], sequence);
  }
  return stream;
}

function placedFeed(stream: ChangeStream = tenRecords(), delayMs = 0): Feed {
  const feed = new Feed({ name: 'local', stream, delayMs });
  feed.startAt(0);
  return feed;
}

const heard = (upTo: number, isMissing = false) => {
  return { stream: 'local' as const, session: 1, upTo, isMissing };
};

describe('a stream on its way to a peer', () => {
  test('is sent only when it is known where the peer stands', () => {
    const feed = new Feed({ name: 'local', stream: tenRecords() });
    assert.equal(feed.readyMs(), Infinity);
    feed.advance(new VersionVector([['a', 4]]), 0);
    assert.deepEqual([feed.isPlaced, feed.sent, feed.from, feed.session], [true, 8, 8, 1]);
    assert.equal(feed.readyMs(), -Infinity);
  });

  test('has nothing to send once all is sent, and forgets that once all is confirmed', () => {
    const feed = placedFeed();
    feed.onSent(20, 100, 0);
    assert.equal(feed.readyMs(), Infinity);
    assert.deepEqual([feed.pending, feed.neededBehind], [20, 0]);
    feed.onHeard(heard(20), 10);
    assert.deepEqual([feed.pending, feed.neededBehind, feed.lostMs()], [0, 20, Infinity]);
  });

  test('for others waits until the peer had the time to hear it from them since it is reached', () => {
    const feed = new Feed({ name: 'remote', stream: tenRecords(), delayMs: 1_500 });
    feed.advance(new VersionVector([['a', 4]]), 60_000);
    assert.equal(feed.readyMs(), 61_500);
    feed.restart(90_000);
    assert.equal(feed.readyMs(), 91_500);
  });

  test('is confirmed also by what the peer says it knows, whoever told it', () => {
    const feed = placedFeed();
    feed.onSent(20, 100, 0);
    feed.advance(new VersionVector([['a', 7]]), 10);
    assert.equal(feed.acked, 14);
  });

  test('passes over what the peer has from elsewhere, in a session of its own', () => {
    const feed = placedFeed();
    feed.advance(new VersionVector([['a', 7]]), 10);
    assert.deepEqual([feed.sent, feed.from, feed.session], [14, 14, 2]);
  });

  test('is sent again when nothing is heard for long, each time later', () => {
    const feed = placedFeed();
    let nowMs = 0;
    let [waitMs, times] = [syncRepeatMs as number, 0];
    for (; times < 8; times += 1) {
      feed.onSent(20, 0, nowMs);
      assert.equal(feed.lostMs(), nowMs + waitMs);
      feed.repeatIfLost(nowMs + waitMs - 1);
      assert.equal(feed.sent, 20);
      nowMs += waitMs;
      feed.repeatIfLost(nowMs);
      assert.equal(feed.sent, 0);
      waitMs = Math.min(2 * waitMs, syncRepeatLastMs);
    }
    assert.equal(waitMs, syncRepeatLastMs);
    feed.onSent(20, 0, nowMs);
    feed.onHeard(heard(2), nowMs);
    assert.equal(feed.lostMs(), nowMs + syncRepeatMs, 'a sign of life begins it anew');
  });

  test('counts as lost later when it is much: a slow way takes its time', () => {
    const feed = placedFeed();
    feed.onSent(20, 1_000_000, 0);
    assert.equal(feed.lostMs(), syncRepeatMs + 1_000_000 / syncBytesPerMsMin);
  });

  test('goes back at once when the peer misses something, and not again for each time it says so', () => {
    const feed = placedFeed();
    feed.onSent(10, 0, 0);
    feed.onSent(20, 0, 100);
    feed.onHeard(heard(4, true), 200);
    assert.deepEqual([feed.acked, feed.sent], [4, 4]);
    feed.onSent(20, 0, 210);
    feed.onHeard(heard(4, true), 300);
    assert.equal(feed.sent, 20, 'what is sent again is still under way');
    feed.onHeard(heard(4, true), 200 + syncRepeatMs / 2);
    assert.equal(feed.sent, 4);
  });

  test('sends no more than a window without a confirmation', () => {
    const feed = placedFeed();
    feed.onSent(4, syncWindowBytes / 2, 0);
    assert.equal(feed.readyMs(), -Infinity);
    feed.onSent(8, syncWindowBytes / 2, 0);
    assert.equal(feed.readyMs(), Infinity);
    feed.onHeard(heard(4), 1);
    assert.equal(feed.readyMs(), -Infinity);
  });

  test('with a delay is sent when the peer has gone without it for so long', () => {
    const feed = placedFeed(tenRecords(), 1_500);
    assert.equal(feed.readyMs(), 1_501, 'the first claim was made at 1 ms');
    feed.onSent(4, 0, 0);
    assert.equal(feed.readyMs(), 1_503);
  });

  test('that may not be claimed is told, and told again with its claims when what was before has come', () => {
    const feed = placedFeed();
    feed.startWithheld(12);
    assert.deepEqual([feed.withholdsClaims, feed.sent, feed.neededBehind], [true, 12, 12]);
    feed.onSent(20, 0, 0);
    feed.onHeard({ ...heard(20), session: feed.session }, 10);
    assert.equal(feed.neededBehind, 12, 'it is needed once more');
    const { session } = feed;
    feed.release();
    assert.deepEqual([feed.withholdsClaims, feed.sent, feed.session], [false, 12, session + 1]);
  });

  test('is outrun when records are gone that the peer lacks', () => {
    const stream = tenRecords();
    const feed = placedFeed(stream);
    assert.equal(feed.isOutrun, false);
    stream.trim(18);
    assert.deepEqual([feed.isOutrun, feed.readyMs()], [true, Infinity]);
  });

  test('that was picked for a peer is not passed over, whatever the peer says it knows', () => {
    const feed = new Feed({ name: 'repair', stream: tenRecords() });
    feed.startAt(0);
    feed.advance(new VersionVector([['a', 10]]), 0);
    assert.deepEqual([feed.sent, feed.acked], [0, 0]);
  });

  test('begins anew from what was confirmed when the way was broken', () => {
    const feed = placedFeed();
    feed.onSent(10, 0, 0);
    feed.onHeard(heard(6), 1);
    feed.onSent(20, 0, 2);
    feed.restart(10);
    assert.deepEqual([feed.sent, feed.acked], [6, 6]);
  });
});
