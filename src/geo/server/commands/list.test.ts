import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GeoWorld } from '../../../../test/support/geo-world.ts';
import type { RespPeer } from '../../../../test/support/resp-peer.ts';

type Page = readonly [cursor: string, keysAndValues: readonly string[]];

/** All pages, each asked for with the cursor of the one before. `between` runs after each. */
async function listAll(
  peer: RespPeer,
  prefix: string,
  limit: number,
  between: (cursor: string) => Promise<unknown> = () => Promise.resolve(),
): Promise<string[][]> {
  const pages: string[][] = [];
  let cursor = '';
  do {
    const [next, content] = (await peer.ask(
      'LIST',
      prefix,
      'CURSOR',
      cursor,
      'LIMIT',
      limit,
    )) as Page;
    pages.push([...content]);
    cursor = next;
    if (cursor !== '') await between(cursor);
  } while (cursor !== '');
  return pages;
}

test('LIST gives keys and values under a prefix in the order of the keys', async () => {
  const peer = await (await GeoWorld.create()).connect();
  await peer.say('MSET room/2 b room/10 c room/1 a roof x s y');
  assert.deepEqual(await peer.say('LIST room/'), [
    '',
    ['room/1', 'a', 'room/10', 'c', 'room/2', 'b'],
  ]);
  assert.deepEqual(await peer.say('LIST roo LIMIT 1'), ['roof', ['roof', 'x']]);
  assert.deepEqual(await peer.say('LIST room/1 limit 2'), ['', ['room/1', 'a', 'room/10', 'c']]);
  assert.deepEqual(await peer.say('LIST zoo'), ['', []]);
});

test('a prefix is literal: stars and question marks stand for themselves', async () => {
  const peer = await (await GeoWorld.create()).connect();
  await peer.say('MSET a*b 1 axb 2 a?b 3');
  assert.deepEqual(await peer.say('LIST a*'), ['', ['a*b', '1']]);
});

test('the order is that of bytes, 0xFF last, and no prefix means all', async () => {
  const peer = await (await GeoWorld.create()).connect();
  for (const key of ['\xff\xff', 'a', '\0', 'Z', '\xff', 'aa']) await peer.ask('SET', key, '');
  const [, content] = (await peer.ask('LIST', '')) as Page;
  const keys = content.filter((_, i) => i % 2 === 0);
  assert.deepEqual(keys, ['\0', 'Z', 'a', 'aa', '\xff', '\xff\xff']);
});

test('pages follow each other without a gap or an overlap', async () => {
  const peer = await (await GeoWorld.create()).connect();
  const keys = Array.from({ length: 95 }, (_, i) => `k/${String(i).padStart(3, '0')}`);
  await peer.askAll(keys.map((key) => ['SET', key, key]));
  const pages = await listAll(peer, 'k/', 10);
  assert.deepEqual(
    pages.map((page) => page.length),
    [20, 20, 20, 20, 20, 20, 20, 20, 20, 10],
  );
  assert.deepEqual(
    pages.flat(),
    keys.flatMap((key) => [key, key]),
  );
});

test('the last page says so also when it is full', async () => {
  const peer = await (await GeoWorld.create()).connect();
  await peer.say('MSET k1 1 k2 2');
  assert.deepEqual(await peer.say('LIST k LIMIT 2'), ['', ['k1', '1', 'k2', '2']]);
});

test('a cursor keeps its place while keys come and go, also the one it is made of', async () => {
  const world = await GeoWorld.create();
  const peer = await world.connect();
  const keys = Array.from({ length: 40 }, (_, i) => `k/${String(i).padStart(3, '0')}`);
  await peer.askAll(keys.map((key) => ['SET', key, 'v']));
  const pages = await listAll(peer, 'k/', 10, (cursor) =>
    peer.askAll([
      ['DEL', cursor],
      ['SET', `${cursor}+`, 'behind it'],
      ['SET', 'k/0', 'before all'],
    ]),
  );
  const seen = pages.flat().filter((_, i) => i % 2 === 0);
  assert.deepEqual(
    keys.filter((key) => !seen.includes(key)),
    [],
  );
  assert.equal(new Set(seen).size, seen.length);
});

test('a page has at most 10,000 entries, whatever LIMIT says', async () => {
  const peer = await (await GeoWorld.create()).connect();
  const keys = Array.from({ length: 10_050 }, (_, i) => `k${String(i).padStart(5, '0')}`);
  for (let i = 0; i < keys.length; i += 250) {
    await peer.ask('MSET', ...keys.slice(i, i + 250).flatMap((key) => [key, '']));
  }
  const [cursor, content] = (await peer.say('LIST k LIMIT 1000000')) as Page;
  assert.deepEqual([cursor, content.length], ['k09999', 20_000]);
});

test('a page has at most 8 MiB, and at least one entry', async () => {
  const peer = await (await GeoWorld.create()).connect();
  const value = 'v'.repeat(2 ** 20);
  for (let i = 0; i < 10; i += 1) await peer.ask('SET', `k${i}`, value);
  const [cursor, content] = (await peer.say('LIST k')) as Page;
  assert.deepEqual([cursor, content.length], ['k6', 14]);
  const [last, rest] = (await peer.ask('LIST', 'k', 'CURSOR', cursor)) as Page;
  assert.deepEqual([last, rest.length], ['', 6]);
});

test('a cursor that was never given does no harm', async () => {
  const peer = await (await GeoWorld.create()).connect();
  await peer.say('MSET k1 1 k2 2');
  assert.deepEqual(await peer.ask('LIST', 'k', 'CURSOR', 'a'), ['', ['k1', '1', 'k2', '2']]);
  assert.deepEqual(await peer.ask('LIST', 'k', 'CURSOR', 'k1'), ['', ['k2', '2']]);
  assert.deepEqual(await peer.ask('LIST', 'k', 'CURSOR', 'z'), ['', []]);
});

test('LIST says what it expects when it is asked wrongly', async () => {
  const peer = await (await GeoWorld.create()).connect();
  for (const line of [
    'LIST k LIMIT',
    'LIST k LIMIT 0',
    'LIST k LIMIT x',
    'LIST k CURSOR',
    'LIST k a b',
  ]) {
    assert.match(await peer.sayText(line), /^-ERR syntax error, expected LIST prefix/, line);
  }
});
