import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ActorRef } from '../../src/actor/actor-ref.ts';
import { defineActor } from '../../src/actor/actor-kind.ts';
import type { ActorSystem } from '../../src/actor/actor-system.ts';
import { defineGateway, type GatewayThread, type LocalActor } from '../../src/actor/gateway.ts';
import { AtollError } from '../../src/core/errors.ts';
import { Simulation } from '../../src/sim/simulation.ts';
import { startSimSystem } from './sim-system.ts';

/** What is lent: no plain data, as the frames of a connection are none. */
interface Ledger {
  readonly lines: string[];
}

const Scribe = defineActor<string, Ledger>('scribe', () => {
  const heard: string[] = [];
  return {
    onMessage: (m) => {
      if (m === 'throw') throw new Error('no');
      heard.push(m);
    },
    onLent: (ledger) => {
      ledger.lines.push(...heard, 'lent');
      if (heard.includes('break')) throw new Error('broken');
    },
  };
});

/** Never has nothing to do. */
const Busy = defineActor<string, Ledger>('busy', (context) => ({
  onMessage: (m) => context.tell(context.self, m),
  onLent: ({ lines }) => lines.push('lent'),
}));

/** Writes down on what it lives and how it ends. */
const diary: string[] = [];
const Diarist = defineActor<string, Ledger>('diarist', (context) => ({
  onMessage: (m) => {
    diary.push(m);
    if (m === 'stop') context.stop();
  },
  onLent: () => diary.push('lent'),
  onStop: () => diary.push('end'),
}));

/** Has a diarist, and a last word for it. */
const diarists = new Map<string, { thread: GatewayThread; diarist: LocalActor<string, Ledger> }>();
const Editor = defineGateway<{ name: string }, null>('editor', (thread, { name }) => {
  const diarist = thread.startActor(Diarist);
  diarists.set(name, { thread, diarist });
  return Promise.resolve({ ready: null, close: () => thread.tell(diarist.ref, 'last word') });
});

/** Is ready when the test says so. */
let slowReady: () => void = () => {};
const Slow = defineGateway<null, null>('slow', async () => {
  await new Promise<void>((resolve) => (slowReady = resolve));
  return { ready: null, close: () => void closed.push('slow') };
});

/** The gateways that runs of this file started, by the name of their options. */
const desks = new Map<string, { thread: GatewayThread; scribe: LocalActor<string, Ledger> }>();
const closed: string[] = [];

const Desk = defineGateway<{ name: string }, { thread: number }>('desk', (thread, { name }) => {
  if (name === 'taken') throw new AtollError('LISTEN_FAILED', 'the port is taken');
  desks.set(name, { thread, scribe: thread.startActor(Scribe) });
  const close = (): void => {
    if (name === 'stuck') throw new Error('stuck');
    closed.push(name);
  };
  const inspect = (): unknown => ({ name });
  return Promise.resolve({ ready: { thread: thread.thread }, inspect, close });
});

async function startWorld(threads: number): Promise<{
  simulation: Simulation;
  system: ActorSystem;
  errors: AtollError[];
}> {
  const simulation = new Simulation({ seed: 5 });
  const errors: AtollError[] = [];
  const onError = (error: AtollError): void => void errors.push(error);
  const kinds = { Scribe, Desk, Busy, Diarist, Editor, Slow };
  const system = await startSimSystem(simulation, 's1', kinds, { threads, onError });
  return { simulation, system, errors };
}

function mustGetDesk(name: string): { thread: GatewayThread; scribe: LocalActor<string, Ledger> } {
  const desk = desks.get(name);
  assert.ok(desk !== undefined);
  return desk;
}

describe('a gateway', () => {
  test('starts on the thread it was meant for and says what it has ready', async () => {
    const { simulation, system } = await startWorld(3);
    for (const thread of [0, 1, 2]) {
      const starting = system.startGateway(Desk, { thread, options: { name: `on ${thread}` } });
      assert.deepEqual(await simulation.settle(starting), { thread });
      assert.equal(mustGetDesk(`on ${thread}`).scribe.ref.counter % 3, thread);
    }
  });

  test('that cannot start says why, with its own code, from any thread', async () => {
    const { simulation, system } = await startWorld(2);
    for (const thread of [0, 1]) {
      const starting = system.startGateway(Desk, { thread, options: { name: 'taken' } });
      await assert.rejects(simulation.settle(starting), { code: 'LISTEN_FAILED' });
    }
    const starting = system.startGateway(Desk, { thread: 2, options: { name: 'nowhere' } });
    await assert.rejects(simulation.settle(starting), { code: 'USAGE' });
  });

  test('tells of itself when it is asked, thread by thread, and costs no message', async () => {
    const { simulation, system } = await startWorld(3);
    for (const [thread, name] of ['zero', 'one', 'two'].entries()) {
      await simulation.settle(system.startGateway(Desk, { thread, options: { name } }));
    }
    const told = await simulation.settle(system.inspectGateways());
    assert.deepEqual(told, [{ name: 'zero' }, { name: 'one' }, { name: 'two' }]);
    const counters = await simulation.settle(system.counters());
    assert.equal(counters.toldFromOutside + counters.toldByActors, 0);
    await simulation.settle(system.close());
    assert.deepEqual(await system.inspectGateways(), []);
  });

  test('is closed with its system, and one that cannot close is reported and holds up nobody', async () => {
    const { simulation, system, errors } = await startWorld(2);
    for (const [thread, name] of [
      [0, 'first'],
      [1, 'stuck'],
      [1, 'second'],
    ] as const) {
      await simulation.settle(system.startGateway(Desk, { thread, options: { name } }));
    }
    await simulation.settle(system.close());
    assert.ok(closed.includes('first') && closed.includes('second'));
    assert.deepEqual(
      errors.map((error) => error.code),
      ['GATEWAY_FAILED'],
    );
  });
});

