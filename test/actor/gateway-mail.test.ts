import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ActorSystem } from '../../src/actor.ts';
import { defineActor, type PlainValue } from '../../src/actor/actor-kind.ts';
import { ActorRef } from '../../src/actor/actor-ref.ts';
import {
  defineGateway,
  type GatewayRef,
  type GatewayThread,
  type LocalActor,
} from '../../src/actor/gateway.ts';
import { actorLimits } from '../../src/core/limits.ts';
import { Simulation } from '../../src/sim/simulation.ts';
import { Postbox, Returner } from './postbox.ts';
import { startSimSystem } from './sim-system.ts';

/** Emits what it is told, and writes into what it is lent what it heard so far. */
const Clerk = defineActor<string, string[], string>('clerk', (context) => {
  const heard: string[] = [];
  return {
    onMessage: (m) => {
      heard.push(m);
      context.emit(m);
    },
    onLent: (list) => void list.push(...heard),
  };
});

const Postman = defineActor<{ to: ActorRef<PlainValue>; content: PlainValue }>(
  'postman',
  (context) => ({ onMessage: (m) => context.tell(m.to, m.content) }),
);

/** A gateway as the tests see it. What it gets it writes down, and then does what the test says. */
interface Office {
  readonly thread: GatewayThread;
  readonly clerk: LocalActor<string, string[]>;
  readonly got: [unknown, GatewayRef][];
  onMail: (mail: unknown, from: GatewayRef) => void;
  onClose: () => void | Promise<void>;
}

/** By the names of their options; all threads of a simulation are in this one. */
const offices = new Map<string, Office>();
let openLate: (error?: Error) => void = () => {};

const OfficeGateway = defineGateway<{ name: string }, GatewayRef>(
  'office',
  async (thread, { name }) => {
    const clerk = thread.startActor(Clerk, {
      onEmit: (text) => thread.post(thread.self, `emitted ${text}`),
    });
    const got: [unknown, GatewayRef][] = [];
    const office: Office = { thread, clerk, got, onMail: () => {}, onClose: () => {} };
    offices.set(name, office);
    if (name === 'late') {
      await new Promise<void>((resolve, reject) => {
        openLate = (error) => (error === undefined ? resolve() : reject(error));
      });
    }
    const onMail = (mail: unknown, from: GatewayRef): void => {
      got.push([mail, from]);
      office.onMail(mail, from);
    };
    const close = (): void | Promise<void> => office.onClose();
    return { ready: thread.self, close, ...(name === 'deaf' ? {} : { onMail }) };
  },
);

interface World {
  readonly simulation: Simulation;
  readonly system: ActorSystem;
  readonly open: (name: string, thread: number) => Promise<Office>;
  readonly deadLetters: () => Promise<number>;
}

async function startWorld(threads: number): Promise<World> {
  const simulation = new Simulation({ seed: 11 });
  const kinds = { Clerk, OfficeGateway, Postman };
  const system = await startSimSystem(simulation, 's1', kinds, { threads });
  const open = async (name: string, thread: number): Promise<Office> => {
    await simulation.settle(system.startGateway(OfficeGateway, { thread, options: { name } }));
    return mustGetOffice(name);
  };
  const deadLetters = async (): Promise<number> => {
    await simulation.runUntilIdle();
    return (await simulation.settle(system.counters())).deadLetters;
  };
  return { simulation, system, open, deadLetters };
}

function mustGetOffice(name: string): Office {
  return offices.get(name) ?? assert.fail(`there is no office ${name}`);
}

/** Where two gateways can be to each other. */
const pairs = [
  [0, 0],
  [1, 1],
  [0, 1],
  [1, 0],
  [1, 2],
] as const;

