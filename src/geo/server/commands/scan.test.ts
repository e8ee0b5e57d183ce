import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GeoWorld } from '../../../../test/support/geo-world.ts';
import type { RespPeer } from '../../../../test/support/resp-peer.ts';

type Found = readonly [cursor: string, keys: readonly string[]];

async function scanAll(peer: RespPeer, ...options: string[]): Promise<string[]> {
  const found: string[] = [];
  let cursor = '0';
  do {
    const [next, keys] = (await peer.ask('SCAN', cursor, ...options)) as Found;
    found.push(...keys);
    cursor = next;
  } while (cursor !== '0');
  return found.toSorted();
}

test('SCAN gives every key that is there all the time, whatever is written meanwhile', async () => {
  const peer = await (await GeoWorld.create()).connect();
  const keys = Array.from({ length: 100 }, (_, i) => `stays${i}`);
  for (const key of keys) await peer.ask('SET', key, '');
  const found = new Set<string>();
  let cursor = '0';
  let round = 0;
  do {
    const [next, page] = (await peer.ask('SCAN', cursor)) as Found;
    for (const key of page) found.add(key);
    cursor = next;
    round += 1;
    await peer.askAll([
      ['SET', `new${round}`, ''],
      ['DEL', `new${round - 1}`],
      ['SET', `stays${round}`, 'x'.repeat(round)],
    ]);
  } while (cursor !== '0');
  assert.deepEqual(
    keys.filter((key) => !found.has(key)),
    [],
  );
});

test('SCAN goes by pattern, count and type', async () => {
  const peer = await (await GeoWorld.create()).connect();
  await peer.say('MSET room/1 a room/2 b player/1 c');
  assert.deepEqual(await scanAll(peer, 'MATCH', 'room/*'), ['room/1', 'room/2']);
  assert.deepEqual(await scanAll(peer, 'COUNT', '1', 'MATCH', '*/1'), ['player/1', 'room/1']);
  assert.deepEqual(await scanAll(peer, 'TYPE', 'string'), ['player/1', 'room/1', 'room/2']);
  assert.deepEqual(await scanAll(peer, 'TYPE', 'hash'), []);
});

test('SCAN refuses what makes no sense in the words of Redis', async () => {
  const peer = await (await GeoWorld.create()).connect();
  const cases: readonly (readonly [line: string, error: string])[] = [
    ['SCAN x', '-ERR invalid cursor'],
    ['SCAN -1', '-ERR invalid cursor'],
    ['SCAN 0 COUNT 0', '-ERR syntax error'],
    ['SCAN 0 COUNT x', '-ERR value is not an integer or out of range'],
    ['SCAN 0 MATCH', '-ERR syntax error'],
    ['SCAN 0 FOO bar', '-ERR syntax error'],
    [`SCAN 0 MATCH ${'a'.repeat(257)}`, '-ERR the pattern has 257 bytes, at most 256 are taken'],
    [`KEYS ${'a'.repeat(257)}`, '-ERR the pattern has 257 bytes, at most 256 are taken'],
  ];
  for (const [line, error] of cases) assert.equal(await peer.say(line), error, line);
  assert.deepEqual(await peer.say('SCAN 9007199254740991'), ['0', []]);
});

test('KEYS gives all keys that match', async () => {
  const peer = await (await GeoWorld.create()).connect();
  await peer.say('MSET hello 1 hallo 2 hxllo 3 other 4');
  assert.deepEqual(await peer.say('KEYS h[ae]llo'), ['hallo', 'hello']);
  assert.deepEqual(await peer.say('KEYS *o'), ['hallo', 'hello', 'hxllo']);
  assert.deepEqual(await peer.say('KEYS hello'), ['hello']);
  assert.deepEqual(await peer.say('KEYS nope*'), []);
});

test('KEYS with a reply of more than 24 MiB is refused and names what to use', async () => {
  const peer = await (await GeoWorld.create()).connect();
  const tail = 'x'.repeat(4_000);
  for (let i = 0; i < 6_400; i += 100) {
    const pairs = Array.from({ length: 100 }, (_, j) => [`${i + j}/${tail}`, '']);
    await peer.ask('MSET', ...pairs.flat());
  }
  assert.match(await peer.sayText('KEYS *'), /^-ERR .* use SCAN or LIST$/);
});