describe('a gateway at the end of its system', () => {
  test('is heard to its last word, before its actors end, on each thread', async () => {
    for (const thread of [0, 1]) {
      const { simulation, system } = await startWorld(2);
      const options = { name: `at the end ${thread}` };
      await simulation.settle(system.startGateway(Editor, { thread, options }));
      diary.length = 0;
      await simulation.settle(system.close());
      assert.deepEqual(diary, ['last word', 'end']);
    }
  });

  test('that is ready only then is ended, and who started it hears that it is too late', async () => {
    const { simulation, system } = await startWorld(1);
    const starting = system.startGateway(Slow, { options: null });
    const closing = system.close();
    slowReady();
    await assert.rejects(simulation.settle(starting), { code: 'SYSTEM_CLOSED' });
    await simulation.settle(closing);
    assert.ok(closed.includes('slow'));
  });

  test('that starts on another thread then fails too', async () => {
    const { simulation, system } = await startWorld(2);
    const starting = system.startGateway(Slow, { thread: 1, options: null });
    const closing = system.close();
    await assert.rejects(simulation.settle(starting), { code: 'SYSTEM_CLOSED' });
    await simulation.settle(closing);
  });

  test('cannot be started any more', async () => {
    const { simulation, system } = await startWorld(2);
    await simulation.settle(system.close());
    for (const thread of [0, 1]) {
      const starting = system.startGateway(Desk, { thread, options: { name: 'too late' } });
      await assert.rejects(simulation.settle(starting), { code: 'SYSTEM_CLOSED' });
    }
    assert.ok(!desks.has('too late'));
  });
});

describe('what a gateway lends', () => {
  test('comes before what the actor tells itself meanwhile, or it would never come', async () => {
    const { simulation, system } = await startWorld(1);
    await simulation.settle(system.startGateway(Desk, { options: { name: 'busy' } }));
    const { thread } = mustGetDesk('busy');
    const busy = thread.startActor(Busy);
    const ledger: Ledger = { lines: [] };
    thread.tell(busy.ref, 'go on');
    thread.lend(busy, ledger, 1);
    assert.deepEqual(ledger.lines, ['lent']);
  });

  test('to an actor that ends before it comes to it, or lives elsewhere, is a dead letter', async () => {
    const { simulation, system } = await startWorld(1);
    await simulation.settle(system.startGateway(Editor, { options: { name: 'stop' } }));
    const { thread, diarist } = diarists.get('stop') ?? assert.fail();
    diary.length = 0;
    const elsewhere = new ActorRef<string>('127.0.0.1:7000#boot1.1', diarist.ref.counter);
    thread.lend({ ref: elsewhere }, { lines: [] }, 4);
    thread.tell(diarist.ref, 'stop');
    thread.lend(diarist, { lines: [] }, 3);
    assert.deepEqual(diary, ['stop', 'end']);
    const counters = await simulation.settle(system.counters());
    assert.equal(counters.deadLetters, 7);
    assert.equal(counters.handled, 1);
    assert.equal(counters.channelRefsUsed, 0);
  });

  test('is handled before the call returns, after what waits in the mailbox', async () => {
    const { simulation, system } = await startWorld(1);
    await simulation.settle(system.startGateway(Desk, { options: { name: 'order' } }));
    const { thread, scribe } = mustGetDesk('order');
    const ledger: Ledger = { lines: [] };
    thread.tell(scribe.ref, 'one');
    thread.tell(scribe.ref, 'throw');
    thread.tell(scribe.ref, 'two');
    thread.lend(scribe, ledger, 1);
    assert.deepEqual(ledger.lines, ['one', 'two', 'lent']);
  });

  // CMUD §3.1: each query is told to its actor and answered through a channel ref.
  test('counts as so many messages told from outside and channel refs used as it holds queries', async () => {
    const { simulation, system } = await startWorld(1);
    await simulation.settle(system.startGateway(Desk, { options: { name: 'count' } }));
    const { thread, scribe } = mustGetDesk('count');
    thread.lend(scribe, { lines: [] }, 16);
    thread.lend(scribe, { lines: [] }, 1);
    const counters = await simulation.settle(system.counters());
    assert.equal(counters.toldFromOutside, 17);
    assert.equal(counters.channelRefsUsed, 17);
    assert.equal(counters.handled, 17);
    assert.equal(counters.mailboxDepth, 0);
  });

  test('to a handler that throws is reported, and the gateway goes on', async () => {
    const { simulation, system, errors } = await startWorld(1);
    await simulation.settle(system.startGateway(Desk, { options: { name: 'broken' } }));
    const { thread, scribe } = mustGetDesk('broken');
    thread.tell(scribe.ref, 'break');
    thread.lend(scribe, { lines: [] }, 1);
    assert.deepEqual(
      errors.map((error) => error.code),
      ['ACTOR_HANDLER_THREW'],
    );
  });

  test('to a system that is closed is a dead letter', async () => {
    const { simulation, system } = await startWorld(1);
    await simulation.settle(system.startGateway(Desk, { options: { name: 'late' } }));
    const { thread, scribe } = mustGetDesk('late');
    await simulation.settle(system.close());
    const ledger: Ledger = { lines: [] };
    thread.lend(scribe, ledger, 3);
    assert.deepEqual(ledger.lines, []);
    assert.equal((await simulation.settle(system.counters())).deadLetters, 3);
  });
});
