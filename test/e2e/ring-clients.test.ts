import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { ActorSystem } from '../../src/actor.ts';
import { ringServerModules, startRingServer } from '../../src/ring/server/ring-server.ts';

// The clients that people have, with their default options, beside a ring of one node, over real sockets.

const run = promisify(execFile);
const hasRedisTools = spawnSync('redis-cli', ['--version']).status === 0;
const skip = hasRedisTools ? false : 'redis-cli is not installed';
let system: ActorSystem;
let port: number;

before(async () => {
  system = await ActorSystem.create({ threads: 2, modules: ringServerModules });
  const server = await startRingServer(system, {
    host: '127.0.0.1',
    ports: [0],
    atollVersion: '0.0.0',
  });
  await server.ready;
  port = server.nodes[0]?.at.port ?? 0;
});

after(() => system.close());

test('node-redis sets, sets what is absent, and keeps a list', async () => {
  const client = createClient({ url: `redis://127.0.0.1:${port}` });
  const faults: unknown[] = [];
  client.on('error', (error) => faults.push(error));
  await client.connect();
  assert.equal(await client.set('node-redis', 'one'), 'OK');
  assert.equal(await client.set('node-redis', 'two', { NX: true }), null);
  assert.equal(await client.get('node-redis'), 'one');
  for (const item of ['a', 'b', 'a']) await client.sendCommand(['LADD', 'node-redis:list', item]);
  assert.deepEqual(await client.lRange('node-redis:list', 0, -1), ['a', 'b']);
  assert.equal(await client.lLen('node-redis:list'), 2);
  assert.equal(await client.type('node-redis:list'), 'list');
  assert.equal(await client.del(['node-redis', 'node-redis:list', 'nothing']), 2);
  await assert.rejects(client.rPush('list', 'x'), /is not offered/);
  await client.close();
  assert.deepEqual(faults, []);
});

test('ioredis pipelines values and lists, with any bytes', async () => {
  const client = new Redis(port, '127.0.0.1');
  const pipeline = client.pipeline();
  for (let i = 0; i < 500; i += 1) pipeline.set(`ioredis:${i}`, `value ${i}`);
  for (let i = 0; i < 500; i += 1) pipeline.call('LADD', 'ioredis:list', `item ${i % 100}`);
  pipeline.lrange('ioredis:list', -2, -1);
  const results = (await pipeline.exec()) ?? [];
  assert.deepEqual(results.at(-1), [null, ['item 98', 'item 99']]);
  assert.deepEqual(results.at(-2), [null, 0]);
  const binary = Buffer.from([0, 13, 10, 255]);
  await client.set(binary, binary);
  assert.deepEqual(await client.getBuffer(binary), binary);
  await client.quit();
});

test('redis-cli can do everything but hold a lease', { skip }, async () => {
  const cli = async (...words: string[]): Promise<string> => {
    const { stdout } = await run('redis-cli', ['-p', String(port), ...words]);
    return stdout.trim();
  };
  assert.equal(await cli('SET', 'cli', 'größe', 'NX'), 'OK');
  assert.equal(await cli('GETLEASE', 'cli'), 'größe\n0\n0');
  assert.equal(await cli('LADD', 'cli:list', 'x'), '1');
  assert.equal(await cli('LREMOVE', 'cli:list', 'x'), '1');
  assert.equal(await cli('ONCE', '1', 'cli', '1', '1', 'SET', 'cli', 'new'), 'OK');
  assert.match(await cli('RING', 'SERVERS'), /^1\n[0-9a-f]{16}\n127\.0\.0\.1\n/);
  assert.equal(await cli('RING', 'LEASES'), '');
  assert.match(await cli('INFO', 'ring'), /ring_nodes:1/);
  assert.match(await cli('MULTI'), /is not offered/);
});