describe('mail between gateways', () => {
  test('comes in the order posted, with who posted it, and never inside the call', async () => {
    for (const [source, target] of pairs) {
      const { simulation, open } = await startWorld(3);
      const one = await open('one', source);
      const other = await open('other', target);
      for (const item of [1, 2, 3]) one.thread.post(other.thread.self, { item });
      assert.deepEqual(other.got, []);
      await simulation.runUntilIdle();
      const from = { thread: source, number: 1 };
      assert.deepEqual(
        other.got,
        [1, 2, 3].map((item) => [{ item }, from]),
      );
    }
  });

  test('is a snapshot, and belongs to who gets it', async () => {
    for (const [source, target] of pairs) {
      const { simulation, open } = await startWorld(3);
      const one = await open('one', source);
      const other = await open('other', target);
      const bytes = Buffer.from([1, 2, 3]);
      for (let count = 0; count < 2; count += 1) one.thread.post(other.thread.self, { bytes });
      bytes.fill(9);
      const got: Uint8Array[] = [];
      other.onMail = (mail) => {
        const came = (mail as { bytes: Uint8Array }).bytes.fill(4, 2);
        got.push(Uint8Array.from(came));
      };
      await simulation.runUntilIdle();
      assert.deepEqual(got, Array(2).fill(Uint8Array.of(1, 2, 4)));
    }
  });

  test('comes behind what was told before it to an actor there, and before what was told after', async () => {
    const { simulation, open } = await startWorld(2);
    const one = await open('one', 0);
    const other = await open('other', 1);
    const heard: string[] = [];
    other.onMail = (mail) => {
      if (mail === 'lend') other.thread.lend(other.clerk, heard, 1);
    };
    one.thread.tell(other.clerk.ref, 'before');
    one.thread.post(other.thread.self, 'lend');
    one.thread.tell(other.clerk.ref, 'after');
    await simulation.runUntilIdle();
    assert.deepEqual(heard, ['before']);
  });

  test('leaves at the end of the turn of an actor that emits', async () => {
    const { simulation, system, open } = await startWorld(2);
    const one = await open('one', 1);
    system.tell(one.clerk.ref, 'news');
    await simulation.runUntilIdle();
    assert.deepEqual(one.got, [['emitted news', one.thread.self]]);
  });

  test('is no message: not told, not handled, of no pair, through no channel', async () => {
    const { simulation, system, open } = await startWorld(2);
    const [one, other] = [await open('one', 0), await open('other', 1)];
    for (const { self } of [one.thread, other.thread]) one.thread.post(self, 'hello');
    await simulation.runUntilIdle();
    assert.equal(one.got.length + other.got.length, 2);
    const counters = await simulation.settle(system.counters());
    const { toldByActors, toldFromOutside, handled, channelRefsUsed, pairRateMax } = counters;
    const counted = [toldByActors, toldFromOutside, handled, channelRefsUsed, pairRateMax];
    assert.deepEqual(counted, [0, 0, 0, 0, 0]);
    assert.equal(counters.deadLetters, 0);
  });

  test('that goes on for ever lets timers in between', async () => {
    const { simulation, open } = await startWorld(1);
    const one = await open('one', 0);
    one.onMail = (mail) => one.thread.post(one.thread.self, mail);
    one.thread.post(one.thread.self, 'again');
    await simulation.advance(10);
    assert.ok(one.got.length > 100);
    one.onMail = () => {};
    await simulation.runUntilIdle();
  });

  test('may be larger than a message, and what is larger still or no plain data is a bug', async () => {
    for (const target of [0, 1]) {
      const { simulation, open } = await startWorld(2);
      const one = await open('one', 0);
      const { self } = (await open('other', target)).thread;
      one.thread.post(self, new Uint8Array(actorLimits.mailBytesMax - 1_000));
      await simulation.runUntilIdle();
      assert.equal(mustGetOffice('other').got.length, 1);
      const tooLarge = new Uint8Array(actorLimits.mailBytesMax);
      const larger = /larger than 16777216 bytes/;
      assert.throws(() => one.thread.post(self, tooLarge), larger);
      const notPlain = { list: [new Uint8Array(actorLimits.messageBytesMax), new Date(0)] };
      const asserted = {
        name: 'AssertionFailed',
        message: /mail\.list\[1\] is an instance of Date/,
      };
      assert.throws(() => one.thread.post(self, notPlain), asserted);
    }
  });

  test('whose receiver throws ends the process, wherever it came from', async () => {
    for (const [source, target] of pairs) {
      const { simulation, open } = await startWorld(3);
      const [one, other] = [await open('one', source), await open('other', target)];
      other.onMail = () => {
        throw new RangeError('unreadable');
      };
      one.thread.post(other.thread.self, 'hello');
      await assert.rejects(simulation.runUntilIdle(), /unreadable/);
    }
  });
});

