import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { defineActor, type PlainValue } from '../../src/actor/actor-kind.ts';
import { ActorRef } from '../../src/actor/actor-ref.ts';
import type { ActorSystem } from '../../src/actor/actor-system.ts';
import type { ActorSystemOptions } from '../../src/actor/start-system.ts';
import type { AtollError } from '../../src/core/errors.ts';
import { actorLimits } from '../../src/core/limits.ts';
import { Simulation } from '../../src/sim/simulation.ts';
import * as kinds from './kinds.ts';
import { LinkNode } from '../support/link-node.ts';
import { startSimSystem } from './sim-system.ts';

const { Counter, Echo, Recorder, Sender } = kinds;

/** Tells small notes and then something large, all in one turn. */
const Bearer = defineActor<{ to: ActorRef<never>; small: number; large: Uint8Array }>(
  'bearer',
  (context) => ({
    onMessage: ({ to, small, large }) => {
      const target = to as ActorRef<object>;
      for (let item = 0; item < small; item += 1) context.tell(target, { type: 'note', item });
      context.tell(target, { type: 'large', large });
    },
  }),
);

/** Keeps its thread busy for ever, and tells somebody far away at its end. */
const Farewell = defineActor<{ to: ActorRef<kinds.RecorderMessage> }>('farewell', (context) => {
  let heir: ActorRef<kinds.RecorderMessage> | undefined;
  return {
    onMessage: (m) => {
      heir = m.to;
      context.tell(context.self, m);
    },
    onStop: () => {
      if (heir !== undefined) context.tell(heir, { type: 'note', item: 1 });
    },
  };
});

const all = { ...kinds, Bearer, Farewell };

interface World {
  readonly simulation: Simulation;
  readonly near: ActorSystem;
  readonly far: ActorSystem;
  readonly errors: AtollError[];
}

/** Two systems on two hosts that know of each other. */
async function startWorld(
  options: ActorSystemOptions & { latencyMs?: number } = {},
  seed = 1,
): Promise<World> {
  const { latencyMs = 1, ...rest } = options;
  const simulation = new Simulation({ seed });
  for (const name of ['near', 'far']) simulation.node(name);
  simulation.setLink('near', 'far', { latencyMs });
  const errors: AtollError[] = [];
  const onError = (error: AtollError): void => void errors.push(error);
  const secret = 'a secret that both know';
  const start = (name: string): Promise<ActorSystem> =>
    startSimSystem(simulation, name, all, { port: 7_000, secret, onError, ...rest });
  const far = await start('far');
  const near = await start('near');
  near.addMember('far:7000');
  await simulation.reach('links both ways', () => {
    return [near, far].every((system) => system.members()[0]?.state === 'up');
  });
  return { simulation, near, far, errors };
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, item) => item);
}

/** What the recorder has, asked on its own system. */
async function read(
  simulation: Simulation,
  system: ActorSystem,
  recorder: ActorRef<kinds.RecorderMessage>,
): Promise<number[]> {
  return (await simulation.settle(system.ask(recorder, { type: 'read' }, { timeoutMs: 5_000 })))
    .items;
}

