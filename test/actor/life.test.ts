import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { defineActor, type ActorKind } from '../../src/actor/actor-kind.ts';
import type { ActorRef } from '../../src/actor/actor-ref.ts';
import type { ActorSystem } from '../../src/actor/actor-system.ts';
import type { ActorSystemOptions } from '../../src/actor/start-system.ts';
import type { AtollError } from '../../src/core/errors.ts';
import { Simulation } from '../../src/sim/simulation.ts';
import * as kinds from './kinds.ts';
import { startSimSystem } from './sim-system.ts';

const { Recorder } = kinds;

/** What the actors of the running test did, in order. */
let trace: string[] = [];

type Word = 'word' | 'stop' | 'throw' | 'twice';

/** Says what happens to it; `word` is any message that it survives. */
function speaker(name: string, onThrow: 'continue' | 'restart' | 'stop'): ActorKind<Word> {
  return defineActor<Word>(
    name,
    (context) => {
      trace.push('begin');
      return {
        onMessage: (m) => {
          trace.push(`${m} …`);
          if (m === 'throw') throw new Error('on purpose');
          if (m !== 'word') context.stop();
          if (m === 'twice') context.stop();
          trace.push(`… ${m}`);
        },
        onStop: () => trace.push('end'),
      };
    },
    { onThrow },
  );
}

const Speaker = speaker('speaker', 'continue');
const Fragile = speaker('fragile', 'stop');

/** Cannot begin: not at first, or not again. */
let beginnings = 0;
const Stillborn = defineActor<Word>('stillborn', (context) => {
  context.tell(context.self, 'word');
  throw new Error('cannot begin');
});
const BornOnce = defineActor<Word>(
  'born once',
  () => {
    beginnings += 1;
    if (beginnings > 1) throw new Error('cannot begin again');
    return {
      onMessage: () => {
        throw new Error('on purpose');
      },
    };
  },
  { onThrow: 'restart' },
);
const Unwilling = defineActor<Word>('unwilling', (context) => {
  context.stop();
  return { onMessage: (m) => trace.push(m), onStop: () => trace.push('end') };
});
const StopsAndThrows = defineActor<Word>(
  'stops and throws',
  (context) => {
    trace.push('begin');
    return {
      onMessage: () => {
        context.stop();
        throw new Error('on purpose');
      },
      onStop: () => trace.push('end'),
    };
  },
  { onThrow: 'restart' },
);

type Will = { type: 'heir'; heir: ActorRef<kinds.RecorderMessage> } | { type: 'stop' };
/** Tells its heir and itself at its end. */
const Testator = defineActor<Will>('testator', (context) => {
  let heir: ActorRef<kinds.RecorderMessage> | undefined;
  return {
    onMessage: (m) => {
      if (m.type === 'heir') heir = m.heir;
      else context.stop();
    },
    onStop: () => {
      context.tell(context.self, { type: 'stop' });
      if (heir !== undefined) context.tell(heir, { type: 'note', item: 1 });
    },
  };
});
/** Throws at its end. */
const Sore = defineActor<Word>(
  'sore',
  (context) => ({
    onMessage: () => context.stop(),
    onStop: () => {
      throw new Error('at the end');
    },
  }),
  { onThrow: 'restart' },
);
/** Begins another one at its end. */
const Phoenix: ActorKind<Word> = defineActor<Word>('phoenix', (context) => ({
  onMessage: () => {},
  onStop: () => void context.startActor(Phoenix),
}));
type ParentMessage = { type: 'bear'; heir: ActorRef<kinds.RecorderMessage>; item: number };
/** Bears a child and stops itself: two actors run inside each other. */
const Parent = defineActor<ParentMessage>('parent', (context) => ({
  onMessage: (m) => {
    const child = context.startActor(Chatty);
    context.stop();
    context.tell(child, m);
    trace.push('parent goes on');
  },
  onStop: () => trace.push('parent ends'),
}));
const Chatty = defineActor<ParentMessage>('chatty', (context) => {
  trace.push('child begins');
  return { onMessage: (m) => context.tell(m.heir, { type: 'note', item: m.item }) };
});

const all = {
  ...kinds,
  Speaker,
  Fragile,
  Stillborn,
  BornOnce,
  Unwilling,
  StopsAndThrows,
  Testator,
  Sore,
  Phoenix,
  Parent,
  Chatty,
};

interface World {
  readonly simulation: Simulation;
  readonly system: ActorSystem;
  readonly errors: string[];
}

