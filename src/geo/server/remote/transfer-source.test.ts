import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { ActorRef } from '../../../actor/actor-ref.ts';
import { geoLimits } from '../../../core/limits.ts';
import { SyncPeer } from '../sync/sync-peer.ts';
import { RemotePeer } from './remote-peer.ts';
import { TransferSource } from './transfer-source.ts';

const { repairAskMs, repairSilenceMs } = geoLimits;

function peer(number: number): RemotePeer {
  const ref = new ActorRef(`10.0.0.${number}:7000#boot.1`, 1);
  return new RemotePeer(new SyncPeer({ ref, feeds: [], isLocal: false }), ref.address);
}

/** A server that begins to get everything from `one` at 0 ms, and is met by `two` meanwhile. */
function begun(): { source: TransferSource; one: RemotePeer; two: RemotePeer } {
  const [one, two] = [peer(1), peer(2)];
  const source = new TransferSource(() => false);
  assert.ok(source.admits(one, 0));
  source.onBegun(one, 0);
  assert.equal(source.admits(two, 0), false);
  return { source, one, two };
}

describe('what a server lacks at its start', () => {
  test('comes from one other server, and the next one waits until that has told all', () => {
    const { source, one, two } = begun();
    source.onTold(one, false, repairSilenceMs);
    assert.ok(source.admits(one, repairSilenceMs + 1));
    assert.deepEqual(source.takeReleased(repairSilenceMs + 1), []);
    source.onTold(one, true, 15_000);
    assert.deepEqual(source.takeReleased(15_000), [], 'it has to hear what is known now');
    assert.deepEqual(source.takeReleased(15_000 + repairAskMs), [two]);
    assert.deepEqual(source.takeReleased(60_000), []);
    assert.ok(source.admits(two, 60_000));
  });

  test('comes from another one at once when the one is lost', () => {
    const { source, one, two } = begun();
    one.sync.isAway = true;
    assert.deepEqual(source.takeReleased(1), [two]);
    assert.ok(source.admits(two, 1));
  });

  test('comes from another one when the one is silent for long', () => {
    const { source, two } = begun();
    assert.deepEqual(source.takeReleased(repairSilenceMs), []);
    assert.deepEqual(source.takeReleased(repairSilenceMs + 1), [two]);
  });

  test('comes from another one when the one refuses', () => {
    const { source, one, two } = begun();
    source.onRefused(one);
    assert.deepEqual(source.takeReleased(0), [two]);
  });

  test('is little once it was ready: then it asks several', () => {
    const source = new TransferSource(() => true);
    source.onBegun(peer(1), 0);
    assert.ok(source.admits(peer(2), 0));
  });
});
