import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
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
  const kinds = { Scribe, Desk };
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

describe('what a gateway lends', () => {
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
