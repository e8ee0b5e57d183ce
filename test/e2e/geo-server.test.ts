import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createConnection, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { connect } from '../../src/client.ts';
import type { Change, GeoStore } from '../../src/geo/client/geo-store.ts';
import type { GeoStatus } from '../../src/cli/geo/geo-status.ts';
import { AtollProcess, runAtoll } from '../support/atoll.ts';
import { findPorts } from '../support/free-ports.ts';

// The program as an operator starts it, used by the clients that people have.

interface Ready {
  readonly event: string;
  readonly description: string;
  readonly id: string;
  readonly systemAddress: string;
  readonly queryPorts: readonly number[];
  readonly adminPort: number;
}

const anyPorts = ['--port', '0', '--admin-port', '0', '--actors', '1', '--json'];

async function startGeo(
  arguments_: readonly string[] = anyPorts,
): Promise<{ atoll: AtollProcess; ready: Ready; port: number }> {
  const atoll = new AtollProcess(['geo', ...arguments_]);
  await Promise.race([atoll.said('stdout', '\n'), once(atoll.child, 'close')]);
  assert.notEqual(atoll.stdout, '', atoll.stderr);
  const ready = JSON.parse(atoll.stdout) as Ready;
  const [port = 0] = ready.queryPorts;
  return { atoll, ready, port };
}

function connectTo(port: number): GeoStore {
  return connect({ addresses: [`127.0.0.1:${port}`] });
}

async function fetchText(url: string): Promise<{ status: number; text: string }> {
  const response = await fetch(url);
  return { status: response.status, text: await response.text() };
}

