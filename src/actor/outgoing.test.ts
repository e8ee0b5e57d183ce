import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ThreadPort } from '../core/threads.ts';
import { actorLimits } from '../core/limits.ts';
import { ActorRef } from './actor-ref.ts';
import { createCounters, type ThreadCounters } from './counters.ts';
import { BatchReader } from './message/batch-reader.ts';
import { Outgoing } from './outgoing.ts';
import type { SystemLinks } from './system-links.ts';
import { startOf } from './thread-batch.ts';
import type { ThreadCommand } from './thread-command.ts';

interface Sent {
  readonly address: string;
  readonly lane: number;
  readonly count: number;
}

interface World {
  readonly outgoing: Outgoing;
  readonly counters: ThreadCounters;
  readonly posted: Uint8Array[];
  readonly sent: Sent[];
  readonly dropped: string[];
}

/** Thread `thread` of two; thread 0 has links, which take what is not for `full:1…`. */
function startOutgoing(thread: 0 | 1): World {
  const posted: Uint8Array[] = [];
  const sent: Sent[] = [];
  const dropped: string[] = [];
  const port: ThreadPort = {
    post: (...parts) => void posted.push(Buffer.concat(parts)),
    onBytes: () => {},
    close: () => {},
  };
  const links: SystemLinks = {
    start: () => {},
    mayTake: (address) => !address.startsWith('full'),
    send: (address, lane, _batch, count) => void sent.push({ address, lane, count }),
    drop: (address, count) => dropped.push(...Array<string>(count).fill(address)),
    addMember: () => {},
    removeMember: () => {},
    reject: () => {},
    members: () => [],
    close: () => Promise.resolve(),
  };
  const counters = createCounters();
  const ports = thread === 0 ? [undefined, port] : [port, undefined];
  const outgoing = new Outgoing(ports, thread === 0 ? links : undefined, counters);
  return { outgoing, counters, posted, sent, dropped };
}

function messagesOf(sealed: Uint8Array): unknown[] {
  const reader = new BatchReader();
  reader.open(sealed, startOf(sealed), sealed.length);
  const messages: unknown[] = [];
  while (reader.next()) messages.push(reader.message());
  return messages;
}

function refAt(host: string, counter = 4): ActorRef<unknown> {
  return new ActorRef(`${host}:7000#boot1.2`, counter);
}

const half = new Uint8Array(actorLimits.threadBatchBytes / 2);

describe('what a turn produces for others', () => {
  test('leaves at its end: one batch for each thread, and for each thread of each system', () => {
    const { outgoing, posted, sent } = startOutgoing(0);
    for (const item of [1, 2, 3]) outgoing.toThread(1, 3, item);
    for (const counter of [4, 5, 6]) outgoing.toSystem(refAt('far', counter), counter);
    outgoing.toSystem(refAt('other'), 0);
    assert.deepEqual([posted.length, sent.length], [0, 0]);
    outgoing.flush();
    assert.deepEqual(posted.map(messagesOf), [[1, 2, 3]]);
    assert.deepEqual(sent, [
      { address: 'far:7000#boot1.2', lane: 0, count: 2 },
      { address: 'far:7000#boot1.2', lane: 1, count: 1 },
      { address: 'other:7000#boot1.2', lane: 0, count: 1 },
    ]);
    outgoing.flush();
    assert.deepEqual([posted.length, sent.length], [1, 3], 'and only once');
  });

  test('leaves earlier when it is large, so that a long turn holds little', () => {
    const { outgoing, posted, sent } = startOutgoing(0);
    for (let count = 0; count < 4; count += 1) outgoing.toThread(1, 3, half);
    for (let count = 0; count < 4; count += 1) outgoing.toSystem(refAt('far'), half);
    assert.deepEqual([posted.length, sent.length], [2, 2]);
  });

  test('is not even marshalled for a system that takes no more, but dropped there', () => {
    const { outgoing, counters, sent, dropped } = startOutgoing(0);
    for (let count = 0; count < 3; count += 1) outgoing.toSystem(refAt('full'), half);
    outgoing.flush();
    assert.deepEqual(sent, []);
    assert.equal(dropped.length, 3);
    assert.equal(counters.marshalledBytes, 0);
  });

  test('leaves for each of many systems, also for those that are written to in between', () => {
    const { outgoing, sent } = startOutgoing(0);
    const hosts = Array.from({ length: 200 }, (_, index) => `h${index}`);
    for (const host of hosts) outgoing.toSystem(refAt(host), 1);
    for (const host of hosts) outgoing.toSystem(refAt(host), 2);
    outgoing.flush();
    assert.equal(new Set(sent.map(({ address }) => address)).size, 200);
    assert.ok(sent.every(({ count }) => count === 2));
  });

  test('goes to other systems by way of thread 0, which has the links', () => {
    const { outgoing, counters, posted } = startOutgoing(1);
    outgoing.toSystem(refAt('far', 5), 'hello');
    outgoing.flush();
    const [command] = posted.flatMap(messagesOf) as ThreadCommand[];
    assert.ok(command?.type === 'forward');
    const { address, lane, count } = command;
    assert.deepEqual(
      { address, lane, count },
      { address: refAt('far').address, lane: 1, count: 1 },
    );
    assert.equal(
      counters.marshalledBytes,
      (posted[0]?.length ?? 0) - startOf(posted[0] ?? new Uint8Array(2)),
    );
  });

  test('goes there also when one message is as large as a message may be', () => {
    const { outgoing, posted } = startOutgoing(1);
    outgoing.toSystem(refAt('far'), new Uint8Array(actorLimits.messageBytesMax - 10));
    outgoing.flush();
    const [command] = posted.flatMap(messagesOf) as ThreadCommand[];
    assert.ok(command?.type === 'forward');
    assert.ok(command.batch.length >= actorLimits.messageBytesMax - 10);
  });

  test('for an address that no system can have is refused', () => {
    const { outgoing } = startOutgoing(0);
    assert.equal(outgoing.toSystem(new ActorRef('nowhere', 1), 'hello'), false);
  });
});