for (const threads of [1, 3]) {
  describe(`systems of ${threads} thread${threads === 1 ? '' : 's'} each`, () => {
    // CMUD §4: the programming model is the same within a machine and across the network.
    test('tell each other’s actors, who reply to where the ref says', async () => {
      const { simulation, near, far } = await startWorld({ threads });
      for (const counter of [far.startActor(Counter), far.startActor(Counter)]) {
        near.tell(counter, { type: 'add', value: 20 });
        near.tell(counter, { type: 'add', value: 22 });
        const asking = near.ask(counter, { type: 'get' }, { timeoutMs: 1_000 });
        assert.deepEqual(await simulation.settle(asking), { type: 'result', count: 42 });
      }
    });

    // CMUD §4: messages are delivered in order per sender-receiver pair.
    test('hear each sender in the order told, all of it, once', async () => {
      const { simulation, near, far } = await startWorld({ threads });
      const recorders = [far.startActor(Recorder), far.startActor(Recorder)];
      const senders = numbers(4).map(() => near.startActor(Sender));
      for (const [index, sender] of senders.entries()) {
        for (const to of recorders) {
          near.tell(sender, { type: 'send', to, first: index * 100_000, count: 3_000 });
        }
      }
      await simulation.advance(2_000);
      for (const recorder of recorders) {
        const items = await read(simulation, far, recorder);
        for (const [index] of senders.entries()) {
          const ofSender = items.filter((item) => Math.floor(item / 100_000) === index);
          assert.deepEqual(
            ofSender,
            numbers(3_000).map((item) => index * 100_000 + item),
          );
        }
      }
    });

    test('carry every kind of plain data, and refuse at the tell what is none', async () => {
      const { simulation, near, far, errors } = await startWorld({ threads });
      const echo = far.startActor(Echo);
      const value: PlainValue = {
        list: [null, true, -1.5, 2n ** 80n, '漢\ud800', new Uint8Array([0, 255])],
        ref: echo as unknown as ActorRef<never>,
      };
      const channel = near.newChannelRef<{ value: PlainValue }>();
      near.tell(echo, { type: 'echo', value, replyTo: channel.ref });
      assert.deepEqual((await simulation.settle(channel.message)).value, value);
      const callback = { callback: () => 0 } as unknown as PlainValue;
      near.tell(echo, { type: 'echo', value: callback, replyTo: channel.ref });
      assert.deepEqual(
        errors.map((error) => error.code),
        ['MESSAGE_NOT_PLAIN'],
      );
    });
  });
}