/** A client that says something and never listens. Resolves when the server has answered. */
async function openDeaf(port: number, says: string): Promise<Socket> {
  const socket = createConnection(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(says);
  await once(socket, 'readable');
  return socket;
}

describe('a geo server', () => {
  let geo: Awaited<ReturnType<typeof startGeo>>;
  before(async () => {
    geo = await startGeo();
  });
  after(async () => {
    geo.atoll.child.kill('SIGTERM');
    await geo.atoll.end();
  });

  test('says that it is ready in one JSON object', () => {
    const { ready } = geo;
    const names = [
      'event',
      'description',
      'id',
      'incarnation',
      'durability',
      'systemAddress',
      'queryPorts',
      'adminPort',
    ];
    assert.deepEqual(Object.keys(ready).toSorted(), names.toSorted());
    assert.equal(ready.event, 'ready');
    assert.equal(ready.queryPorts.length, 1);
    assert.match(ready.systemAddress, /^127\.0\.0\.1:\d+#/);
    const { id, at } = JSON.parse(ready.description) as { id: string; at: string };
    assert.equal(id, ready.id);
    assert.ok(ready.systemAddress.startsWith(`${at}#`));
    assert.equal(geo.atoll.stdout.trimEnd().split('\n').length, 1);
  });

  test('serves node-redis with its default options', async () => {
    const client = createClient({ url: `redis://127.0.0.1:${geo.port}` });
    const faults: unknown[] = [];
    client.on('error', (error) => faults.push(error));
    await client.connect();
    const keys = Array.from({ length: 300 }, (_, i) => `node-redis/${i}`);
    await Promise.all(keys.map((key) => client.set(key, `value of ${key}`)));
    const values = await Promise.all(keys.map((key) => client.get(key)));
    assert.deepEqual(
      values,
      keys.map((key) => `value of ${key}`),
    );
    await client.set('ends', 'soon', { expiration: { type: 'EX', value: 100 } });
    assert.equal(await client.ttl('ends'), 100);
    assert.equal(await client.pExpireAt('ends', 1_000), 1);
    assert.equal(await client.get('ends'), null);
    let scanned = 0;
    for await (const page of client.scanIterator({ MATCH: 'node-redis/*', COUNT: 50 })) {
      scanned += page.length;
    }
    assert.equal(scanned, 300);
    assert.equal(await client.del(keys), 300);
    await assert.rejects(client.incr('counter'), /INCR cannot be merged/);
    await client.close();
    assert.deepEqual(faults, []);
  });

  test('serves ioredis with its default options', async () => {
    const client = new Redis(geo.port, '127.0.0.1');
    const faults: unknown[] = [];
    client.on('error', (error) => faults.push(error));
    const pipeline = client.pipeline();
    for (let i = 0; i < 300; i += 1) pipeline.set(`ioredis/${i}`, i, 'PX', 100_000);
    for (let i = 0; i < 300; i += 1) pipeline.get(`ioredis/${i}`);
    const results = (await pipeline.exec()) ?? [];
    assert.deepEqual(results[599], [null, '299']);
    const bytes = Buffer.from([0, 13, 10, 255, 42]);
    await client.set(bytes, bytes);
    assert.deepEqual(await client.getBuffer(bytes), bytes);
    assert.deepEqual(await client.mget('ioredis/0', 'nothing'), ['0', null]);
    await assert.rejects(client.set('lock', 'me', 'NX'), /cannot be merged/);
    await client.quit();
    assert.deepEqual(faults, []);
  });

  test('takes a value of 1 MiB and a key of 4 KiB, refuses more, and goes on', async () => {
    const client = new Redis(geo.port, '127.0.0.1');
    const [key, value] = ['k'.repeat(4_096), 'v'.repeat(1_048_576)];
    await client.set(key, value);
    assert.equal(await client.get(key), value);
    await assert.rejects(client.set(key, `${value}v`), /at most 1048576/);
    await assert.rejects(client.set(`${key}k`, 'v'), /at most 4096/);
    assert.equal(await client.get(key), value);
    await client.quit();
  });

  test('lists 25,000 keys in pages, each once and in order', async () => {
    const store = connectTo(geo.port);
    const keys = Array.from({ length: 25_000 }, (_, i) => `many/${String(i).padStart(5, '0')}`);
    for (let i = 0; i < keys.length; i += 500) {
      const some = keys.slice(i, i + 500);
      await Promise.all(some.map((key) => store.put(key, key.slice(5))));
    }
    const listed: string[] = [];
    for await (const { key, value } of store.list('many/')) {
      assert.equal(value, key.slice(5));
      listed.push(key);
    }
    assert.deepEqual(listed, keys);
    await store.close();
  });

  test('pushes to one client what another one changes', async () => {
    const watcher = connectTo(geo.port);
    const writer = connectTo(geo.port);
    const changes: Change[] = [];
    let hasThree = (): void => undefined;
    const three = new Promise<void>((resolve) => (hasThree = resolve));
    await watcher.watch('seen/', (change) => {
      if (changes.push(change) === 3) hasThree();
    });
    const redis = new Redis(geo.port, '127.0.0.1');
    await writer.put('seen/a', '1');
    await writer.put('unseen/a', '2');
    await redis.set('seen/b', '3');
    await writer.delete('seen/a');
    await three;
    assert.deepEqual(changes, [
      { type: 'put', key: 'seen/a', value: '1' },
      { type: 'put', key: 'seen/b', value: '3' },
      { type: 'delete', key: 'seen/a' },
    ]);
    await Promise.all([watcher.close(), writer.close(), redis.quit()]);
  });

  test('closes a watch that does not read what it is pushed, and nobody else notices', async () => {
    const deaf = await openDeaf(geo.port, 'HELLO 3\r\nWATCHPREFIX loud/\r\n');
    const client = new Redis(geo.port, '127.0.0.1');
    const value = 'v'.repeat(2 ** 20);
    const overflows = /client_output_buffer_limit_disconnections:([1-9])/;
    // What the system buffers and the hard limit hold is less than this.
    let puts = 0;
    for (; puts < 200 && !overflows.test(await client.info('stats')); puts += 1) {
      await client.set('loud/a', value);
    }
    assert.ok(puts < 200, 'the watch is still there');
    assert.equal(await client.ping(), 'PONG');
    assert.match(await client.info('geo'), /geo_watching_clients:0/);
    await client.quit();
    deaf.destroy();
  });

  test('survives HTTP, garbage and half commands on its query port', async () => {
    for (const text of [
      'GET / HTTP/1.1\r\n\r\n',
      '\x16\x03\x01\x02',
      '*1\r\n$-5\r\n',
      '*2\r\n$3\r\nGE',
    ]) {
      const socket = createConnection(geo.port, '127.0.0.1');
      socket.on('error', () => undefined);
      socket.end(Buffer.from(text, 'latin1'));
      socket.resume();
      await once(socket, 'close');
    }
    const client = new Redis(geo.port, '127.0.0.1');
    assert.equal(await client.ping(), 'PONG');
    await client.quit();
  });

  test('tells health, readiness and counters on its admin port', async () => {
    const at = `http://127.0.0.1:${geo.ready.adminPort}`;
    assert.equal((await fetchText(`${at}/healthz`)).status, 200);
    assert.equal((await fetchText(`${at}/readyz`)).status, 200);
    assert.equal((await fetchText(`${at}/else`)).status, 404);
    assert.equal((await fetch(`${at}/metrics`, { method: 'POST' })).status, 405);
    const told = async (): Promise<number> => {
      const { text } = await fetchText(`${at}/metrics`);
      return Number(/^atoll_actor_told_total\{from="outside"\} (\d+)$/m.exec(text)?.[1]);
    };
    const client = new Redis(geo.port, '127.0.0.1');
    await client.ping();
    const before_ = await told();
    for (let i = 0; i < 50; i += 1) await client.set('counted', i);
    assert.equal((await told()) - before_, 50);
    const { text } = await fetchText(`${at}/metrics`);
    assert.match(text, /^atoll_command_calls_total\{port="\d+",command="set"\} \d+$/m);
    await client.quit();
  });

  test('a taken port is one clear line and exit 1', async () => {
    for (const [option, port] of [
      ['--port', geo.port - 1],
      ['--admin-port', geo.ready.adminPort],
    ] as const) {
      const { exitCode, stderr, stdout } = await runAtoll([
        'geo',
        ...anyPorts,
        option,
        String(port),
      ]);
      const taken = option === '--port' ? geo.port : port;
      assert.equal(exitCode, 1, stderr);
      assert.match(
        stderr,
        new RegExp(`^atoll: cannot listen at 127\\.0\\.0\\.1:${taken}: .*in use.*\\n$`),
      );
      assert.equal(stdout, '');
    }
  });

  const hasCli = spawnSync('redis-cli', ['--version']).status === 0;
  test('serves redis-cli', { skip: hasCli ? false : 'redis-cli is not installed' }, async () => {
    const cli = async (...words: string[]): Promise<string> => {
      const arguments_ = ['-p', String(geo.port), ...words];
      return (await promisify(execFile)('redis-cli', arguments_)).stdout.trim();
    };
    assert.equal(await cli('SET', 'cli', 'größe'), 'OK');
    assert.equal(await cli('GET', 'cli'), 'größe');
    assert.equal(await cli('LIST', 'cli'), '\ncli\ngröße'.trim());
    assert.match(await cli('-3', 'STAMP', 'cli'), /wall-ms \d{13}/);
    assert.match(await cli('INFO', 'persistence'), /durability:memory/);
    assert.match(await cli('LPUSH', 'a', 'b'), /LPUSH cannot be merged/);
    assert.match(await cli('--scan', '--pattern', 'cl?'), /^cli$/m);
  });
});

// CMUD §3: all query actors are replicas of the same data, so a client can ask any of them.
test('a geo server with three query actors is one store, whichever port is asked', async () => {
  const { atoll, ready } = await startGeo([...anyPorts, '--actors', '3']);
  const stores = ready.queryPorts.map((port) => connectTo(port));
  const [first, ...others] = stores;
  assert.ok(first !== undefined && others.length === 2);
  const heard = others.map(async (store) => {
    const changes: Change[] = [];
    const deleted = deferred();
    await store.watch('room/', (change) => {
      changes.push(change);
      if (change.type === 'delete') deleted.resolve();
    });
    return { store, changes, told: deleted.promise };
  });
  const watches = await Promise.all(heard);
  await first.put('room/gates', 'open');
  await first.put('room/fence', 'painted');
  await first.delete('room/gates');
  for (const { store, changes, told } of watches) {
    await told;
    assert.ok(changes.some((change) => change.type === 'put' && change.key === 'room/fence'));
    assert.equal(await store.get('room/gates'), undefined);
    assert.equal(await store.get('room/fence'), 'painted');
  }
  await Promise.all(stores.map((store) => store.close()));
  atoll.child.kill('SIGTERM');
  assert.equal((await atoll.end()).exitCode, 0);
});

describe('a geo server that is told to stop', () => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    test(`by ${signal} answers what it was asked and ends with 0`, async () => {
      const { atoll, port } = await startGeo();
      const client = new Redis(port, '127.0.0.1', { retryStrategy: () => null });
      client.on('error', () => undefined);
      await client.set('a', '1');
      const closed = once(client, 'close');
      atoll.child.kill(signal);
      await closed;
      const { exitCode, stderr } = await atoll.end();
      assert.deepEqual([exitCode, stderr], [0, '']);
    });
  }
});

