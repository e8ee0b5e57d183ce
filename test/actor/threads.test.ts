import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { defineActor, type PlainValue } from '../../src/actor/actor-kind.ts';
import { ActorRef } from '../../src/actor/actor-ref.ts';
import { ActorSystem } from '../../src/actor/actor-system.ts';
import { CounterSpace } from '../../src/actor/counter-space.ts';
import { Dispatcher } from '../../src/actor/dispatcher.ts';
import { defineGateway } from '../../src/actor/gateway.ts';
import { Kinds } from '../../src/actor/kinds.ts';
import { BatchWriter } from '../../src/actor/message/batch-writer.ts';
import { RemoteInbox } from '../../src/actor/remote-inbox.ts';
import { startSystem, startThreadOfSystem } from '../../src/actor/start-system.ts';
import { BatchReader } from '../../src/actor/message/batch-reader.ts';
import { batchSeal, startOf } from '../../src/actor/thread-batch.ts';
import type { AtollError } from '../../src/core/errors.ts';
import type { ThreadGroup, ThreadPort } from '../../src/core/threads.ts';
import { Simulation } from '../../src/sim/simulation.ts';
import * as kinds from './kinds.ts';
import { bootLinkNode, clusterSecret } from '../support/link-node.ts';
import { startSimSystem } from './sim-system.ts';

const { Counter, Echo, Introducer, Recorder, Stubborn } = kinds;

/** Sends on what it gets, as it is: what a stranger would like to find. */
type Parcel = { to: ActorRef<PlainValue>; content: PlainValue };
const Postman = defineActor<Parcel>('postman', (context) => ({
  onMessage: (m) => context.tell(m.to, m.content),
}));

/** Tells itself what nobody can be told. */
const Babbler = defineActor<string>('babbler', (context) => ({
  onMessage: () => {
    const babble = (() => 0) as unknown as string;
    context.tell(context.self, babble);
    context.tellAfter(context.self, babble, 10).cancel();
  },
}));

/** Starts an actor and says which. */
const Mother = defineActor<{ to: ActorRef<ActorRef<never>> }>('mother', (context) => ({
  onMessage: (m) => context.tell(m.to, context.startActor(Counter)),
}));

/** Goes on for ever, unless its thread ends. */
let beats = 0;
const Heart = defineGateway<null, null>('heart', ({ outside }) => {
  const beat = (): void => {
    beats += 1;
    outside.timers.setTimer(10, beat);
  };
  beat();
  return Promise.resolve({ ready: null, close: () => {} });
});

const all = { ...kinds, Babbler, Mother, Postman, Heart };

/** A group of one thread that never says anything. */
class DeafGroup implements ThreadGroup {
  readonly ports: readonly ThreadPort[] = [{ post: () => {}, onBytes: () => {}, close: () => {} }];
  onExit: ThreadGroup['onExit'] = () => {};

  terminate(): Promise<void> {
    return Promise.resolve();
  }
}

function startOnDeafGroup(): { simulation: Simulation; system: ActorSystem; group: DeafGroup } {
  const simulation = new Simulation({ seed: 1 });
  const group = new DeafGroup();
  const system = new ActorSystem({
    outside: simulation.node('s1').outside,
    address: '127.0.0.1:0#boot1.2',
    kinds: new Kinds([all]),
    group,
    links: undefined,
    onError: undefined,
    alwaysMarshal: false,
  });
  return { simulation, system, group };
}

/** Thread 1 of two, on its own. */
/** Thread 1 of a system, whose port to thread 0 a test holds. */
function startDispatcher(): {
  simulation: Simulation;
  dispatcher: Dispatcher;
  port: ThreadPort;
  posted: Uint8Array[];
  codes: string[];
} {
  const simulation = new Simulation({ seed: 1 });
  const codes: string[] = [];
  const posted: Uint8Array[] = [];
  const post = (...parts: Uint8Array[]): void => void posted.push(Buffer.concat(parts));
  const port: ThreadPort = { post, onBytes: () => {}, close: () => {} };
  const dispatcher = new Dispatcher({
    outside: simulation.node('s1').outside,
    address: '127.0.0.1:0#boot1.2',
    thread: 1,
    ports: [port, undefined],
    links: undefined,
    alwaysMarshal: false,
    onReport: (error) => void codes.push(error.code),
    onCommand: () => assert.fail('a stranger commands'),
  });
  return { simulation, dispatcher, port, posted, codes };
}