describe('a tell to another system', () => {
  // The largest message, behind others of its turn, still fits what travels between systems.
  test('may be as large as a message may be, from each thread, behind small ones', async () => {
    const { simulation, near, far, errors } = await startWorld({ threads: 2 });
    const large = new Uint8Array(actorLimits.messageBytesMax - 1_024);
    for (const thread of [0, 1]) {
      const recorder = far.startActor(Recorder, { thread });
      const bearer = near.startActor(Bearer, { thread });
      near.tell(bearer, { to: recorder, small: 500, large });
      await simulation.advance(5_000);
      assert.deepEqual(await read(simulation, far, recorder), numbers(500));
    }
    // A recorder has no handler for what is large: that it says so shows that it came.
    assert.deepEqual(
      errors.map((error) => error.code),
      ['ACTOR_HANDLER_THREW', 'ACTOR_HANDLER_THREW'],
    );
  });

  test('leaves also when it is told at the end of a busy system', async () => {
    const { simulation, near, far } = await startWorld();
    const recorder = far.startActor(Recorder);
    near.tell(near.startActor(Farewell), { to: recorder });
    await simulation.advance(10);
    await simulation.settle(near.close());
    await simulation.advance(1_000);
    assert.deepEqual(await read(simulation, far, recorder), [1]);
  });

  test('does not outlive its system: the link is closed, and the other end knows', async () => {
    const { simulation, near, far } = await startWorld();
    await simulation.settle(near.close());
    await simulation.advance(100);
    assert.notEqual(far.members()[0]?.state, 'up');
  });

  // CMUD §4: sending never waits; a remote tell does not wait for its reply either.
  test('does not wait for the ones before: a hundred take one latency, not a hundred', async () => {
    const { simulation, near, far } = await startWorld({ latencyMs: 200 });
    const recorder = far.startActor(Recorder);
    const toldMs = simulation.nowMs;
    for (const item of numbers(100)) near.tell(recorder, { type: 'note', item });
    await simulation.advance(260);
    const items = await read(simulation, far, recorder);
    assert.deepEqual(items, numbers(100));
    assert.ok(simulation.nowMs - toldMs < 300);
  });

  test('of the largest message takes along the small ones that were told before it', async () => {
    const { simulation, near, far, errors } = await startWorld();
    const echo = far.startActor(Echo);
    const small = near.newChannelRef<{ value: PlainValue }>();
    const large = near.newChannelRef<{ value: PlainValue }>();
    const filling = new Uint8Array(65_000);
    const largest = new Uint8Array(actorLimits.messageBytesMax - 1_000).fill(7);
    near.tell(echo, { type: 'echo', value: filling, replyTo: small.ref });
    near.tell(echo, { type: 'echo', value: largest, replyTo: large.ref });
    await simulation.settle(small.message);
    assert.deepEqual((await simulation.settle(large.message)).value, largest);
    assert.deepEqual(errors, []);
  });

  test('takes as long as `linkLatencyMs` says, in order, without costing throughput', async () => {
    const { simulation, near, far } = await startWorld({ linkLatencyMs: 100, latencyMs: 0 });
    const recorder = far.startActor(Recorder);
    for (const item of numbers(500)) near.tell(recorder, { type: 'note', item });
    await simulation.advance(90);
    assert.deepEqual(await read(simulation, far, recorder), []);
    await simulation.advance(20);
    assert.deepEqual(await read(simulation, far, recorder), numbers(500));
  });

  test('that names nobody’s address is never dialled, dropped and counted', async () => {
    const { simulation, near } = await startWorld();
    simulation.node('stranger');
    const stranger = new ActorRef<kinds.CounterMessage>('stranger:7000#cafe01.1', 1);
    near.tell(stranger, { type: 'add', value: 1 });
    await simulation.advance(5_000);
    assert.deepEqual(
      near.members().map((member) => member.at),
      ['far:7000'],
    );
    assert.equal((await simulation.settle(near.counters())).deadLetters, 1);
  });

  test('cannot command a thread: counter 0 is no actor', async () => {
    const { simulation, near, far } = await startWorld({ threads: 2 });
    for (const counter of [0, 1]) {
      const thread = new ActorRef<PlainValue>(far.address, counter);
      near.tell(thread, { type: 'start actor', kind: 'counter', counter: 99 });
    }
    await simulation.advance(1_000);
    const counters = await simulation.settle(far.counters());
    assert.equal(counters.actors, 0);
    assert.equal(counters.deadLetters, 2);
  });
});

describe('a system that is started with members', () => {
  test('reaches them by itself', async () => {
    const { simulation, far } = await startWorld();
    simulation.node('third');
    const third = await startSimSystem(simulation, 'third', all, {
      port: 7_000,
      secret: 'a secret that both know',
      members: ['far:7000'],
    });
    const counter = far.startActor(Counter);
    const asking = third.ask(counter, { type: 'get' }, { timeoutMs: 5_000 });
    assert.equal((await simulation.settle(asking)).count, 0);
  });
});