async function startWorld(options: ActorSystemOptions = {}): Promise<World> {
  trace = [];
  const simulation = new Simulation({ seed: 3 });
  const errors: string[] = [];
  const onError = (error: AtollError): void => void errors.push(error.message);
  const system = await startSimSystem(simulation, 's1', all, { onError, ...options });
  return { simulation, system, errors };
}

/** A message is handled, a dead letter, or still waits; nothing else. */
async function assertNothingLost({ simulation, system }: World): Promise<void> {
  const counters = await simulation.settle(system.counters());
  const told = counters.toldByActors + counters.toldFromOutside;
  const { handled, deadLetters, channelRefsUsed, mailboxDepth } = counters;
  assert.equal(handled + deadLetters + channelRefsUsed + mailboxDepth, told);
  assert.equal(mailboxDepth, 0);
}

for (const threads of [1, 2]) {
  const thread = threads - 1;

  describe(`an actor on thread ${thread} of ${threads}`, () => {
    test('that stops itself ends after the message, once, and hears nothing more', async () => {
      for (const last of ['stop', 'twice'] as const) {
        const world = await startWorld({ threads });
        const { simulation, system, errors } = world;
        const actor = system.startActor(Speaker, { thread });
        for (const word of ['word', last, 'word', 'stop'] as const) system.tell(actor, word);
        await simulation.runUntilIdle();
        system.tell(actor, 'word');
        await simulation.runUntilIdle();
        assert.deepEqual(trace, ['begin', 'word …', '… word', `${last} …`, `… ${last}`, 'end']);
        const counters = await simulation.settle(system.counters());
        assert.equal(counters.deadLetters, 3);
        assert.equal(counters.actors, 0);
        assert.deepEqual(errors, []);
        await assertNothingLost(world);
      }
    });

    test('of a kind that stops at a throw ends with its last words', async () => {
      const world = await startWorld({ threads });
      const actor = world.system.startActor(Fragile, { thread });
      for (const word of ['throw', 'word'] as const) world.system.tell(actor, word);
      await world.simulation.runUntilIdle();
      assert.deepEqual(trace, ['begin', 'throw …', 'end']);
      await assertNothingLost(world);
    });

    test('that cannot begin is reported, and what it was told is dead letters', async () => {
      const world = await startWorld({ threads });
      const { simulation, system, errors } = world;
      const actor = system.startActor(Stillborn, { thread });
      system.tell(actor, 'word');
      await simulation.runUntilIdle();
      assert.equal(errors.length, 1);
      assert.match(errors[0] ?? '', /stillborn .* threw: cannot begin/);
      const counters = await simulation.settle(system.counters());
      assert.equal(counters.deadLetters, 2);
      assert.equal(counters.handled, 0);
      assert.equal(counters.actors, 0);
      await assertNothingLost(world);
    });

    test('that cannot begin again after a throw ends', async () => {
      beginnings = 0;
      const world = await startWorld({ threads });
      const { simulation, system, errors } = world;
      const actor = system.startActor(BornOnce, { thread });
      system.tell(actor, 'word');
      system.tell(actor, 'word');
      await simulation.runUntilIdle();
      assert.equal(beginnings, 2);
      assert.deepEqual(
        errors.map((error) => error.replace(/.*threw: /, '')),
        ['on purpose', 'cannot begin again'],
      );
      assert.equal((await simulation.settle(system.counters())).actors, 0);
      await assertNothingLost(world);
    });

    test('that stops itself before it began never handles anything', async () => {
      const world = await startWorld({ threads });
      const actor = world.system.startActor(Unwilling, { thread });
      world.system.tell(actor, 'word');
      await world.simulation.runUntilIdle();
      assert.deepEqual(trace, ['end']);
      await assertNothingLost(world);
    });

    test('that stops itself and then throws ends; it does not begin anew', async () => {
      const world = await startWorld({ threads });
      const actor = world.system.startActor(StopsAndThrows, { thread });
      world.system.tell(actor, 'word');
      await world.simulation.runUntilIdle();
      assert.deepEqual(trace, ['begin', 'end']);
      assert.equal(world.errors.length, 1);
    });

    test('can tell others at its end; what it tells itself is a dead letter', async () => {
      const world = await startWorld({ threads });
      const { simulation, system } = world;
      const heir = system.startActor(Recorder);
      const actor = system.startActor(Testator, { thread });
      system.tell(actor, { type: 'heir', heir });
      system.tell(actor, { type: 'stop' });
      await simulation.runUntilIdle();
      const reading = system.ask(heir, { type: 'read' }, { timeoutMs: 100 });
      assert.deepEqual((await simulation.settle(reading)).items, [1]);
      assert.equal((await simulation.settle(system.counters())).deadLetters, 1);
      await assertNothingLost(world);
    });

    test('that throws at its end has ended all the same', async () => {
      const { simulation, system, errors } = await startWorld({ threads });
      const actor = system.startActor(Sore, { thread });
      system.tell(actor, 'stop');
      await simulation.runUntilIdle();
      assert.equal(errors.length, 1);
      assert.match(errors[0] ?? '', /at the end/);
      assert.equal((await simulation.settle(system.counters())).actors, 0);
    });

    test('may start another one while it stops itself: each ends when its own time has come', async () => {
      const world = await startWorld({ threads });
      const { simulation, system } = world;
      const heir = system.startActor(Recorder);
      const parent = system.startActor(Parent, { thread });
      system.tell(parent, { type: 'bear', heir, item: 4 });
      await simulation.runUntilIdle();
      assert.deepEqual(trace, ['child begins', 'parent goes on', 'parent ends']);
      const reading = system.ask(heir, { type: 'read' }, { timeoutMs: 100 });
      assert.deepEqual((await simulation.settle(reading)).items, [4]);
      await assertNothingLost(world);
    });
  });
}

