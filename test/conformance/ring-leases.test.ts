import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { ringLimits } from '../../src/core/limits.ts';
import { RespPeer } from '../support/resp-peer.ts';
import { RingWorld } from '../support/ring-world.ts';

// The server's half of Tribbler §4.4, and §4.5: what is on the wire, in virtual time.

const { leaseMs, leaseGuardMs, leasePenaltyMs } = ringLimits;

/** A node, and clients that speak RESP3 to it by hand. */
class Wire {
  readonly #world: RingWorld;

  private constructor(world: RingWorld) {
    this.#world = world;
  }

  static async start(): Promise<Wire> {
    return new Wire(await RingWorld.start());
  }

  async client(name: string): Promise<RespPeer> {
    const peer = new RespPeer(this.#world.simulation, this.#world.coordinator, name);
    await peer.ask('HELLO', 3);
    return peer;
  }

  async pass(ms: number): Promise<void> {
    await this.#world.simulation.advance(ms);
  }

  get nowMs(): number {
    return this.#world.simulation.nowMs;
  }
}

/** The same for values and for lists. */
const kinds = [
  {
    name: 'value',
    ask: ['GETLEASE', 'a:key'],
    write: (text: string) => ['SET', 'a:key', text],
    read: (reply: unknown) => (reply as readonly unknown[])[0],
    seen: (text: string) => text,
  },
  {
    name: 'list',
    ask: ['LRANGELEASE', 'a:key', -1, -1],
    write: (text: string) => ['LADD', 'a:key', text],
    read: (reply: unknown) => (reply as readonly unknown[])[0],
    seen: (text: string) => [text],
  },
] as const;

for (const kind of kinds) {
  /** The lease id of a reply; 0: none was granted. */
  const leaseIdOf = (reply: unknown): number => (reply as readonly [unknown, number])[1];

  async function held(): Promise<{ wire: Wire; holder: RespPeer; writer: RespPeer; id: number }> {
    const wire = await Wire.start();
    const [holder, writer] = [await wire.client('holder'), await wire.client('writer')];
    await writer.ask(...kind.write('old'));
    const id = leaseIdOf(await holder.ask(...kind.ask));
    assert.ok(id > 0);
    return { wire, holder, writer, id };
  }

  describe(`before a leased ${kind.name} is changed`, () => {
    test('its holder is asked for the lease on its own connection, and the change waits for the answer', async () => {
      const { wire, holder, writer, id } = await held();
      writer.send(kind.write('new'));
      await wire.pass(1_000);
      assert.deepEqual(holder.pushes, [['revoke', 'a:key', id, 1]]);
      assert.deepEqual(writer.takeReplies(), []);
      assert.equal(await holder.ask('REVOKED', 'a:key', id), 1);
      await wire.pass(1);
      assert.equal(writer.takeReplies().length, 1);
      assert.deepEqual(kind.read(await holder.ask(...kind.ask)), kind.seen('new'));
    });

    test('no lease is granted, and whoever reads gets the old one', async () => {
      const { wire, holder, writer } = await held();
      const other = await wire.client('other');
      writer.send(kind.write('new'));
      await wire.pass(10);
      for (const client of [holder, other]) {
        const reply = await client.ask(...kind.ask);
        assert.deepEqual(kind.read(reply), kind.seen('old'));
        assert.equal(leaseIdOf(reply), 0);
      }
    });

    test('the change waits for all who hold it, and for nobody else', async () => {
      const { wire, holder, writer, id } = await held();
      const [second, stranger] = [await wire.client('second'), await wire.client('stranger')];
      const secondId = leaseIdOf(await second.ask(...kind.ask));
      await stranger.ask('GETLEASE', 'another:key');
      writer.send(kind.write('new'));
      await wire.pass(10);
      await holder.ask('REVOKED', 'a:key', id);
      await wire.pass(10);
      assert.deepEqual(writer.takeReplies(), []);
      await second.ask('REVOKED', 'a:key', secondId);
      await wire.pass(10);
      assert.equal(writer.takeReplies().length, 1);
      assert.deepEqual(stranger.pushes, []);
    });

    test('the change does not wait longer than lease and guard', async () => {
      const { wire, writer } = await held();
      const startMs = wire.nowMs;
      writer.send(kind.write('new'));
      // As long as the guard lasts, a holder with a slow clock may still use its copy.
      await wire.pass(leaseMs + leaseGuardMs - 1_000);
      assert.deepEqual(writer.takeReplies(), []);
      await wire.pass(1_001);
      assert.equal(writer.takeReplies().length, 1);
      assert.ok(wire.nowMs - startMs <= leaseMs + leaseGuardMs + 1);
    });

    test('other keys are changed without delay, also by other connections of the same machine', async () => {
      const { wire, writer } = await held();
      const other = await wire.client('writer');
      writer.send(kind.write('new'));
      await wire.pass(1);
      const startMs = wire.nowMs;
      assert.equal(await other.ask('SET', 'a:other', 'v'), 'OK');
      assert.ok(wire.nowMs - startMs < 100);
    });

    test('further changes queue, and are made in order when it is free', async () => {
      const { wire, holder, writer, id } = await held();
      const others = [await wire.client('w1'), await wire.client('w2')];
      writer.send(kind.write('one'));
      await wire.pass(10);
      for (const [index, other] of others.entries()) {
        other.send(kind.write(`more ${index}`));
        await wire.pass(10);
      }
      assert.deepEqual(
        others.flatMap((other) => other.takeReplies()),
        [],
      );
      // Nobody is asked twice.
      assert.equal(holder.pushes.length, 1);
      await holder.ask('REVOKED', 'a:key', id);
      await wire.pass(10);
      assert.deepEqual(
        others.map((other) => other.takeReplies().length),
        [1, 1],
      );
      assert.deepEqual(kind.read(await holder.ask(...kind.ask)), kind.seen('more 1'));
    });
  });

  test(`when a ${kind.name} was changed, leases of it are granted again`, async () => {
    const { wire, holder, writer, id } = await held();
    writer.send(kind.write('new'));
    await wire.pass(10);
    await holder.ask('REVOKED', 'a:key', id);
    const reply = await holder.ask(...kind.ask);
    assert.deepEqual(kind.read(reply), kind.seen('new'));
    assert.ok(leaseIdOf(reply) > id);
  });

  test(`who let the revocation of a ${kind.name} run out gets no lease for a while`, async () => {
    const { wire, holder, writer } = await held();
    writer.send(kind.write('new'));
    await wire.pass(leaseMs + leaseGuardMs + 1);
    assert.equal(leaseIdOf(await holder.ask(...kind.ask)), 0);
    await wire.pass(leasePenaltyMs);
    assert.ok(leaseIdOf(await holder.ask(...kind.ask)) > 0);
  });
}

test('to give back a lease that one has not is answered so, and changes nothing', async () => {
  const wire = await Wire.start();
  const client = await wire.client('client');
  assert.equal(await client.ask('REVOKED', 'a:key', 7), 0);
});

test('a lease is told with its time', async () => {
  const wire = await Wire.start();
  const client = await wire.client('client');
  await client.ask('SET', 'a:key', 'v');
  const [value, id, ms] = (await client.ask('GETLEASE', 'a:key')) as readonly unknown[];
  assert.deepEqual([value, ms], ['v', leaseMs]);
  assert.ok(Number(id) > 0);
});

// §4.5
test('clients that append to one list at the same time lose nothing, and nothing is there twice', async () => {
  const wire = await Wire.start();
  const clients = await Promise.all(['a', 'b', 'c'].map((name) => wire.client(name)));
  for (let i = 0; i < 100; i += 1) {
    for (const [index, client] of clients.entries()) {
      // Each item is sent by two of them.
      client.send(
        ['LADD', 'a:list', `${i}:${index}`],
        ['LADD', 'a:list', `${i}:${(index + 1) % 3}`],
      );
    }
  }
  await wire.pass(1_000);
  const added = clients.flatMap((client) => client.takeReplies()).filter((reply) => reply === 1);
  assert.equal(added.length, 300);
  const [reader] = clients;
  const items = (await reader?.ask('LRANGE', 'a:list', 0, -1)) as readonly string[];
  assert.equal(new Set(items).size, 300);
  assert.equal(items.length, 300);
});
