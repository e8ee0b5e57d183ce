import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { ActorRef } from '../../../actor/actor-ref.ts';
import { geoLimits } from '../../../core/limits.ts';
import { ChangeStream } from './change-stream.ts';
import { Feed } from './feed.ts';
import { Knowledge } from './knowledge.ts';
import type { SyncMessage, SyncPart } from './sync-message.ts';
import type { SyncNote } from './sync-note.ts';
import { SyncPeer } from './sync-peer.ts';

const { syncConfirmMs, syncIntervalMs, syncRepeatMs, syncNotesMax } = geoLimits;
const self = new ActorRef<SyncMessage>('10.0.0.1:7000#a.1', 4);
const ref = new ActorRef<SyncMessage>('10.0.0.2:7000#b.1', 4);

function newPeer(): { peer: SyncPeer; stream: ChangeStream; knowledge: Knowledge } {
  const stream = new ChangeStream({ base: [] });
  const feed = new Feed({ name: 'local', stream });
  feed.startAt(0);
  return {
    peer: new SyncPeer({ ref, feeds: [feed], isLocal: false }),
    stream,
    knowledge: new Knowledge(),
  };
}

/** A message of the peer that says nothing. */
function silence(): SyncMessage {
  return { type: 'sync', from: ref };
}

/** Makes and sends a message. */
function say(peer: SyncPeer, knowledge: Knowledge, nowMs: number): SyncMessage {
  const message = peer.message(self, knowledge);
  peer.onMade(message);
  peer.onSent(nowMs);
  return message;
}

const part = (session: number, from: number): SyncPart => {
  const none = new Uint8Array(0);
  return { stream: 'local', session, from, after: from, upTo: from, entries: none, claims: [] };
};

