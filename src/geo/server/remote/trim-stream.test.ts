import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { card, SeenCluster } from '../../../../test/support/seen-cluster.ts';
import { ChangeStream } from '../sync/change-stream.ts';
import { trimStream } from './trim-stream.ts';

/** Twice as much may be held until what goes is worth the move. */
const heldMax = 100;
const away = card('away');

/** Writes much more than may be held, and gives the most that was held at any moment. */
function heldAtMost(stream: ChangeStream, { cluster }: SeenCluster): number {
  let most = 0;
  for (let round = 1; round <= 200; round += 1) {
    for (let place = 0; place < 10; place += 1) stream.append(place);
    stream.claim([['self.1.1', 10 * round]], round);
    trimStream(stream, { queryPeers: [], cluster, isReady: true, heldMax });
    most = Math.max(most, stream.last - stream.first + 1);
  }
  return most;
}

describe('what is held for an absent server is bounded, however much is written (A14)', () => {
  test('while it was not met yet', () => {
    const stream = new ChangeStream({ base: [] });
    const seen = new SeenCluster({ known: [away], streams: [stream] });
    assert.ok(heldAtMost(stream, seen) <= 2 * heldMax);
  });

  test('while it is away, with nothing queued for it', () => {
    const stream = new ChangeStream({ base: [] });
    const seen = new SeenCluster({ known: [away], streams: [stream] });
    const peer = seen.greet(away);
    peer.feed('local')?.startAt(0);
    peer.isAway = true;
    assert.ok(heldAtMost(stream, seen) <= 2 * heldMax);
    assert.equal(peer.waiting, undefined);
    assert.equal(
      peer.feed('local')?.isOutrun,
      true,
      'the difference is looked for when it is back',
    );
  });
});

test('nothing is held for servers that have everything', () => {
  const stream = new ChangeStream({ base: [] });
  const seen = new SeenCluster({ known: [], streams: [stream] });
  assert.equal(heldAtMost(stream, seen), 0);
});
