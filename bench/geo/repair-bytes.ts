import { ActorRef } from '../../src/actor/actor-ref.ts';
import { BatchWriter } from '../../src/actor/message/batch-writer.ts';
import { assert } from '../../src/core/assert.ts';
import { Knowledge } from '../../src/geo/server/sync/knowledge.ts';
import type { SyncMessage } from '../../src/geo/server/sync/sync-message.ts';
import type { SyncNote } from '../../src/geo/server/sync/sync-note.ts';
import { SyncPeer } from '../../src/geo/server/sync/sync-peer.ts';
import type { BenchOptions, Figures } from '../harness/figures.ts';
import { reconcile } from '../repair/reconcile.ts';
import { SampleTable } from '../repair/sample-table.ts';
import { million } from './keys.ts';

const differences = 1_000;

/**
 * What it costs two servers with a million keys to find that they have the same (the quick check, there and back), and in what
 * they differ, by a thousand writes of the recent past: all of them one's, or half of them each one's (`Both`): bytes of whole messages in both directions, the
 * way they are marshalled. The writes themselves are not counted: they are to be sent in any case.
 */
export function measureRepair({ say }: BenchOptions): Figures {
  say('bytes of repair');
  const [one, other] = [new SampleTable(), new SampleTable()];
  for (let number = 0; number < million; number += 1) {
    one.put(number);
    other.put(number);
  }
  const print = JSON.parse(one.check()) as { count: number; high: number; low: number };
  assert(one.check() === other.check(), 'equal tables are found equal');
  const check: SyncNote = {
    kind: 'check',
    number: 17,
    knowledge: 0xdead_beef,
    untilMs: 1_760_000_000_000,
    print: [print.count, print.high, print.low],
  };
  const checked: SyncNote = { kind: 'checked', number: 17, outcome: 'equal' };

  for (let added = 0; added < differences; added += 1) one.put(million + added);
  const { messages, found } = reconcile(one.view(), other.view());
  assert(found === differences, `${found} differences were found`);
  const steps = stepsOf(messages);
  for (let added = 0; added < differences; added += 1) other.put(million + added);
  for (let added = 0; added < differences; added += 1) {
    (added % 2 === 0 ? one : other).put(million + differences + added);
  }
  const both = stepsOf(reconcile(one.view(), other.view()).messages);
  return {
    repairBytes0: { value: bytesOf([check, checked]), unit: 'bytes' },
    repairBytes1000: { value: bytesOf(steps), unit: 'bytes' },
    repairBytes1000Both: { value: bytesOf(both), unit: 'bytes' },
    repairMessages1000: { value: steps.length, unit: 'messages' },
  };
}

function stepsOf(messages: readonly Uint8Array[]): SyncNote[] {
  return messages.map((bytes, index) => ({
    kind: 'repair step',
    session: 123_456,
    opens: index === 0,
    isPartial: false,
    bytes,
  }));
}

/** Of a message for each of these notes, when there is nothing else to say. */
function bytesOf(notes: readonly SyncNote[]): number {
  return notes.reduce((sum, note) => sum + messageBytes(note), 0);
}

/** As a server makes it that has told the other one all else, with names as long as they are in life. */
function messageBytes(note: SyncNote): number {
  const self = new ActorRef<SyncMessage>('127.0.0.1:7000#8f14e45fceea167a.3', 4);
  const peer = new SyncPeer({ ref: self, feeds: [], isLocal: false });
  peer.addNote(note);
  const writer = new BatchWriter();
  writer.add(self.counter, peer.message(self, new Knowledge()));
  return writer.byteLength;
}
