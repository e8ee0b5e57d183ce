import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import {
  bulk,
  CommandServer,
  nilReply,
  okReply,
  type OnCommand,
} from '../../../test/support/command-server.ts';
import { SmallGeoServer } from '../../../test/support/small-geo-server.ts';
import { AtollError } from '../../core/errors.ts';
import { callLimits, geoClientLimits } from '../../core/limits.ts';
import type { HostPort } from '../../core/network.ts';
import { Simulation } from '../../sim/simulation.ts';
import { GeoClient } from './client.ts';
import { FixedRouter } from './fixed-router.ts';
import { RoundRobinRouter } from './round-robin-router.ts';
import type { Router } from './router.ts';

const one: HostPort = { host: 'one', port: 7001 };
const two: HostPort = { host: 'two', port: 7001 };

/** Starts a server whose answers the test decides, now and after each restart of its node. */
function serve(simulation: Simulation, at: HostPort, onCommand: OnCommand): CommandServer {
  const server = new CommandServer();
  simulation.node(at.host).boot((outside) => server.listen(outside, at, onCommand));
  return server;
}

async function connect(
  simulation: Simulation,
  router: Router = new FixedRouter(one),
  timeoutMs?: number,
): Promise<GeoClient> {
  simulation.node(two.host);
  await simulation.advance(1);
  return new GeoClient({ router, outside: simulation.node('app').outside, timeoutMs });
}

/** Answers GET with its key, in capitals. */
const echo: OnCommand = (peer, words) => peer.send(bulk((words[1] ?? '').toUpperCase()));
const never: OnCommand = () => undefined;

test('many calls at once share one connection, and each gets its own answer', async () => {
  const simulation = new Simulation({ seed: 1 });
  const server = serve(simulation, one, echo);
  const client = await connect(simulation);
  const keys = Array.from({ length: 5_000 }, (_, i) => `key-${i}`);
  const values = await simulation.settle(Promise.all(keys.map((key) => client.get(key))));
  assert.deepEqual(
    values,
    keys.map((key) => key.toUpperCase()),
  );
  assert.equal(server.peers.length, 1);
});

test('text and bytes may be asked for in any order', async () => {
  const simulation = new Simulation({ seed: 2 });
  serve(simulation, one, echo);
  const client = await connect(simulation);
  const asked = Array.from({ length: 200 }, (_, i) =>
    i % 3 === 0 ? client.getBytes(`k${i}`) : client.get(`k${i}`),
  );
  const values = await simulation.settle(Promise.all(asked));
  values.forEach((value, i) => {
    assert.equal(typeof value, i % 3 === 0 ? 'object' : 'string');
    assert.equal(Buffer.from(value ?? '').toString(), `K${i}`);
  });
});

// CMUD §6.1: before each call NextAddr says whom to ask.
test('the router is asked before every call', async () => {
  const simulation = new Simulation({ seed: 3 });
  const servers = [serve(simulation, one, echo), serve(simulation, two, echo)];
  const client = await connect(simulation, new RoundRobinRouter([one, two]));
  await simulation.settle(
    Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map((key) => client.get(key))),
  );
  assert.deepEqual(
    servers.map((server) => server.commands.map(([, key]) => key)),
    [
      ['a', 'c', 'e'],
      ['b', 'd', 'f'],
    ],
  );
});

test('a server that dies fails what it owes, and the next call connects again', async () => {
  const simulation = new Simulation({ seed: 4 });
  serve(simulation, one, (peer, words) => (words[0] === 'SET' ? undefined : peer.send(nilReply)));
  const client = await connect(simulation);
  await simulation.settle(client.get('k'));
  const puts = ['a', 'b'].map((key) => client.put(key, 'v'));
  const outcomes = Promise.allSettled(puts);
  await simulation.advance(100);
  simulation.node('one').crash();
  for (const outcome of await simulation.settle(outcomes)) {
    assert.equal(codeOf(outcome), 'CONNECTION_LOST');
  }
  simulation.node('one').restart();
  await simulation.advance(1);
  assert.equal(await simulation.settle(client.get('k')), undefined);
});

test('nobody there is CONNECT_FAILED, and heals by itself', async () => {
  const simulation = new Simulation({ seed: 5 });
  simulation.node('one');
  const client = await connect(simulation);
  await assert.rejects(simulation.settle(client.put('k', 'v')), { code: 'CONNECT_FAILED' });
  serve(simulation, one, echo);
  await simulation.advance(1);
  assert.equal(await simulation.settle(client.get('k')), 'K');
});