describe('closing a system', () => {
  test('ends each actor once, and what waits for it is dead letters', async () => {
    const world = await startWorld();
    const { simulation, system } = world;
    const actor = system.startActor(Speaker);
    system.tell(actor, 'stop');
    const other = system.startActor(Speaker);
    await simulation.runUntilIdle();
    system.tellAfter(other, 'word', 1_000);
    await simulation.settle(system.close());
    assert.deepEqual(
      trace.filter((line) => line === 'end'),
      ['end', 'end'],
    );
    const counters = await simulation.settle(system.counters());
    assert.equal(counters.deadLetters, 1, 'the delayed one');
    await simulation.advance(2_000);
    assert.equal((await simulation.settle(system.counters())).toldFromOutside, 1);
  });

  test('comes to an end also if actors begin others at theirs', async () => {
    const { simulation, system, errors } = await startWorld();
    system.startActor(Phoenix);
    await simulation.settle(system.close());
    assert.equal((await simulation.settle(system.counters())).actors, 0);
    assert.match(errors.join(), /the actor system is closed/);
  });

  test('fails what still waits for a reply', async () => {
    const { simulation, system } = await startWorld();
    const actor = system.startActor(Recorder);
    const { message } = system.newChannelRef();
    await simulation.settle(system.close());
    await assert.rejects(simulation.settle(message), { code: 'SYSTEM_CLOSED' });
    const asking = system.ask(actor, { type: 'read' }, { timeoutMs: 100 });
    await assert.rejects(simulation.settle(asking), { code: 'SYSTEM_CLOSED' });
  });

  test('leaves nothing that is told later: each is counted, none is marshalled, no timer is set', async () => {
    const { simulation, system } = await startWorld({ threads: 2 });
    const actor = system.startActor(Speaker, { thread: 1 });
    await simulation.settle(system.close());
    const before = await simulation.settle(system.counters());
    system.tell(actor, 'word');
    system.tellAfter(actor, 'word', 50).cancel();
    const after = await simulation.settle(system.counters());
    assert.equal(after.deadLetters - before.deadLetters, 2);
    assert.equal(after.marshalledBytes, before.marshalledBytes);
    assert.throws(() => system.startActor(Speaker), { code: 'SYSTEM_CLOSED' });
  });

  test('refuses new actors from the moment on that it began', async () => {
    const { simulation, system } = await startWorld({ threads: 2 });
    const closing = system.close();
    assert.throws(() => system.startActor(Speaker, { thread: 1 }), { code: 'SYSTEM_CLOSED' });
    await simulation.settle(closing);
  });
});

describe('the counters', () => {
  test('show what waits in mailboxes and each error', async () => {
    const { simulation, system } = await startWorld();
    const actor = system.startActor(Speaker);
    for (const word of ['word', 'throw', 'throw'] as const) system.tell(actor, word);
    assert.equal((await system.counters()).mailboxDepth, 3);
    await simulation.runUntilIdle();
    assert.equal((await system.counters()).mailboxDepth, 0);
    assert.equal((await system.counters()).errors, 2);
  });
});

describe('onError', () => {
  test('that throws breaks no tell and no turn', async () => {
    let errors = 0;
    const { simulation, system } = await startWorld({
      onError: () => {
        errors += 1;
        throw new Error('the reporter is broken too');
      },
    });
    const actor = system.startActor(Speaker);
    system.tell(actor, (() => 0) as unknown as Word);
    for (const word of ['throw', 'word'] as const) system.tell(actor, word);
    await simulation.runUntilIdle();
    assert.equal(errors, 2);
    assert.equal(trace.at(-1), '… word');
  });
});
