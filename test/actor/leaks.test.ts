import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ActorSystem } from '../../src/actor.ts';
import { defineActor } from '../../src/actor/actor-kind.ts';
import { ActorRef } from '../../src/actor/actor-ref.ts';
import { Mailbox } from '../../src/actor/mailbox.ts';
import { BatchWriter } from '../../src/actor/message/batch-writer.ts';
import { createCounters } from '../../src/actor/counters.ts';
import { Outgoing } from '../../src/actor/outgoing.ts';
import { PairRates } from '../../src/actor/pair-rates.ts';
import type { SystemLinks } from '../../src/actor/system-links.ts';
import { Counter, Echo } from './kinds.ts';

// What a test cannot see otherwise: memory that nobody needs and nobody gives back.
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

async function usedBytes(): Promise<number> {
  // Twice: promises and weak references let go of things a turn later.
  for (let pass = 0; pass < 2; pass += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** After a first round, which makes what is kept, many more may not keep more than `bytesMax` in all. */
async function assertKeepsNothing(
  round: () => void | Promise<void>,
  rounds = 20_000,
  bytesMax = 700_000,
): Promise<void> {
  const run = async (times: number): Promise<number> => {
    for (let count = 1; count <= times; count += 1) {
      await round();
      // What the loop gives back between its turns is not kept.
      if (count % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    return usedBytes();
  };
  const before = await run(1_000);
  const kept = (await run(rounds)) - before;
  assert.ok(kept < bytesMax, `${rounds} rounds kept ${kept} bytes`);
}

/** Tells somebody and ends. */
const Mayfly = defineActor<{ to: ActorRef<never> }>('mayfly', (context) => ({
  onMessage: (m) => {
    context.tell(m.to as ActorRef<string>, 'hello');
    context.stop();
  },
  onStop: () => context.tell(context.self, { to: context.self }),
}));

async function withSystem(
  work: (system: ActorSystem) => Promise<void>,
  threads = 1,
): Promise<void> {
  const system = await ActorSystem.create({ threads, onError: () => {} });
  try {
    await work(system);
  } finally {
    await system.close();
  }
}

describe('nothing is left of', () => {
  test('actors that ended, and of the pairs that they were', () =>
    withSystem(async (system) => {
      const to = new ActorRef<never>(system.address, 5);
      await assertKeepsNothing(async () => {
        system.tell(system.startActor(Mayfly), { to });
        await Promise.resolve();
      });
      assert.equal((await system.counters()).actors, 0);
    }));

  test('asks that were refused or too late', () =>
    withSystem(async (system) => {
      const echo = system.startActor(Echo);
      const value = (() => 0) as unknown as null;
      await assertKeepsNothing(async () => {
        await system.ask(echo, { type: 'echo', value }, { timeoutMs: 60_000 }).catch(() => {});
      });
      const nobody = new ActorRef<{ type: 'get'; replyTo: ActorRef<null> }>(system.address, 5);
      const late: Promise<unknown>[] = [];
      await assertKeepsNothing(async () => {
        late.push(system.ask(nobody, { type: 'get' }, { timeoutMs: 0 }).catch(() => {}));
        if (late.length < 500) return;
        await Promise.all(late);
        late.length = 0;
      });
    }));

  test('channel refs that were closed, or were made after the close', async () => {
    const system = await ActorSystem.create();
    await assertKeepsNothing(() => system.newChannelRef().close());
    await system.close();
    await assertKeepsNothing(() => void system.newChannelRef());
  });

  test('delayed messages that were told or cancelled', () =>
    withSystem(async (system) => {
      const to = system.startActor(Counter);
      await assertKeepsNothing(() =>
        system.tellAfter(to, { type: 'add', value: 1 }, 60_000).cancel(),
      );
      let told = 0;
      await assertKeepsNothing(async () => {
        system.tellAfter(to, { type: 'add', value: 1 }, 0);
        told += 1;
        if (told % 500 > 0) return;
        while ((await system.counters()).toldFromOutside < told)
          await new Promise((resolve) => setTimeout(resolve, 1));
      });
    }));

  test('messages that were taken from a mailbox, and of the room that many of them took', async () => {
    const mailbox = new Mailbox<Uint8Array>();
    mailbox.push(new Uint8Array(0));
    const before = await usedBytes();
    for (let count = 0; count < 48; count += 1) mailbox.push(new Uint8Array(1_000_000));
    for (let count = 0; count < 48; count += 1) mailbox.pop();
    assert.ok((await usedBytes()) - before < 2_000_000, 'the messages');
    for (let count = 0; count < 1_000_000; count += 1) mailbox.push(new Uint8Array(0).fill(0));
    while (mailbox.length > 0) mailbox.pop();
    assert.ok((await usedBytes()) - before < 2_000_000, 'the room');
    assert.equal(mailbox.length, 0);
  });

  test('one large message when small batches come', async () => {
    const writer = new BatchWriter();
    const before = await usedBytes();
    writer.add(1, new Uint8Array(4_000_000));
    writer.clear();
    writer.add(1, 'small');
    writer.clear();
    assert.ok((await usedBytes()) - before < 1_000_000);
    assert.equal(writer.byteLength, 0);
  });

  test('objects used as dictionaries, whose names never come again', async () => {
    const writer = new BatchWriter();
    let name = 0;
    await assertKeepsNothing(
      () => {
        const entries = Array.from({ length: 4 }, () => [`name ${(name += 1)}`, 1]);
        writer.add(1, Object.fromEntries(entries));
        writer.clear();
      },
      20_000,
      6_000_000,
    );
  });

  test('objects of thousands of properties, or with names as long as books', async () => {
    const names = Array.from({ length: 3_000 }, (_, index) => [`name ${index}`, 1]);
    const large = Object.fromEntries(names) as object;
    const writer = new BatchWriter();
    const before = await usedBytes();
    writer.add(1, large);
    writer.clear();
    for (let count = 0; count < 200; count += 1) {
      writer.add(1, { ['x'.repeat(100_000) + String(count)]: 1 });
      writer.clear();
    }
    assert.ok((await usedBytes()) - before < 3_000_000);
    assert.equal(writer.count, 0);
  });

  test('questions that other threads answered', () =>
    withSystem(async (system) => {
      await assertKeepsNothing(async () => void (await system.counters()), 5_000);
    }, 2));

  test('the milliseconds in which a pair was busy', async () => {
    const rates = new PairRates(10);
    let nowMs = 0;
    await assertKeepsNothing(() => rates.count(1, 'here', 2, (nowMs += 1)), 100_000);
    assert.equal(rates.max, 1_000);
  });

  test('systems that were told something once', async () => {
    const links: SystemLinks = {
      start: () => {},
      mayTake: () => true,
      send: () => {},
      drop: () => {},
      addMember: () => {},
      removeMember: () => {},
      reject: () => {},
      members: () => [],
      close: () => Promise.resolve(),
    };
    const outgoing = new Outgoing([undefined], links, createCounters());
    let port = 0;
    await assertKeepsNothing(() => {
      port += 1;
      outgoing.toSystem(new ActorRef<never>(`far:${port}#boot1.1`, 1), 'hello');
      outgoing.flush();
    }, 2_000);
  });
});