test('a server that never answers makes the call fail at its deadline', async () => {
  const simulation = new Simulation({ seed: 6 });
  serve(simulation, one, never);
  const client = await connect(simulation);
  await assertTakes(simulation, geoClientLimits.callMs, client.get('k'), 'DEADLINE_EXCEEDED');
  await assertTakes(simulation, 700, client.get('k', { timeoutMs: 700 }), 'DEADLINE_EXCEEDED');
});

test('a short deadline is kept among long ones', async () => {
  const simulation = new Simulation({ seed: 7 });
  serve(simulation, one, never);
  const client = await connect(simulation);
  const long = client.get('long').catch((error: unknown) => error);
  await assertTakes(simulation, 50, client.get('k', { timeoutMs: 50 }), 'DEADLINE_EXCEEDED');
  client.get('still there', { timeoutMs: 60_000 }).catch(() => undefined);
  await assertTakes(simulation, 70, client.get('k', { timeoutMs: 70 }), 'DEADLINE_EXCEEDED');
  await simulation.settle(long);
});

test('a put that could not be sent in time is CONNECT_FAILED, and is never sent after all', async () => {
  const simulation = new Simulation({ seed: 8 });
  const server = serve(simulation, one, echo);
  const client = await connect(simulation);
  simulation.cut('app', 'one');
  const patient = client.get('patient');
  await assertTakes(simulation, 100, client.put('k', 'v', { timeoutMs: 100 }), 'CONNECT_FAILED');
  simulation.heal('app', 'one');
  assert.equal(await simulation.settle(patient), 'PATIENT');
  assert.deepEqual(server.commands, [['GET', 'patient']]);
});

test('an answer that comes too late is not given to the next call', async () => {
  const simulation = new Simulation({ seed: 9 });
  const server = serve(simulation, one, never);
  const client = await connect(simulation);
  await assertTakes(simulation, 100, client.get('a', { timeoutMs: 100 }), 'DEADLINE_EXCEEDED');
  const second = client.get('b');
  await simulation.advance(100);
  server.lastPeer?.send(bulk('late'), bulk('right'));
  assert.equal(await simulation.settle(second), 'right');
  assert.equal(server.peers.length, 1);
});

test('a connection that owes answers and is silent too long is given up', async () => {
  const simulation = new Simulation({ seed: 10 });
  const server = serve(simulation, one, never);
  const client = await connect(simulation);
  const call = client.put('k', 'v', { timeoutMs: 60_000 });
  await assertTakes(simulation, callLimits.silenceMs, call, 'CONNECTION_LOST');
  client.get('k').catch(() => undefined);
  await simulation.advance(100);
  assert.equal(server.peers.length, 2);
});

test('an unused connection is closed, and opened again when it is needed', async () => {
  const simulation = new Simulation({ seed: 11 });
  const server = serve(simulation, one, echo);
  const client = await connect(simulation);
  await simulation.settle(client.get('k'));
  await simulation.advance(callLimits.idleMs + 1_000);
  assert.equal(simulation.connectionCount, 0);
  assert.equal(await simulation.settle(client.get('k')), 'K');
  assert.equal(server.peers.length, 2);
});

test('a call to a dead server goes to another one', async () => {
  const simulation = new Simulation({ seed: 12 });
  simulation.node('one');
  serve(simulation, two, (peer, words) => peer.send(words[0] === 'SET' ? okReply : bulk('here')));
  const client = await connect(simulation, new RoundRobinRouter([one, two]));
  // Both kinds, because nothing has left before a connection is open.
  for (let i = 0; i < 4; i += 1) {
    assert.equal(await simulation.settle(client.get('k')), 'here');
    await simulation.settle(client.put('k', 'v'));
  }
});

test('what may have arrived is asked again elsewhere if it reads, and not if it writes', async () => {
  for (const [name, isRepeated] of [
    ['get', true],
    ['put', false],
    ['delete', false],
  ] as const) {
    const simulation = new Simulation({ seed: 13 });
    const dying = serve(simulation, one, () => simulation.node('one').crash());
    const alive = serve(simulation, two, (peer) => peer.send(nilReply));
    const client = await connect(simulation, new RoundRobinRouter([one, two]));
    const call = name === 'put' ? client.put('k', 'v') : client[name]('k');
    if (isRepeated) assert.equal(await simulation.settle<unknown>(call), undefined);
    else await assert.rejects(simulation.settle<unknown>(call), { code: 'CONNECTION_LOST' });
    assert.equal(dying.commands.length, 1);
    assert.equal(alive.commands.length, isRepeated ? 1 : 0);
  }
});

