import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  ActorRef,
  ActorSystem,
  type ActorSystemOptions,
  type ThreadCounters,
} from '../../src/actor.ts';
import { actorLimits } from '../../src/core/limits.ts';
import type { CounterMessage } from '../actor/kinds.ts';
import type { PeerOptions, PeerReady } from '../actor/peer.ts';
import { authority, noAuthorityReason } from '../contract/certificates.ts';

/** Real processes on loopback; what is promised in virtual time (`test/actor`) must hold here too. */

interface Peer {
  readonly process: ChildProcess;
  readonly counter: ActorRef<CounterMessage>;
}

const script = fileURLToPath(new URL('../actor/peer.js', import.meta.url));

async function startPeer(options: Partial<PeerOptions> = {}): Promise<Peer> {
  const argument = JSON.stringify({ threads: 1, port: 0, ...options });
  const child = fork(script, [argument], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  const [ready] = (await once(child, 'message')) as [PeerReady];
  return { process: child, counter: ActorRef.fromJSON(ready.counter) };
}

async function kill({ process: child }: Peer): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

async function countersOf({ process: child }: Peer): Promise<ThreadCounters> {
  const answer = once(child, 'message');
  child.send('counters');
  return ((await answer) as [ThreadCounters])[0];
}

/** A system of this process that knows the peer; closed when `work` is over, and so is the peer. */
async function withPeer(
  peer: Peer,
  options: ActorSystemOptions,
  work: (system: ActorSystem) => Promise<void>,
): Promise<void> {
  const members = [hostPortOf(peer.counter)];
  const system = await ActorSystem.create({ port: 0, members, onError: () => {}, ...options });
  try {
    await work(system);
  } finally {
    await system.close();
    await kill(peer);
  }
}

function hostPortOf({ address }: ActorRef<never>): string {
  return address.slice(0, address.indexOf('#'));
}

async function count(system: ActorSystem, counter: ActorRef<CounterMessage>): Promise<number> {
  return (await system.ask(counter, { type: 'get' }, { timeoutMs: 30_000 })).count;
}

describe('systems in two processes', () => {
  for (const threads of [1, 2]) {
    test(`tell and ask each other, with ${threads} threads each`, async () => {
      const modules = [new URL('../actor/kinds.js', import.meta.url)];
      const peer = await startPeer({ threads });
      await withPeer(peer, { threads, modules }, async (system) => {
        for (let told = 0; told < 10_000; told += 1) {
          system.tell(peer.counter, { type: 'add', value: 1 });
        }
        assert.equal(await count(system, peer.counter), 10_000);
      });
    });
  }

  test(
    'talk over TLS with certificates of one authority',
    { skip: noAuthorityReason },
    async () => {
      assert.ok(authority !== undefined);
      const tls = authority.issue('127.0.0.1');
      const peer = await startPeer({ tls });
      await withPeer(peer, { tls: authority.issue('127.0.0.1') }, async (system) => {
        system.tell(peer.counter, { type: 'add', value: 7 });
        assert.equal(await count(system, peer.counter), 7);
      });
    },
  );

  test('that share a secret talk, and one with another secret is refused', async () => {
    const peer = await startPeer({ secret: 'what both of them know' });
    const refused = deferred<string>();
    const wrong = await ActorSystem.create({
      port: 0,
      secret: 'what nobody else knows',
      members: [hostPortOf(peer.counter)],
      onError: (error) => refused.resolve(error.code),
    });
    assert.equal(await refused.promise, 'HELLO_REFUSED');
    await wrong.close();
    await withPeer(peer, { secret: 'what both of them know' }, async (system) => {
      system.tell(peer.counter, { type: 'add', value: 7 });
      assert.equal(await count(system, peer.counter), 7);
    });
  });

  test('find each other again after one was killed and started anew on its port', async () => {
    const first = await startPeer();
    const system = await ActorSystem.create({
      port: 0,
      members: [hostPortOf(first.counter)],
      onError: () => {},
    });
    system.tell(first.counter, { type: 'add', value: 1 });
    assert.equal(await count(system, first.counter), 1);
    await kill(first);
    system.tell(first.counter, { type: 'add', value: 1 });
    const port = Number(hostPortOf(first.counter).split(':').at(-1));
    const second = await startPeer({ port });
    assert.notEqual(second.counter.address, first.counter.address);
    system.tell(second.counter, { type: 'add', value: 5 });
    assert.equal(await count(system, second.counter), 5);
    await system.close();
    await kill(second);
  });

  test('stay well while one stands still: memory bounded, drops counted, the gap reported, the rest in order', async () => {
    const peer = await startPeer();
    let told = 0;
    await withPeer(peer, {}, async (system) => {
      assert.equal(await count(system, peer.counter), 0);
      const rssBefore = process.memoryUsage.rss();
      peer.process.kill('SIGSTOP');
      for (let round = 0; round < 1_000; round += 1) {
        for (let index = 0; index < 10_000; index += 1) {
          system.tell(peer.counter, { type: 'add', value: 1 });
        }
        told += 10_000;
        await turn();
      }
      const [member] = system.members();
      assert.ok(member !== undefined && member.dropped > 0, 'ten million do not fit');
      assert.ok(member.heldBytes <= actorLimits.outboxBytesMax + actorLimits.linkBufferBytesMax);
      const grownMiB = (process.memoryUsage.rss() - rssBefore) / 2 ** 20;
      assert.ok(grownMiB < 400, `${grownMiB} MiB`);
      peer.process.kill('SIGCONT');
      while ((system.members()[0]?.heldBytes ?? 0) > 0) await turn();
      // Behind the gap: reported with the next message that comes.
      const arrived = await count(system, peer.counter);
      const { missingFromRemote } = await countersOf(peer);
      assert.ok(missingFromRemote > 0);
      assert.equal(arrived + missingFromRemote, told);
    });
  });
});

/** Lets sockets and timers have their turn. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