describe('a peer', () => {
  test('to whom there is nothing to say is told nothing', () => {
    const { peer, knowledge } = newPeer();
    assert.equal(peer.dueMs(knowledge), Infinity);
  });

  test('is told of a change at once after silence, and otherwise a tenth of a second after the last message', () => {
    const { peer, stream, knowledge } = newPeer();
    stream.append(1);
    assert.equal(peer.dueMs(knowledge), -Infinity);
    say(peer, knowledge, 1_000);
    assert.equal(peer.dueMs(knowledge), 1_000 + syncIntervalMs);
  });

  test('is told nothing while nothing reaches it, or while a message waits for the disk', () => {
    const { peer, stream, knowledge } = newPeer();
    stream.append(1);
    peer.waiting = { mark: 1, message: silence() };
    assert.equal(peer.dueMs(knowledge), Infinity);
    peer.waiting = undefined;
    peer.isAway = true;
    assert.equal(peer.dueMs(knowledge), Infinity);
  });

  test('that brings something, or what it knows, is answered before long, once', () => {
    const { peer, knowledge } = newPeer();
    const knows = { pairs: [], after: 0, upTo: 1 };
    for (const news of [{ parts: [part(1, 0)] }, { knows }]) {
      peer.onReceived({ ...silence(), ...news }, 2_000);
      assert.equal(peer.dueMs(knowledge), 2_000 + syncConfirmMs);
      say(peer, knowledge, 1_000);
      assert.equal(peer.dueMs(knowledge), Infinity);
    }
  });

  test('is told nothing but the note when there is nothing else to say', () => {
    const { peer, knowledge } = newPeer();
    const inbound = peer.inbound(part(1, 0));
    assert.ok(inbound !== undefined);
    peer.onKept(inbound, 5, 100, 0);
    knowledge.raiseAll([['a', 1]], 0);
    say(peer, knowledge, 0);
    peer.onReceived({ ...silence(), knowsHeard: 1 }, 100);
    const note: SyncNote = { kind: 'checked', number: 1, outcome: 'equal' };
    peer.addNote(note);
    assert.deepEqual(say(peer, knowledge, 500), { type: 'sync', from: self, notes: [note] });
  });

  test('is told what changed of what we know until it has heard', () => {
    const { peer, knowledge } = newPeer();
    knowledge.raiseAll([['a', 1]], 1_000);
    assert.equal(peer.dueMs(knowledge), 1_000 + syncConfirmMs);
    const message = say(peer, knowledge, 1_400);
    assert.deepEqual(message.knows, { pairs: [['a', 1]], after: 0, upTo: 1 });
    assert.equal(peer.dueMs(knowledge), 1_400 + syncRepeatMs);
    assert.deepEqual(say(peer, knowledge, 3_400).knows?.pairs, [['a', 1]]);
    peer.onReceived({ ...silence(), knowsHeard: 1 }, 3_500);
    assert.equal(peer.dueMs(knowledge), Infinity);
    knowledge.raiseAll([['b', 1]], 4_000);
    assert.deepEqual(say(peer, knowledge, 4_400).knows?.pairs, [['b', 1]]);
  });

  test('that was not heard of in between is not said to be heard of', () => {
    const { peer, knowledge } = newPeer();
    peer.onReceived({ ...silence(), knows: { pairs: [['a', 3]], after: 0, upTo: 3 } }, 0);
    assert.equal(say(peer, knowledge, 0).knowsHeard, 3);
    // A message is missing that told what changed from 3 to 5.
    peer.onReceived({ ...silence(), knows: { pairs: [['a', 7]], after: 5, upTo: 7 } }, 1);
    assert.equal(say(peer, knowledge, 1_000).knowsHeard, 3);
    assert.equal(peer.confirmed.sequenceOf('a'), 7, 'what came is true all the same');
  });

  test('hears at once that something is missing, and of that once', () => {
    const { peer, knowledge } = newPeer();
    const inbound = peer.inbound(part(1, 0));
    assert.ok(inbound !== undefined);
    peer.onMissing(inbound);
    assert.equal(peer.dueMs(knowledge), -Infinity);
    assert.deepEqual(say(peer, knowledge, 0).heard, [
      { stream: 'local', session: 1, upTo: 0, isMissing: true },
    ]);
    assert.equal(say(peer, knowledge, 500).heard, undefined);
  });

  test('hears up to where its stream is kept, not up to where it came, and again if that comes again', () => {
    const { peer, knowledge } = newPeer();
    const inbound = peer.inbound(part(1, 10));
    assert.ok(inbound !== undefined);
    inbound.position = 20;
    assert.equal(say(peer, knowledge, 0).heard, undefined, 'it knows that');
    for (const upTo of [15, 10]) {
      peer.onKept(inbound, upTo, 100, 0);
      assert.equal(say(peer, knowledge, 500).heard?.[0]?.upTo, 15);
    }
  });

  test('whose large part was kept hears of it at once: it waits for room', () => {
    const { peer, knowledge } = newPeer();
    const inbound = peer.inbound(part(1, 0));
    assert.ok(inbound !== undefined);
    peer.onKept(inbound, 5, geoLimits.syncUrgentBytes, 700);
    assert.equal(peer.dueMs(knowledge), -Infinity);
  });

  test('begins a stream where a new session says, and an old session is over', () => {
    const { peer } = newPeer();
    const first = peer.inbound(part(1, 0));
    assert.ok(first !== undefined);
    first.position = 50;
    assert.equal(peer.inbound(part(1, 0)), first);
    assert.equal(peer.inbound(part(2, 30))?.position, 30);
    assert.equal(peer.inbound(part(1, 0)), undefined);
  });

  test('gets notes with the next message, the newest if there are too many', () => {
    const { peer, knowledge } = newPeer();
    for (let number = 0; number < syncNotesMax + 2; number += 1) {
      peer.addNote({ kind: 'checked', number, outcome: 'equal' });
    }
    assert.equal(peer.dueMs(knowledge), -Infinity);
    const { notes = [] } = say(peer, knowledge, 0);
    assert.equal(notes.length, syncNotesMax);
    assert.deepEqual(notes.at(-1), { kind: 'checked', number: syncNotesMax + 1, outcome: 'equal' });
    assert.equal(say(peer, knowledge, 500).notes, undefined);
  });

  test('is sent what was picked for it in sessions that count up', () => {
    const { peer } = newPeer();
    const first = peer.startRepair(new ChangeStream({ base: [] }));
    const second = peer.startRepair(new ChangeStream({ base: [] }));
    assert.deepEqual([first.session, second.session], [1, 2]);
    assert.equal(peer.feed('repair'), second);
    peer.endRepair();
    assert.equal(peer.feed('repair'), undefined);
    assert.equal(peer.startRepair(new ChangeStream({ base: [] })).session, 3);
  });

  test('whose way was broken is told again what it has not heard', () => {
    const { peer, stream, knowledge } = newPeer();
    stream.append(1);
    knowledge.raiseAll([['a', 1]], 0);
    say(peer, knowledge, 0);
    peer.feed('local')?.onSent(1, 10, 0);
    peer.waiting = { mark: 9, message: silence() };
    peer.isAway = true;
    peer.restart(5_000);
    assert.equal(peer.dueMs(knowledge), syncIntervalMs);
    assert.equal(peer.feed('local')?.sent, 0);
    assert.deepEqual(say(peer, knowledge, 5_000).knows?.pairs, [['a', 1]]);
  });
});