test('a call is not tried at more addresses than the limit, nor twice at one', async () => {
  const simulation = new Simulation({ seed: 14 });
  const asked: string[] = [];
  const addresses = ['a', 'b', 'c', 'd', 'e'].map((host) => ({ host, port: 1 }));
  const servers = addresses.map((at) =>
    serve(simulation, at, (_, words) => {
      asked.push(`${words[1]}@${at.host}`);
      simulation.node(at.host).crash();
    }),
  );
  const client = await connect(simulation, new RoundRobinRouter(addresses));
  await assert.rejects(simulation.settle(client.get('k')), { code: 'CONNECTION_LOST' });
  assert.deepEqual(asked, ['k@a', 'k@b', 'k@c']);
  assert.equal(servers.length, 5);
});

test('an error of the server is RESP_REPLY_ERROR with its words, and the connection stays', async () => {
  const simulation = new Simulation({ seed: 15 });
  const server = serve(simulation, one, (peer, words) =>
    words[0] === 'SET' ? peer.send('-OOM no room left\r\n') : echo(peer, words, []),
  );
  const client = await connect(simulation);
  await assert.rejects(simulation.settle(client.put('k', 'v')), {
    code: 'RESP_REPLY_ERROR',
    message: /OOM no room left/,
  });
  assert.equal(await simulation.settle(client.get('k')), 'K');
  assert.equal(server.peers.length, 1);
});

test('a server that does not know the outcome is as one whose connection broke: reads go on elsewhere, writes are told', async () => {
  const simulation = new Simulation({ seed: 15 });
  const other = { host: 'b', port: 1 };
  serve(simulation, one, (peer) => peer.send('-UNKNOWN the disk failed\r\n'));
  serve(simulation, other, (peer, words) => peer.send(bulk(`${words[1]} of b`)));
  const client = await connect(simulation, new RoundRobinRouter([one, other]));
  assert.equal(await simulation.settle(client.get('k')), 'k of b');
  await simulation.settle(client.get('k'));
  await assert.rejects(simulation.settle(client.put('k', 'v')), {
    code: 'CONNECTION_LOST',
    message: /UNKNOWN the disk failed/,
  });
});

test('an answer of the wrong shape is RESP_PROTOCOL, and the connection goes', async () => {
  for (const reply of [':1\r\n', '*0\r\n', '%0\r\n', '#t\r\n']) {
    const simulation = new Simulation({ seed: 16 });
    let isFirst = true;
    const server = serve(simulation, one, (peer, words) => {
      peer.send(isFirst ? reply : bulk(words[1] ?? ''));
      isFirst = false;
    });
    const client = await connect(simulation);
    await assert.rejects(simulation.settle(client.get('k')), { code: 'RESP_PROTOCOL' });
    assert.equal(await simulation.settle(client.get('k')), 'k');
    assert.equal(server.peers.length, 2);
  }
});

test('an answer that nobody asked for ends the connection', async () => {
  const simulation = new Simulation({ seed: 17 });
  const server = serve(simulation, one, (peer, words) => {
    peer.send(bulk(words[1] ?? ''), bulk('extra'));
  });
  const client = await connect(simulation);
  assert.equal(await simulation.settle(client.get('a')), 'a');
  await simulation.advance(100);
  assert.equal(await simulation.settle(client.get('b')), 'b');
  assert.equal(server.peers.length, 2);
});

test('garbage settles every call with a code, and the next call works', async () => {
  const codes = new Set([
    'answered',
    'RESP_PROTOCOL',
    'RESP_REPLY_ERROR',
    'CONNECTION_LOST',
    'DEADLINE_EXCEEDED',
  ]);
  const garbage = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 200 }),
    fc
      .array(fc.constantFrom('$', '*', '-', ':', '_', '\r\n', '1', '3', 'k', '%', '>'), {
        minLength: 1,
      })
      .map((words) => Buffer.from(words.join(''))),
  );
  const property = fc.asyncProperty(garbage, fc.integer(), async (bytes, seed) => {
    const simulation = new Simulation({ seed });
    let isSane = false;
    serve(simulation, one, (peer, words) => {
      if (!isSane) peer.send(bytes);
      else if (words[0] === 'SET') peer.send(okReply);
      else peer.send(bulk('sane'));
    });
    const client = await connect(simulation);
    const calls = [client.get('a'), client.getBytes('b'), client.put('c', 'v'), client.delete('d')];
    for (const call of await simulation.settle(Promise.allSettled<unknown>(calls))) {
      assert.ok(codes.has(codeOf(call)), codeOf(call));
    }
    isSane = true;
    // Garbage may be half of an answer, which is over when the connection is given up.
    await simulation.advance(callLimits.silenceMs + callLimits.idleMs);
    assert.equal(await simulation.settle(client.get('k')), 'sane');
    await simulation.settle(client.close());
  });
  await fc.assert(property, { numRuns: 200 });
});