test('a geo server that is told to stop under load sends whole replies, ends in order, and exits with 0', async () => {
  const { atoll, port } = await startGeo();
  const puts = Buffer.from('SET a b\r\n'.repeat(50));
  const reply = '+OK\r\n';
  let isStopping = false;
  const load = async (): Promise<string> => {
    const socket = createConnection(port, '127.0.0.1').setEncoding('latin1');
    let text = '';
    let sent = 0;
    const more = (): void => {
      while (!socket.writableEnded && sent - text.length / reply.length < 500) {
        socket.write(puts);
        sent += 50;
      }
    };
    socket.on('data', (part: string) => {
      text += part;
      more();
      if (text.length > 100_000 && !isStopping) {
        isStopping = true;
        atoll.child.kill('SIGTERM');
      }
    });
    socket.once('connect', more);
    // Rejects if the connection was reset.
    await once(socket, 'end');
    return text;
  };
  for (const text of await Promise.all(Array.from({ length: 10 }, load))) {
    assert.equal(text, reply.repeat(text.length / reply.length));
  }
  assert.equal((await atoll.end()).exitCode, 0);
});

test('a second signal ends a geo server at once', async () => {
  const { atoll, port } = await startGeo();
  const deaf = await openDeaf(port, `SET a ${'v'.repeat(16_000)}\r\n${'GET a\r\n'.repeat(2_000)}`);
  const admin = createConnection(port, '127.0.0.1');
  await once(admin, 'connect');
  atoll.child.kill('SIGTERM');
  // The server closes who is idle; the deaf client keeps it waiting.
  await once(admin.resume(), 'close');
  assert.equal(atoll.child.exitCode, null);
  atoll.child.kill('SIGTERM');
  const { exitCode } = await atoll.end();
  assert.equal(exitCode, 143);
  deaf.destroy();
});

