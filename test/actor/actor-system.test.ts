import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ActorRef } from '../../src/actor/actor-ref.ts';
import { defineActor, type PlainValue } from '../../src/actor/actor-kind.ts';
import type { ActorSystem } from '../../src/actor/actor-system.ts';
import { startSystem, type ActorSystemOptions } from '../../src/actor/start-system.ts';
import type { AtollError } from '../../src/core/errors.ts';
import { Simulation } from '../../src/sim/simulation.ts';
import * as kinds from './kinds.ts';
import { startSimSystem } from './sim-system.ts';

const { Counter, Drummer, Eager, Echo, Introducer, Mortal, Reborn, Recorder, Sender, Stubborn } =
  kinds;

interface World {
  readonly simulation: Simulation;
  readonly system: ActorSystem;
  readonly errors: AtollError[];
}

async function startWorld(options: ActorSystemOptions = {}, seed = 1): Promise<World> {
  const simulation = new Simulation({ seed });
  const errors: AtollError[] = [];
  const onError = (error: AtollError): void => void errors.push(error);
  const system = await startSimSystem(simulation, 's1', kinds, { onError, ...options });
  return { simulation, system, errors };
}

/** The places that two actors can have to each other in one system; CMUD §4 promises the same for all. */
const places: readonly (ActorSystemOptions & { name: string })[] = [
  { name: 'on one thread', threads: 1 },
  { name: 'on one thread, marshalled', threads: 1, alwaysMarshal: true },
  { name: 'on three threads', threads: 3 },
  { name: 'on three threads, marshalled', threads: 3, alwaysMarshal: true },
];