test('a server that speaks RESP2 only does as well', async () => {
  const simulation = new Simulation({ seed: 18 });
  const answers = ["-ERR unknown command 'HELLO'\r\n", '$-1\r\n', '$1\r\nv\r\n'];
  simulation.node('one').boot(async ({ network }) => {
    await network.listen(one, {}, (connection) => ({
      onData: (bytes, start, end) => {
        // Each command has one asterisk, wherever the stream is cut.
        for (const byte of bytes.slice(start, end)) {
          if (byte === 42) connection.write(Buffer.from(answers.shift() ?? ''));
        }
      },
      onClose: () => undefined,
    }));
  });
  const client = await connect(simulation);
  assert.equal(await simulation.settle(client.get('k')), undefined);
  assert.equal(await simulation.settle(client.get('k')), 'v');
});

test('more calls than the bound fail at once with TOO_MANY_CALLS, and room comes back', async () => {
  const simulation = new Simulation({ seed: 19 });
  serve(simulation, one, (peer, words) => peer.send(words[0] === 'SET' ? okReply : nilReply));
  const client = await connect(simulation);
  const value = new Uint8Array(1_048_576);
  const puts = Array.from({ length: 70 }, () => client.put('k', value));
  const outcomes = await simulation.settle(Promise.allSettled(puts));
  const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
  assert.equal(refused.length, 70 - 63);
  for (const outcome of refused) assert.equal(codeOf(outcome), 'TOO_MANY_CALLS');
  await simulation.settle(client.put('k', value));
});

test('close fails what is under way with CLIENT_CLOSED and leaves no connection', async () => {
  const simulation = new Simulation({ seed: 20 });
  serve(simulation, one, never);
  const client = await connect(simulation);
  const call = client.get('k');
  await simulation.advance(100);
  const settled = assert.rejects(call, { code: 'CLIENT_CLOSED' });
  await simulation.settle(client.close());
  await settled;
  await simulation.advance(10_000);
  assert.equal(simulation.connectionCount, 0);
});

test('the pages of a list come from one server, and from another one when it dies', async () => {
  const simulation = new Simulation({ seed: 21, promiseTicks: 1_000 });
  const servers = await Promise.all([one, two].map((at) => filled(simulation, at)));
  const client = await connect(simulation, new RoundRobinRouter([one, two]));
  assert.equal(await simulation.settle(count(client.list('n/'))), 250);
  assert.deepEqual(
    servers.map((server) => server.commands.length),
    [3, 0],
  );
  const dying = count(client.list('n/'), () => simulation.node('two').crash());
  assert.equal(await simulation.settle(dying), 250);
  assert.deepEqual(
    servers.map((server) => server.commands.length),
    [5, 1],
  );
});

test('a list that goes round in circles is a fault of the server', async () => {
  const simulation = new Simulation({ seed: 22 });
  serve(simulation, one, (peer) =>
    peer.send('*2\r\n', bulk('here'), '*2\r\n', bulk('k'), bulk('v')),
  );
  const client = await connect(simulation);
  await assert.rejects(simulation.settle(count(client.list('k'))), { code: 'RESP_PROTOCOL' });
});

/** A small geo server with 250 keys below `n/`. */
function filled(simulation: Simulation, at: HostPort): Promise<SmallGeoServer> {
  const node = simulation.node(at.host);
  const server = new SmallGeoServer(node.outside);
  for (let i = 0; i < 250; i += 1) server.put(`n/${1_000 + i}`, 'v');
  node.boot((outside) => server.start(outside, at));
  return Promise.resolve(server);
}

/** How many pairs a list has; calls `onFirst` after the first one. */
async function count(pairs: AsyncIterable<unknown>, onFirst?: () => void): Promise<number> {
  let total = 0;
  for await (const pair of pairs) {
    assert.ok(pair);
    total += 1;
    if (total === 1) onFirst?.();
  }
  return total;
}

async function assertTakes(
  simulation: Simulation,
  ms: number,
  call: Promise<unknown>,
  code: string,
): Promise<void> {
  const startMs = simulation.nowMs;
  await assert.rejects(simulation.settle(call), { code });
  const tookMs = simulation.nowMs - startMs;
  assert.ok(tookMs >= ms && tookMs < ms + 5, `took ${tookMs} ms instead of ${ms}`);
}

/** The code of the error that a call failed with. */
function codeOf(outcome: PromiseSettledResult<unknown>): string {
  if (outcome.status === 'fulfilled') return 'answered';
  assert.ok(outcome.reason instanceof AtollError, String(outcome.reason));
  return outcome.reason.code;
}
