import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { EntryReplica } from '../../../../test/support/entry-replica.ts';
import { ActorRef } from '../../../actor/actor-ref.ts';
import { RepairSession } from './repair-session.ts';
import type { SyncMessage } from '../sync/sync-message.ts';
import { SyncPeer } from '../sync/sync-peer.ts';

const known = [['a/1', 9]] as const;

/** A session of a server that has these keys, each with the time of its place in the alphabet. */
function sessionOf(keys: string): {
  session: RepairSession;
  peer: SyncPeer;
  view: () => ReturnType<EntryReplica['view']>;
} {
  const replica = new EntryReplica();
  for (const key of keys) {
    const wallMs = key.charCodeAt(0) * 1_000;
    replica.write({ key, value: 'v', wallMs, counter: 0, origin: 'a/1' });
  }
  const ref = new ActorRef<SyncMessage>('10.0.0.2:7000#b.1', 4);
  const peer = new SyncPeer({ ref, feeds: [], isLocal: false });
  const moment = { localPosition: 0, remotePosition: 0, known };
  return { session: new RepairSession(7, moment, peer, 0), peer, view: () => replica.view() };
}

/** Lets two sessions talk until nobody has anything to say; how many steps that took. */
function converse(one: RepairSession, other: RepairSession, opening: Uint8Array): number {
  let steps = 0;
  let said: Uint8Array | undefined = opening;
  for (let speaker = other; said !== undefined; speaker = speaker === one ? other : one) {
    said = speaker.answer(said);
    steps += 1;
    assert.ok(steps < 20, 'it comes to an end');
  }
  return steps;
}

describe('a search for the difference of two servers', () => {
  test('sends what the other one lacks, and at its end says what was known when it began', () => {
    const [one, two] = [sessionOf('abcdefgh'), sessionOf('abcxyz')];
    const [opening] = one.session.begin(one.view(), true);
    assert.ok(opening !== undefined);
    two.session.begin(two.view(), false);
    converse(one.session, two.session, opening);
    const [toTwo, toOne] = [one.peer.feed('repair')?.stream, two.peer.feed('repair')?.stream];
    // Five entries and the claims, three entries and the claims.
    assert.deepEqual([toTwo?.last, toOne?.last], [6, 4]);
    assert.deepEqual(toTwo?.claimsBetween(0, 5), []);
    assert.deepEqual(toTwo?.claimsBetween(5, 6), known);
  });

  test('answers what came before its view was ready once it is', () => {
    const [one, two] = [sessionOf('abc'), sessionOf('abd')];
    const [opening] = one.session.begin(one.view(), true);
    assert.ok(opening !== undefined);
    assert.equal(two.session.answer(opening), undefined);
    const [answer] = two.session.begin(two.view(), false);
    assert.ok(answer !== undefined);
    converse(two.session, one.session, answer);
    assert.equal(one.peer.feed('repair')?.stream.last, 2);
    assert.equal(two.peer.feed('repair')?.stream.last, 2);
  });

  test('claims nothing when ranges were left out, by whomever', () => {
    const [one, two] = [sessionOf('abc'), sessionOf('abd')];
    const [opening] = one.session.begin(one.view(), true);
    assert.ok(opening !== undefined);
    two.session.begin(two.view(), false);
    two.session.notePartial();
    converse(one.session, two.session, opening);
    assert.equal(two.session.isPartial, true);
    const stream = two.peer.feed('repair')?.stream;
    assert.deepEqual(stream?.claimsBetween(0, stream.last), []);
  });

  test('is over when all that it sent has come, and not before', () => {
    const [one, two] = [sessionOf('abcx'), sessionOf('abc')];
    const [opening] = one.session.begin(one.view(), true);
    assert.ok(opening !== undefined);
    two.session.begin(two.view(), false);
    converse(one.session, two.session, opening);
    const feed = one.peer.feed('repair');
    assert.ok(feed !== undefined);
    assert.deepEqual([one.session.isSent, one.session.pending], [false, 2]);
    feed.onSent(2, 10, 0);
    feed.onHeard({ stream: 'repair', session: feed.session, upTo: 2, isMissing: false }, 1);
    assert.deepEqual([one.session.isSent, one.session.pending], [true, 0]);
  });
});