describe('atoll geo', () => {
  test('refuses wrong options with what it expects and exit 2', async () => {
    const cases: readonly (readonly [arguments_: string[], words: RegExp])[] = [
      [['--port', '70000'], /whole number from 0 to 65535/],
      [['--port', 'x'], /whole number from 0 to 65535/],
      [['--actors', '0'], /whole number from 1 to 64/],
      [['--actors', '65'], /whole number from 1 to 64/],
      [['--port', '65535'], /no room/],
      [['--host', '0.0.0.0'], /password/],
      [['--bogus'], /unknown option/],
      [['--durability', 'fsync'], /needs a place for the data/],
      [['--durability', 'memory', '--data', 'nowhere'], /keeps nothing/],
      [['--join', 'somewhere'], /expected the description of a server/],
      [['--join', '@nothing.json'], /no such file/],
      [['--port', '7555', '--join', descriptionOf('127.0.0.1:7555')], /itself/],
    ];
    for (const [arguments_, words] of cases) {
      const { exitCode, stderr } = await runAtoll(['geo', ...arguments_]);
      assert.equal(exitCode, 2, `${arguments_.join(' ')}: ${stderr}`);
      assert.match(stderr, words);
    }
  });

  test('says in words how to use it, and that nothing is kept', async () => {
    const atoll = new AtollProcess(['geo', '--port', '0', '--admin-port', '0']);
    await atoll.said('stdout', '/metrics');
    assert.match(atoll.stdout, /redis-cli -p \d+ set greeting hello/);
    assert.match(atoll.stdout, /in memory/);
    atoll.child.kill('SIGTERM');
    await atoll.end();
  });
});