describe('a thread that dies', () => {
  test('takes its system with it: half a system is worse than none', () => {
    const { group } = startOnDeafGroup();
    assert.throws(() => group.onExit(1, 'out of memory'), /thread 1 .* ended: out of memory/);
  });

  test('while its system closes is closed', async () => {
    const { simulation, system, group } = startOnDeafGroup();
    const closing = system.close();
    group.onExit(1, 'it exited with code 0');
    await simulation.settle(closing);
  });

  test('leaves no question open, and its system can still be closed', async () => {
    const { simulation, system, group } = startOnDeafGroup();
    const counting = system.counters();
    assert.throws(() => group.onExit(1, 'out of memory'));
    await assert.rejects(simulation.settle(counting), { code: 'SYSTEM_CLOSED' });
    await simulation.settle(system.close());
  });
});

describe('a thread', () => {
  test('obeys no ref of a stranger’s making, whoever passes a message on to it', async () => {
    const simulation = new Simulation({ seed: 1 });
    const system = await startSimSystem(simulation, 's1', all, { threads: 2 });
    for (const thread of [0, 1]) {
      const postman = system.startActor(Postman, { thread });
      const to = new ActorRef<PlainValue>(system.address, 0);
      system.tell(postman, { to, content: { type: 'start actor', kind: 'counter', counter: 99 } });
    }
    await simulation.runUntilIdle();
    const counters = await simulation.settle(system.counters());
    assert.equal(counters.actors, 2);
    assert.equal(counters.deadLetters, 2);
  });

  test('that does not know a kind says so, and what its actor was told is dead letters', async () => {
    const simulation = new Simulation({ seed: 1 });
    const entry = new URL('sim://ignorant-thread');
    const load = (): Promise<object> => Promise.resolve(all);
    simulation.defineThreadEntry(entry, (start, outside) =>
      startThreadOfSystem(start, outside, () => Promise.resolve({ Introducer })),
    );
    const errors: string[] = [];
    const { outside, threads } = simulation.node('s1');
    const starting = startSystem(
      { outside, threads, threadEntry: entry, load },
      {
        threads: 3,
        modules: [new URL('sim://kinds')],
        onError: (error) => void errors.push(error.code),
      },
    );
    const system = await simulation.settle(starting);
    const recorder = system.startActor(Recorder, { thread: 2 });
    system.tell(system.startActor(Introducer, { thread: 1 }), {
      type: 'introduce',
      to: recorder,
      item: 1,
    });
    system.tell(recorder, { type: 'note', item: 2 });
    await simulation.runUntilIdle();
    assert.deepEqual(errors, ['ACTOR_KIND_UNKNOWN']);
    assert.equal((await simulation.settle(system.counters())).deadLetters, 2);
  });

  test('runs what its actors start', async () => {
    const simulation = new Simulation({ seed: 1 });
    const system = await startSimSystem(simulation, 's1', all, { threads: 3 });
    const channel = system.newChannelRef<ActorRef<never>>();
    system.tell(system.startActor(Mother, { thread: 2 }), { to: channel.ref });
    assert.equal((await simulation.settle(channel.message)).counter % 3, 2);
  });

  test('is ended with its system', async () => {
    const simulation = new Simulation({ seed: 1 });
    const system = await startSimSystem(simulation, 's1', all, { threads: 2 });
    await simulation.settle(system.startGateway(Heart, { thread: 1, options: null }));
    await simulation.settle(system.close());
    const beatsAtClose = beats;
    await simulation.advance(1_000);
    assert.equal(beats, beatsAtClose);
  });

  test('that cannot read what a system sent ends the link to it, as the first thread does', async () => {
    for (const lane of [0, 1]) {
      const simulation = new Simulation({ seed: 1 });
      const errors: string[] = [];
      const shared = { clusterId: 'test', secret: clusterSecret };
      const system = await startSimSystem(simulation, 's1', all, {
        ...shared,
        port: 7_000,
        threads: 2,
        onError: ({ code, message }) => void errors.push(`${code} ${message}`),
      });
      const liar = bootLinkNode(simulation, 's2', shared);
      await simulation.reach('the start', () => liar.links !== undefined);
      liar.mustGetLinks().addMember({ host: 's1', port: 7_000 });
      await simulation.reach('the link', () => liar.ups.length === 1);
      liar.mustGetLinks().send(system.address, lane, Uint8Array.of(9, 0xff), 1);
      await simulation.reach('the end', () => liar.downs.length === 1);
      assert.match(errors.join(), /^FRAME_INVALID [^,]*expected a batch of messages/);
    }
  });

  test('asks for the end of the link by which a batch came that cannot be read, and goes on', async () => {
    const { simulation, dispatcher, port, posted, codes } = startDispatcher();
    const stranger = '10.0.0.7:7000#boot2.1';
    for (const second of [0xff, 1]) {
      port.onBytes(Buffer.concat([batchSeal(stranger), Uint8Array.of(0, second)]));
    }
    await simulation.runUntilIdle();
    const [sealed] = posted;
    assert.ok(sealed !== undefined && posted.length === 1);
    const reader = new BatchReader();
    reader.open(sealed, startOf(sealed), sealed.length);
    assert.ok(reader.next() && reader.counter === 0);
    const { type, from } = reader.message() as { type: string; from: string };
    assert.deepEqual({ type, from }, { type: 'reject', from: stranger });
    assert.deepEqual(codes, []);
    assert.equal(dispatcher.counters.deadLetters, 1);
    assert.equal(dispatcher.counters.remoteReceivedBytes, 4);
  });
});

