import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { createOutside } from '../../src/platform/outside.ts';
import { listenInMemory, type MemoryServer } from '../support/memory-resp-server.ts';

// The clients that people have, with their default options, over real sockets.

const run = promisify(execFile);
let memory: MemoryServer;
let port: number;

before(async () => {
  memory = await listenInMemory(createOutside());
  port = memory.server.address.port;
});

after(() => memory.server.close());

test('node-redis connects in RESP3, pipelines and reads back what it wrote', async () => {
  const client = createClient({ url: `redis://127.0.0.1:${port}` });
  const faults: unknown[] = [];
  client.on('error', (error) => faults.push(error));
  await client.connect();
  const keys = Array.from({ length: 500 }, (_, i) => `node-redis:${i}`);
  await Promise.all(keys.map((key) => client.set(key, `value of ${key}`)));
  const values = await Promise.all(keys.map((key) => client.get(key)));
  assert.deepEqual(
    values,
    keys.map((key) => `value of ${key}`),
  );
  assert.equal(await client.get('nothing'), null);
  assert.equal(await client.ping(), 'PONG');
  await assert.rejects(client.sendCommand(['MULTI']), /is not offered/);
  assert.match(await client.info(), /loading:0/);
  const connected = [...memory.clients.all()].at(-1);
  assert.equal(connected?.protocol, 3);
  assert.match(connected?.libraryName ?? '', /node-redis/);
  await client.close();
  assert.deepEqual(faults, []);
});

test('ioredis connects, is ready, pipelines and reads back what it wrote', async () => {
  const client = new Redis(port, '127.0.0.1');
  const faults: unknown[] = [];
  client.on('error', (error) => faults.push(error));
  const pipeline = client.pipeline();
  for (let i = 0; i < 500; i += 1) pipeline.set(`ioredis:${i}`, `value ${i}`);
  for (let i = 0; i < 500; i += 1) pipeline.get(`ioredis:${i}`);
  const results = (await pipeline.exec()) ?? [];
  assert.equal(results.length, 1_000);
  assert.deepEqual(results[999], [null, 'value 499']);
  const binary = Buffer.from([0, 13, 10, 255]);
  await client.set(binary, binary);
  assert.deepEqual(await client.getBuffer(binary), binary);
  await assert.rejects(client.call('NOSUCH'), /unknown command 'NOSUCH'/);
  await client.quit();
  assert.deepEqual(faults, []);
});

test('ioredis in cluster mode finds the one node that has all slots', async () => {
  const client = new Redis.Cluster([{ host: '127.0.0.1', port }]);
  await client.set('cluster', 'one');
  assert.equal(await client.get('cluster'), 'one');
  await client.quit();
});

const hasRedisTools = spawnSync('redis-cli', ['--version']).status === 0;
const skip = hasRedisTools ? false : 'redis-cli and redis-benchmark are not installed';

test('redis-cli sets, gets, speaks RESP3 and shows errors', { skip }, async () => {
  const cli = async (...words: string[]): Promise<string> => {
    const { stdout } = await run('redis-cli', ['-p', String(port), ...words]);
    return stdout.trim();
  };
  assert.equal(await cli('SET', 'cli', 'größe'), 'OK');
  assert.equal(await cli('GET', 'cli'), 'größe');
  assert.match(await cli('-3', 'HELLO'), /proto 3/);
  assert.match(await cli('FOO', 'bar'), /unknown command 'FOO', with args beginning with: 'bar'/);
  assert.match(await cli('COMMAND', 'COUNT'), /^\d+$/);
});

test('redis-benchmark runs without a warning', { skip }, async () => {
  const words = ['-p', String(port), '-t', 'set,get', '-n', '2000', '-P', '16', '-q'];
  const { stdout, stderr } = await run('redis-benchmark', words, { timeout: 30_000 });
  assert.match(stdout, /GET: [\d.]+ requests per second/);
  assert.doesNotMatch(stdout + stderr, /WARNING/);
});
