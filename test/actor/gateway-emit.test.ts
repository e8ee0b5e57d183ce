import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { defineActor } from '../../src/actor/actor-kind.ts';
import type { ActorSystem } from '../../src/actor/actor-system.ts';
import { defineGateway, type GatewayThread } from '../../src/actor/gateway.ts';
import type { AtollError } from '../../src/core/errors.ts';
import { Simulation } from '../../src/sim/simulation.ts';
import { startSimSystem } from './sim-system.ts';

/** What is emitted: no plain data, as a frame for a disk need not be. */
interface Page {
  readonly text: string;
  readonly bytes: Map<string, Uint8Array>;
}

const scrap: Uint8Array = Uint8Array.of(1, 2, 3);

/** Emits whatever happens to it. */
const Author = defineActor<string, null, Page>(
  'author',
  (context) => {
    const emit = (text: string): void => context.emit({ text, bytes: new Map([['scrap', scrap]]) });
    emit('create');
    return {
      onMessage: (m) => {
        if (m === 'throw') throw new Error('on purpose');
        if (m === 'have a child') context.tell(context.startActor(Author), 'from the child');
        if (m === 'end') context.stop();
        emit(m);
      },
      onLent: () => emit('lent'),
      onStop: () => emit('stop'),
    };
  },
  { onThrow: 'restart' },
);

/** The threads that gateways of this file were started on, by the gateways' names. */
const presses = new Map<string, GatewayThread>();
const Press = defineGateway<{ name: string }, null>('press', (thread, { name }) => {
  presses.set(name, thread);
  return Promise.resolve({ ready: null, close: () => {} });
});

async function startPress(name: string): Promise<{
  simulation: Simulation;
  system: ActorSystem;
  errors: string[];
  press: GatewayThread;
}> {
  const simulation = new Simulation({ seed: 3 });
  const errors: string[] = [];
  const onError = (error: AtollError): void => void errors.push(error.code);
  const system = await startSimSystem(simulation, 's1', { Author, Press }, { onError });
  await simulation.settle(system.startGateway(Press, { options: { name } }));
  return { simulation, system, errors, press: presses.get(name) ?? assert.fail() };
}

describe('what an actor emits', () => {
  test('comes to the gateway that started it as it is, before the emitting goes on', async () => {
    const { simulation, press } = await startPress('as it is');
    const pages: Page[] = [];
    const author = press.startActor(Author, { onEmit: (page) => void pages.push(page) });
    assert.equal(pages.length, 1);
    assert.equal(pages[0]?.bytes.get('scrap'), scrap);
    press.lend(author, null, 1);
    assert.equal(pages.length, 2);
    press.tell(author.ref, 'told');
    assert.equal(pages.length, 2);
    await simulation.runUntilIdle();
    assert.deepEqual(
      pages.map(({ text }) => text),
      ['create', 'lent', 'told'],
    );
  });

  test('comes there from its first moment to its last, also after it began anew', async () => {
    const { simulation, system, press } = await startPress('first to last');
    const texts: string[] = [];
    const onEmit = ({ text }: Page): void => void texts.push(text);
    const author = press.startActor(Author, { onEmit });
    for (const message of ['one', 'throw', 'two']) press.tell(author.ref, message);
    await simulation.runUntilIdle();
    await simulation.settle(system.close());
    assert.deepEqual(texts, ['create', 'one', 'create', 'two', 'stop']);
  });

  test('is no message, and is counted nowhere', async () => {
    const { simulation, system, press } = await startPress('no message');
    press.startActor(Author, { onEmit: () => {} });
    const counters = await simulation.settle(system.counters());
    const { toldByActors, toldFromOutside, handled, channelRefsUsed } = counters;
    assert.deepEqual([toldByActors, toldFromOutside, handled, channelRefsUsed], [0, 0, 0, 0]);
  });

  test('goes nowhere when nobody listens: a gateway hears its own actors, not theirs', async () => {
    const { simulation, system, errors, press } = await startPress('nobody');
    const texts: string[] = [];
    const onEmit = ({ text }: Page): void => void texts.push(text);
    press.tell(press.startActor(Author).ref, 'unheard');
    system.tell(system.startActor(Author), 'unheard too');
    press.tell(press.startActor(Author, { onEmit }).ref, 'have a child');
    await simulation.runUntilIdle();
    assert.deepEqual(texts, ['create', 'have a child']);
    assert.deepEqual(errors, []);
  });

  test('and its gateway throws at is the end of the process, not of the message alone', async () => {
    const { simulation, press, errors } = await startPress('jammed');
    const onEmit = (): void => {
      throw new RangeError('jammed');
    };
    press.startActor(Author, { onEmit });
    await assert.rejects(simulation.runUntilIdle(), /jammed/);
    assert.deepEqual(errors, ['ACTOR_HANDLER_THREW']);
  });

  test('is what its kind says and its gateway expects, or it does not compile', async () => {
    const { press } = await startPress('types');
    // @ts-expect-error it emits pages, which have no title
    press.startActor(Author, { onEmit: (page: { title: string }) => void page });
    // @ts-expect-error an actor of this kind emits nothing
    defineActor<string>('silent', (context) => ({ onMessage: (m) => context.emit(m) }));
    // @ts-expect-error a page has bytes
    defineActor<string, null, Page>('hasty', (c) => ({ onMessage: (text) => c.emit({ text }) }));
    assert.ok(true);
  });
});