describe('a thread that is closed', () => {
  test('counts what still comes: for channels, for the dead, and for those not yet begun', () => {
    const { dispatcher, port } = startDispatcher();
    const channel = dispatcher.newChannelRef();
    dispatcher.close();
    const writer = new BatchWriter();
    const notYetBegun = new CounterSpace(0, 2).next(1);
    for (const counter of [channel.ref.counter, 1, notYetBegun]) writer.add(counter, 'late');
    port.onBytes(Buffer.concat([batchSeal(), writer.view()]));
    assert.equal(dispatcher.counters.deadLetters, 3);
    assert.equal(dispatcher.counters.channelRefsUsed, 0);
  });
});

describe('what links drop', () => {
  test('is counted by its reason, and reported when an outbox was full', () => {
    const { dispatcher } = startDispatcher();
    const codes: string[] = [];
    const peers = { onPeerUp: () => {}, onPeerDown: () => {} };
    const inbox = new RemoteInbox(dispatcher, [], peers, ({ code }) => codes.push(code));
    inbox.onDropped('far:7000', 5, 'outbox full');
    inbox.onDropped('far:7000', 3, 'outbox age');
    inbox.onDropped('stranger:7000', 2, 'not a member');
    assert.equal(dispatcher.counters.droppedBeforeSend, 8);
    assert.equal(dispatcher.counters.deadLetters, 2);
    assert.deepEqual(codes, ['OUTBOX_FULL', 'OUTBOX_FULL']);
  });
});