describe('atoll start', () => {
  test('starts three servers that agree, says how to play and what to try, and ends them all', async () => {
    const atoll = new AtollProcess(['start', '--port', '0', '--admin-port', '0']);
    try {
      await atoll.said('stdout', '/metrics');
      const port = /cmud --server 127\.0\.0\.1:(\d+) --name/.exec(atoll.stdout)?.[1];
      assert.ok(port !== undefined, atoll.stdout);
      const ports = [...atoll.stdout.matchAll(/^ {2}\w+ +127\.0\.0\.1:(\d+) +\d+ ms/gm)];
      assert.equal(ports.length, 3, atoll.stdout);
      const [first, ...others] = ports.map(([, each]) => connectTo(Number(each)));
      assert.ok(first !== undefined);
      const arrived = others.map(async (store) => {
        const told = deferred();
        await store.watch('greeting', () => told.resolve());
        return { store, told: told.promise };
      });
      const watches = await Promise.all(arrived);
      await first.put('greeting', 'hello');
      for (const { store, told } of watches) {
        await told;
        assert.equal(await store.get('greeting'), 'hello');
      }
      await Promise.all([first, ...others].map((store) => store.close()));
    } finally {
      atoll.child.kill('SIGTERM');
    }
    assert.equal((await atoll.end()).exitCode, 0);
  });

  test('keeps a world with --data, and says when a server of it dies and how to start it again', async () => {
    const port = await findPorts(202);
    const folder = await mkdtemp(join(tmpdir(), 'atoll-world-'));
    const adminPort = await findPorts(5);
    const others = ['--ring-port', '0', '--http-port', '0'];
    const ports = ['--port', String(port), '--admin-port', String(adminPort), ...others];
    for (const life of [1, 2]) {
      const atoll = new AtollProcess(['start', ...ports, '--data', folder]);
      await atoll.said('stdout', '/metrics');
      const [near, far] = [connectTo(port + 1), connectTo(port + 201)];
      if (life === 1) await near.put('greeting', 'hello');
      else assert.equal(await far.get('greeting'), 'hello');
      await Promise.all([near.close(), far.close()]);
      const [url = ''] = /http:\/\/127\.0\.0\.1:\d+(?= +log in)/.exec(atoll.stdout) ?? [];
      const token = await logInAt(url);
      const timeline = await fetch(`${url}/v1/me/timeline?own=true`, {
        headers: { authorization: `Bearer ${token}` },
      });
      const tribbles = ((await timeline.json()) as { items: { text: string }[] }).items;
      assert.ok(tribbles.length > 10, 'there are people who have posted');
      assert.equal(tribbles[0]?.text === 'still here?', life === 2);
      if (life === 1) await postAt(url, token, 'still here?');
      if (life === 2) {
        const { text } = await fetchText(`http://127.0.0.1:${adminPort + 1}/status`);
        process.kill((JSON.parse(text) as GeoStatus).processId, 'SIGKILL');
        await atoll.said('stderr', 'lisbon has ended by SIGKILL');
        await atoll.said('stderr', `npx atoll geo --port ${port + 100} `);
      }
      atoll.child.kill('SIGTERM');
      const { exitCode, stderr } = await atoll.end();
      assert.equal(exitCode, 0, stderr);
    }
    await rm(folder, { recursive: true });
  });
});

function descriptionOf(at: string): string {
  return JSON.stringify({ clusterId: '0'.repeat(16), id: '1'.repeat(16), at });
}

/** As the sample's heather: the token. */
async function logInAt(url: string): Promise<string> {
  const response = await fetch(`${url}/v1/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user: 'heather', password: 'tribbler' }),
  });
  assert.equal(response.status, 201);
  return ((await response.json()) as { token: string }).token;
}

async function postAt(url: string, token: string, text: string): Promise<void> {
  const response = await fetch(`${url}/v1/posts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ text }),
  });
  assert.equal(response.status, 201);
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