describe('a peer', () => {
  test('that is cut off loses what its link lost, hears the rest in order, and reports the gap', async () => {
    const { simulation, near, far, errors } = await startWorld();
    const recorder = far.startActor(Recorder);
    let item = 0;
    const tellMs = 10;
    const until = async (ms: number): Promise<void> => {
      for (; simulation.nowMs < ms; await simulation.advance(tellMs)) {
        near.tell(recorder, { type: 'note', item: (item += 1) });
      }
    };
    const startMs = simulation.nowMs;
    await until(startMs + 1_000);
    simulation.cut('near', 'far');
    await until(startMs + 20_000);
    simulation.heal();
    await until(startMs + 40_000);
    await simulation.advance(2_000);
    const items = await read(simulation, far, recorder);
    assert.deepEqual(
      items,
      items.toSorted((one, other) => one - other),
      'in order',
    );
    assert.equal(new Set(items).size, items.length, 'once');
    assert.equal(items.at(-1), item, 'the link is back');
    const missing = (await simulation.settle(far.counters())).missingFromRemote;
    assert.equal(items.length + missing, item, 'what is lost is counted, all of it');
    assert.equal(
      missing > 0,
      errors.some((error) => error.code === 'LINK_GAP'),
    );
  });

  test('that started again is another life: old refs hit nobody, new ones work, nobody has to help', async () => {
    const { simulation, near, far } = await startWorld();
    const before = far.startActor(Counter);
    simulation.node('far').crash();
    await simulation.advance(500);
    simulation.node('far').restart();
    const secret = 'a secret that both know';
    const again = await startSimSystem(simulation, 'far', kinds, { port: 7_000, secret });
    const after = again.startActor(Counter);
    assert.equal(after.counter, before.counter);
    await simulation.advance(10_000);
    near.tell(before, { type: 'add', value: 1 });
    near.tell(after, { type: 'add', value: 2 });
    const asking = near.ask(after, { type: 'get' }, { timeoutMs: 5_000 });
    assert.equal((await simulation.settle(asking)).count, 2);
    assert.equal((await simulation.settle(near.counters())).deadLetters, 1);
  });

  test('without the secret gets no message and hears why', async () => {
    const { simulation, near } = await startWorld();
    simulation.node('other');
    const errors: string[] = [];
    const other = await startSimSystem(simulation, 'other', kinds, {
      port: 7_000,
      secret: 'not what the others know',
      onError: (error) => void errors.push(error.code),
    });
    const counter = near.startActor(Counter);
    other.addMember('near:7000');
    other.tell(counter, { type: 'add', value: 1 });
    await simulation.advance(10_000);
    assert.ok(errors.includes('HELLO_REFUSED'));
    const asking = near.ask(counter, { type: 'get' }, { timeoutMs: 100 });
    assert.equal((await simulation.settle(asking)).count, 0);
  });

  test('beyond this machine is not even listened for without a secret or certificates', async () => {
    const simulation = new Simulation({ seed: 1 });
    simulation.node('open');
    const starting = startSimSystem(simulation, 'open', kinds, { port: 7_000 });
    await assert.rejects(starting, { code: 'LISTEN_FAILED' });
  });
});

describe('a system that sends what is no batch', () => {
  for (const lane of [0, 1]) {
    test(`to thread ${lane} loses its link, and nobody else notices`, async () => {
      const { simulation, near, far } = await startWorld({ threads: 2 });
      const attacker = new LinkNode();
      simulation.node('attacker').boot(async (outside) => {
        const options = { secret: 'a secret that both know', clusterId: 'atoll' };
        await attacker.start(outside, 'attacker', 7_000, options);
        attacker.mustGetLinks().addMember({ host: 'far', port: 7_000 });
      });
      await simulation.reach('the attacker is in', () => attacker.ups.length === 1);
      attacker.mustGetLinks().send(far.address, lane, Uint8Array.of(0, 0xff), 1);
      await simulation.reach('it is out', () => attacker.downs.length === 1);
      const counter = far.startActor(Counter, { thread: lane });
      near.tell(counter, { type: 'add', value: 1 });
      const asking = near.ask(counter, { type: 'get' }, { timeoutMs: 1_000 });
      assert.equal((await simulation.settle(asking)).count, 1);
    });
  }
});

test('what counts bytes of systems counts both ends the same', async () => {
  const { simulation, near, far } = await startWorld({ threads: 2 });
  const recorder = far.startActor(Recorder, { thread: 1 });
  const sender = near.startActor(Sender, { thread: 0 });
  near.tell(sender, { type: 'send', to: recorder, first: 0, count: 10_000 });
  await simulation.advance(1_000);
  const sent = await simulation.settle(near.counters());
  const received = await simulation.settle(far.counters());
  assert.equal(received.remoteReceivedBytes, sent.marshalledBytes);
  assert.equal(sent.pairRateMax, 10_000);
});