for (const { name, ...options } of places) {
  describe(`actors ${name}`, () => {
    // CMUD §4: the counter actor.
    test('keep their state between messages and reply to whom the message names', async () => {
      const { simulation, system } = await startWorld(options);
      const counters = [1, 2, 3].map(() => system.startActor(Counter));
      counters.forEach((counter, index) =>
        system.tell(counter, { type: 'add', value: 10 + index }),
      );
      for (const [index, counter] of counters.entries()) {
        const asking = system.ask(counter, { type: 'get' }, { timeoutMs: 100 });
        assert.deepEqual(await simulation.settle(asking), { type: 'result', count: 10 + index });
      }
    });

    // CMUD §4: messages are delivered in order per sender-receiver pair.
    test('hear each sender’s messages in the order told, all of them, once', async () => {
      const { simulation, system } = await startWorld(options);
      const recorder = system.startActor(Recorder);
      const senders = Array.from({ length: 6 }, () => system.startActor(Sender));
      for (let round = 0; round < 5; round += 1) {
        for (const [index, sender] of senders.entries()) {
          const first = index * 100_000 + round * 1_000;
          system.tell(sender, { type: 'send', to: recorder, first, count: 1_000 });
        }
      }
      await simulation.runUntilIdle();
      const reading = system.ask(recorder, { type: 'read' }, { timeoutMs: 100 });
      const { items } = await simulation.settle(reading);
      for (const [index] of senders.entries()) {
        const ofSender = items.filter((item) => Math.floor(item / 100_000) === index);
        const expected = Array.from({ length: 5_000 }, (_, item) => index * 100_000 + item);
        assert.deepEqual(ofSender, expected);
      }
    });

    // CMUD §4.4: the message is a snapshot.
    test('get the message as it was at the tell', async () => {
      const { simulation, system } = await startWorld(options);
      const echo = system.startActor(Echo);
      const value = { list: [1, 2], bytes: new Uint8Array([1]), big: 5n };
      const channel = system.newChannelRef<{ value: PlainValue }>();
      system.tell(echo, { type: 'echo', value, replyTo: channel.ref });
      value.list.push(3);
      value.bytes[0] = 9;
      const reply = await simulation.settle(channel.message);
      assert.deepEqual(reply.value, { list: [1, 2], bytes: new Uint8Array([1]), big: 5n });
    });

    // CMUD §4.4: messages must not contain functions or similar.
    test('are spared what is not plain data, which the teller hears of through onError', async () => {
      const { simulation, system, errors } = await startWorld(options);
      const echoes = [0, 1, 2].map(() => system.startActor(Echo));
      for (const echo of echoes) {
        const value = { callback: () => 0 } as unknown as PlainValue;
        system.tell(echo, { type: 'echo', value, replyTo: system.newChannelRef<object>().ref });
      }
      await simulation.runUntilIdle();
      assert.deepEqual(
        errors.map((error) => error.code),
        ['MESSAGE_NOT_PLAIN', 'MESSAGE_NOT_PLAIN', 'MESSAGE_NOT_PLAIN'],
      );
      assert.equal((await simulation.settle(system.counters())).handled, 0);
    });

    test('can be told through a ref that went through JSON', async () => {
      const { simulation, system } = await startWorld(options);
      system.startActor(Counter);
      const counter = system.startActor(Counter);
      const again = ActorRef.fromJSON<kinds.CounterMessage>(JSON.parse(JSON.stringify(counter)));
      assert.equal(again.uid(), counter.uid());
      system.tell(again, { type: 'add', value: 3 });
      const asking = system.ask(again, { type: 'get' }, { timeoutMs: 100 });
      assert.equal((await simulation.settle(asking)).count, 3);
    });

    test('that throw are reported and go on, begin anew or end, as their kind says', async () => {
      const { simulation, system, errors } = await startWorld(options);
      const counts: (number | string)[] = [];
      for (const kind of [Stubborn, Reborn, Mortal]) {
        const actor = system.startActor(kind);
        system.tell(actor, { type: 'add' });
        system.tell(actor, { type: 'throw' });
        system.tell(actor, { type: 'add' });
        const asking = system.ask(actor, { type: 'get' }, { timeoutMs: 100 }).then(
          (reply) => reply.count,
          (error: AtollError) => error.code,
        );
        counts.push(await simulation.settle(asking));
      }
      assert.deepEqual(counts, [2, 1, 'ASK_TIMEOUT']);
      assert.deepEqual(
        errors.map((error) => error.code),
        Array(3).fill('ACTOR_HANDLER_THREW'),
      );
      assert.match(errors[0]?.message ?? '', /stubborn .* threw: on purpose/);
    });

    // CMUD §4.3: NewChannelRef.
    test('resolve a channel ref once; what comes later is dropped and counted', async () => {
      const { simulation, system } = await startWorld(options);
      const echo = system.startActor(Echo);
      const channel = system.newChannelRef<{ value: PlainValue }>();
      for (const value of [1, 2, 3])
        system.tell(echo, { type: 'echo', value, replyTo: channel.ref });
      assert.deepEqual(await simulation.settle(channel.message), { value: 1 });
      await simulation.runUntilIdle();
      const counters = await simulation.settle(system.counters());
      assert.equal(counters.channelRefsUsed, 1);
      assert.equal(counters.deadLetters, 2);
    });

    test('that are not there in time make an ask fail at its deadline', async () => {
      const { simulation, system } = await startWorld(options);
      const nobody = new ActorRef<kinds.CounterMessage>(system.address, 1_000_003);
      const startedMs = simulation.nowMs;
      const asking = system.ask(nobody, { type: 'get' }, { timeoutMs: 250 });
      await assert.rejects(simulation.settle(asking), { code: 'ASK_TIMEOUT' });
      assert.ok(Math.abs(simulation.nowMs - startedMs - 250) < 5);
    });

    test('get what was told after a while as it was at the tell, unless it was cancelled', async () => {
      const { simulation, system } = await startWorld(options);
      const recorder = system.startActor(Recorder);
      const later = { type: 'note' as const, item: 2 };
      system.tellAfter(recorder, later, 50);
      later.item = 99;
      system.tellAfter(recorder, { type: 'note', item: 3 }, 60).cancel();
      system.tell(recorder, { type: 'note', item: 1 });
      await simulation.advance(100);
      const reading = system.ask(recorder, { type: 'read' }, { timeoutMs: 100 });
      assert.deepEqual((await simulation.settle(reading)).items, [1, 2]);
    });

    // CMUD §5.1 bounds the rate of each pair: what was long ago must not count as now.
    test('are told in rates of one second, also when they tell after a while', async () => {
      const { simulation, system } = await startWorld(options);
      const recorder = system.startActor(Recorder);
      const drummer = system.startActor(Drummer);
      for (const afterMs of [0, 5_000, 10_000]) {
        system.tellAfter(
          drummer,
          { type: 'beat', to: recorder, count: 10, delayMs: 2_500 },
          afterMs,
        );
      }
      await simulation.advance(20_000);
      const counters = await simulation.settle(system.counters());
      assert.equal(counters.pairRateMax, 10);
      assert.equal(counters.toldByActors, 33);
      assert.equal(counters.toldFromOutside, 3);
    });

    test('are told in those rates from their first moment on; what they tell themselves is not', async () => {
      const { simulation, system } = await startWorld(options);
      await simulation.advance(5_000);
      system.startActor(Eager);
      await simulation.runUntilIdle();
      assert.equal((await simulation.settle(system.counters())).pairRateMax, 10);
    });

    test('with an address that no system has are nobody: dead letters', async () => {
      const { simulation, system } = await startWorld(options);
      system.tell(new ActorRef<string>('nowhere', 1), 'hello');
      assert.equal((await simulation.settle(system.counters())).deadLetters, 1);
    });

    test('of a closed system hear nothing: tells are dropped and counted, asks fail', async () => {
      const { simulation, system } = await startWorld(options);
      const counters = [0, 1, 2].map(() => system.startActor(Counter));
      await simulation.settle(system.close());
      for (const counter of counters) system.tell(counter, { type: 'add', value: 1 });
      await assert.rejects(simulation.settle(system.newChannelRef().message), {
        code: 'SYSTEM_CLOSED',
      });
      assert.throws(() => system.startActor(Counter), { code: 'SYSTEM_CLOSED' });
      await simulation.settle(system.close());
    });

    test('are counted: who told, what was handled, how much was marshalled', async () => {
      const { simulation, system } = await startWorld(options);
      const recorder = system.startActor(Recorder, { thread: 0 });
      const sender = system.startActor(Sender, { thread: (system.threadCount - 1) % 3 });
      system.tell(sender, { type: 'send', to: recorder, first: 0, count: 12 });
      await simulation.runUntilIdle();
      const counters = await simulation.settle(system.counters());
      assert.equal(counters.toldFromOutside, 1);
      assert.equal(counters.toldByActors, 12);
      assert.equal(counters.handled, 13);
      assert.equal(counters.mailboxDepth, 0);
      assert.equal(counters.actors, 2);
      assert.equal(counters.pairRateMax, 12);
      const isMarshalled = options.threads === 3 || options.alwaysMarshal === true;
      assert.equal(counters.marshalledBytes > 0, isMarshalled);
    });
  });
}