describe('what goes wrong on any thread', () => {
  test('comes to onError with the actor and the stack of what was thrown', async () => {
    for (const thread of [0, 1]) {
      const simulation = new Simulation({ seed: 1 });
      const heard: (readonly [AtollError, string | undefined])[] = [];
      const system = await startSimSystem(simulation, 's1', all, {
        threads: 2,
        onError: (error, actor) => void heard.push([error, actor]),
      });
      const actor = system.startActor(Stubborn, { thread });
      system.tell(actor, { type: 'throw' });
      await simulation.runUntilIdle();
      assert.deepEqual(
        heard.map(([error, uid]) => [error.code, uid]),
        [['ACTOR_HANDLER_THREW', actor.uid()]],
      );
      const cause = heard[0]?.[0].cause;
      assert.match(cause instanceof Error ? (cause.stack ?? '') : String(cause), /kinds/);
    }
  });

  test('comes there also when an actor tells what is no plain data, now or later', async () => {
    for (const thread of [0, 1]) {
      const simulation = new Simulation({ seed: 1 });
      const heard: string[] = [];
      const system = await startSimSystem(simulation, 's1', all, {
        threads: 2,
        onError: (error, actor) => void heard.push(`${error.code} ${actor}`),
      });
      const actor = system.startActor(Babbler, { thread });
      system.tell(actor, 'babble');
      await simulation.runUntilIdle();
      assert.deepEqual(heard, Array(2).fill(`MESSAGE_NOT_PLAIN ${actor.uid()}`));
      const counters = await simulation.settle(system.counters());
      assert.equal(counters.errors, 2);
      assert.equal(counters.handled, 1);
    }
  });

  test('is logged when nobody else wants to know', async () => {
    const simulation = new Simulation({ seed: 1 });
    const system = await startSimSystem(simulation, 's1', all);
    const actor = system.startActor(Stubborn);
    system.tell(actor, { type: 'throw' });
    await simulation.runUntilIdle();
    const entry = simulation.log.find(({ level }) => level === 'error');
    assert.equal(entry?.fields['code'], 'ACTOR_HANDLER_THREW');
    assert.equal(entry.fields['actor'], actor.uid());
  });
});

describe('an actor system', () => {
  test('marshals on all threads when it is to marshal always', async () => {
    const simulation = new Simulation({ seed: 1 });
    const marshalled: number[] = [];
    for (const alwaysMarshal of [false, true]) {
      const system = await startSimSystem(simulation, 's1', all, { threads: 2, alwaysMarshal });
      const echo = system.startActor(Echo, { thread: 1 });
      const { counter } = system.startActor(Postman, { thread: 1 });
      const replyTo = new ActorRef<{ value: PlainValue }>(system.address, counter);
      system.tell(echo, { type: 'echo', value: 1, replyTo });
      await simulation.runUntilIdle();
      marshalled.push((await simulation.settle(system.counters())).marshalledBytes);
    }
    assert.ok((marshalled[1] ?? 0) > (marshalled[0] ?? 0));
  });

  test('knows its own refs from others', async () => {
    const simulation = new Simulation({ seed: 1 });
    const [one, other] = [
      await startSimSystem(simulation, 's1', all),
      await startSimSystem(simulation, 's2', all),
    ];
    assert.ok(one.isLocal(one.startActor(Counter)));
    assert.ok(!one.isLocal(other.startActor(Counter)));
  });

  test('without a port has no members and says so', async () => {
    const simulation = new Simulation({ seed: 1 });
    const system = await startSimSystem(simulation, 's1', all);
    assert.deepEqual(system.members(), []);
    assert.throws(() => system.addMember('far:7000'), { code: 'USAGE' });
  });

  test('places actors in turn, whatever was placed by hand meanwhile', async () => {
    const simulation = new Simulation({ seed: 1 });
    const system = await startSimSystem(simulation, 's1', all, { threads: 3 });
    const owners = [0, 1, 2, 0].map(() => {
      system.startActor(Counter, { thread: 1 });
      return system.startActor(Counter).counter % 3;
    });
    assert.deepEqual(owners, [0, 1, 2, 0]);
  });

  test('rejects an ask that cannot be told, at once and with the reason', async () => {
    const simulation = new Simulation({ seed: 1 });
    const system = await startSimSystem(simulation, 's1', all);
    const value = (() => 0) as unknown as PlainValue;
    const asking = system.ask(system.startActor(Echo), { type: 'echo', value }, { timeoutMs: 10 });
    await assert.rejects(simulation.settle(asking), { code: 'MESSAGE_NOT_PLAIN' });
  });

  test('lets go of the deadline of an ask that was answered', async () => {
    const simulation = new Simulation({ seed: 1 });
    const system = await startSimSystem(simulation, 's1', all);
    const asking = system.ask(system.startActor(Counter), { type: 'get' }, { timeoutMs: 60_000 });
    await simulation.settle(asking);
    const beforeMs = simulation.nowMs;
    await simulation.runUntilIdle();
    assert.ok(simulation.nowMs - beforeMs < 1_000);
  });

  test('runs the same kind when two modules export it', () => {
    assert.equal(new Kinds([{ Counter }, { again: Counter }]).actor('counter').name, 'counter');
  });
});