describe('mail that nobody can get', () => {
  test('is dead letters: nobody there, nobody who listens, no such thread', async () => {
    const { open, deadLetters } = await startWorld(2);
    const one = await open('one', 0);
    const deaf = (await open('deaf', 1)).thread.self;
    const nobodies = [deaf, { thread: 0, number: 7 }, { thread: 1, number: 7 }];
    const nowheres = [2, -1, 0.5].map((thread) => ({ thread, number: 1 }));
    for (const to of [...nobodies, ...nowheres]) one.thread.post(to, 'hello');
    assert.equal(await deadLetters(), 6);
  });

  test('is dead letters: its receiver could not start', async () => {
    const { simulation, system, open, deadLetters } = await startWorld(2);
    const one = await open('one', 0);
    const starting = system.startGateway(OfficeGateway, { thread: 1, options: { name: 'late' } });
    await simulation.runUntilIdle();
    const { self } = mustGetOffice('late').thread;
    one.thread.post(self, 'early');
    await simulation.runUntilIdle();
    openLate(new Error('no paper'));
    await assert.rejects(simulation.settle(starting), /no paper/);
    one.thread.post(self, 'late');
    assert.equal(await deadLetters(), 2);
  });

  test('is dead letters: the system is closed', async () => {
    const { simulation, system, open, deadLetters } = await startWorld(2);
    const [one, other] = [await open('one', 0), await open('other', 1)];
    await simulation.settle(system.close());
    for (const { self } of [one.thread, other.thread]) one.thread.post(self, 'hello');
    assert.equal(await deadLetters(), 2);
    assert.equal(one.got.length + other.got.length, 0);
  });

  test('is what an actor makes up', async () => {
    const { system, open, deadLetters } = await startWorld(1);
    const one = await open('one', 0);
    const to = new ActorRef<PlainValue>(system.address, 0);
    const from = { thread: 0, number: 1 };
    const content = { type: 'mail', to: 1, from, mail: 'forged' };
    system.tell(system.startActor(Postman), { to, content });
    assert.equal(await deadLetters(), 1);
    assert.deepEqual(one.got, []);
  });
});

describe('a gateway', () => {
  test('that is not ready yet gets its mail when it is, before what comes later', async () => {
    for (const thread of [0, 1]) {
      const { simulation, system, open, deadLetters } = await startWorld(2);
      const one = await open('one', 0);
      const starting = system.startGateway(OfficeGateway, { thread, options: { name: 'late' } });
      await simulation.runUntilIdle();
      const late = mustGetOffice('late');
      for (const item of [1, 2]) one.thread.post(late.thread.self, item);
      await simulation.runUntilIdle();
      assert.equal(late.got.length, 0);
      openLate();
      one.thread.post(late.thread.self, 3);
      await simulation.settle(starting);
      assert.equal(await deadLetters(), 0);
      assert.deepEqual(
        late.got.map(([mail]) => mail),
        [1, 2, 3],
      );
    }
  });

  test('that is not ready yet is not sent mail without an end', async () => {
    const { simulation, system, open, deadLetters } = await startWorld(1);
    const one = await open('one', 0);
    const starting = system.startGateway(OfficeGateway, { options: { name: 'late' } });
    const late = mustGetOffice('late');
    const count = actorLimits.mailBeforeReadyMax + 5;
    for (let item = 0; item < count; item += 1) one.thread.post(late.thread.self, item);
    await simulation.runUntilIdle();
    openLate();
    await simulation.settle(starting);
    assert.equal(await deadLetters(), 5);
    assert.equal(late.got.length, actorLimits.mailBeforeReadyMax);
  });

  test('gets mail until its close is over: it may wait for an answer', async () => {
    const { simulation, system, open } = await startWorld(2);
    const [one, other] = [await open('one', 1), await open('other', 0)];
    other.onMail = (mail, from) => other.thread.post(from, `${String(mail)} is done`);
    one.onClose = () => {
      one.thread.post(other.thread.self, 'the last');
      return new Promise((resolve) => (one.onMail = () => resolve()));
    };
    await simulation.settle(system.close());
    assert.deepEqual(one.got, [['the last is done', { thread: 0, number: 1 }]]);
  });

  test('of one real thread gets from another what it posted, byte for byte', async () => {
    const modules = [new URL('./postbox.js', import.meta.url)];
    const system = await ActorSystem.create({ threads: 2, modules });
    try {
      const to = await system.startGateway(Returner, { thread: 1, options: null });
      const bytes = Uint8Array.from({ length: 5_000_000 }, (_, index) => index * 7);
      const returned = await new Promise<readonly [unknown, GatewayRef]>((resolve, reject) => {
        const onMail = (mail: unknown, from: GatewayRef): void => resolve([mail, from]);
        const options = { to, mail: { name: 'page', bytes }, onMail };
        system.startGateway(Postbox, { options }).catch(reject);
      });
      assert.deepEqual(returned, [
        { name: 'page', bytes },
        { thread: 1, number: 1 },
      ]);
    } finally {
      await system.close();
    }
  });
});