describe('an actor of another thread', () => {
  test('gets what it was told by a third thread before its own start arrived', async () => {
    // In some order of events the introducer's tell overtakes the start; each seed draws one.
    for (let seed = 1; seed <= 30; seed += 1) {
      const { simulation, system } = await startWorld({ threads: 3 }, seed);
      const introducer = system.startActor(Introducer, { thread: 1 });
      await simulation.runUntilIdle();
      const recorder = system.startActor(Recorder, { thread: 2 });
      system.tell(introducer, { type: 'introduce', to: recorder, item: seed });
      await simulation.runUntilIdle();
      const reading = system.ask(recorder, { type: 'read' }, { timeoutMs: 100 });
      assert.deepEqual((await simulation.settle(reading)).items, [seed]);
    }
  });

  test('of a kind that no module exports cannot be started', async () => {
    const { system } = await startWorld({ threads: 2 });
    const Stray = defineActor<{ type: 'x' }>('stray', () => ({ onMessage: () => {} }));
    assert.throws(() => system.startActor(Stray, { thread: 1 }), { code: 'ACTOR_KIND_UNKNOWN' });
  });

  test('is placed in turn on all threads', async () => {
    const { system } = await startWorld({ threads: 3 });
    const owners = Array.from({ length: 6 }, () => system.startActor(Counter).counter % 3);
    assert.deepEqual(owners, [0, 1, 2, 0, 1, 2]);
  });
});

describe('a system', () => {
  test('behaves the same each time with the same seed', async () => {
    const hashes: string[] = [];
    for (const seed of [7, 7, 8]) {
      const { simulation, system } = await startWorld({ threads: 3 }, seed);
      const recorder = system.startActor(Recorder);
      for (let item = 0; item < 5; item += 1) {
        const sender = system.startActor(Sender);
        system.tell(sender, { type: 'send', to: recorder, first: item, count: 10 });
      }
      await simulation.runUntilIdle();
      hashes.push(simulation.traceHash);
    }
    assert.equal(hashes[0], hashes[1]);
    assert.notEqual(hashes[0], hashes[2]);
  });

  test('runs on as many threads as there are cores, if it is to', async () => {
    const simulation = new Simulation({ seed: 1 });
    const system = await startSimSystem(simulation, 's1', kinds, { threads: 'cores' });
    assert.equal(system.threadCount, simulation.node('s1').threads.coreCount);
    assert.ok(system.threadCount > 1);
  });

  test('whose threads cannot start leaves nothing behind: its port is free again', async () => {
    const simulation = new Simulation({ seed: 1 });
    const { outside, threads } = simulation.node('s1');
    const threadEntry = new URL('sim://broken-thread');
    simulation.defineThreadEntry(threadEntry, () => Promise.reject(new Error('broken')));
    const load = (): Promise<object> => Promise.resolve(kinds);
    const machine = { outside, threads, threadEntry, load };
    const starting = startSystem(machine, { port: 7_000, threads: 2 });
    await assert.rejects(simulation.settle(starting), /broken/);
    await startSimSystem(simulation, 's1', kinds, {
      port: 7_000,
      host: '127.0.0.1',
    });
  });

  test('refuses threads that no machine has, and two kinds of one name', async () => {
    for (const threads of [0, 1.5, 10_000]) {
      await assert.rejects(startWorld({ threads }), { code: 'USAGE' });
    }
    const simulation = new Simulation({ seed: 1 });
    const twin = defineActor<{ type: 'x' }>('counter', () => ({ onMessage: () => {} }));
    const starting = startSimSystem(simulation, 's1', { Counter, twin });
    await assert.rejects(starting, { code: 'ACTOR_KIND_TAKEN' });
  });
});
