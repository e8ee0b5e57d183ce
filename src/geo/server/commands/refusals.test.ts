import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GeoWorld } from '../../../../test/support/geo-world.ts';

test('what cannot be merged is refused with the reason and what to do instead', async () => {
  const peer = await (await GeoWorld.create()).connect();
  const cases: readonly (readonly [line: string, hint: RegExp])[] = [
    ['INCR a', /^-ERR INCR cannot be merged: .*LIST/],
    ['decrby a 2', /^-ERR DECRBY cannot be merged/],
    ['SETNX a 1', /^-ERR SETNX cannot be merged: .*one writer/],
    ['APPEND a x', /^-ERR APPEND cannot be merged: .*SET the whole value/],
    ['LPUSH a x', /^-ERR LPUSH cannot be merged: .*LIST/],
    ['HSET a f v', /^-ERR HSET cannot be merged/],
    ['ZADD a 1 m', /^-ERR ZADD cannot be merged/],
    ['GETDEL a', /^-ERR GETDEL cannot be merged/],
    ['RENAME a b', /^-ERR RENAME cannot be merged/],
    ['SAVE', /^-ERR SAVE is not offered: .*atoll geo backup/],
    ['MULTI', /^-ERR MULTI is not offered/],
  ];
  for (const [line, hint] of cases) assert.match(await peer.sayText(line), hint, line);
  assert.equal(await peer.say('PING'), 'PONG');
  assert.equal(await peer.say('DBSIZE'), 0);
});

test('what nobody knows is refused in the words of Redis', async () => {
  const peer = await (await GeoWorld.create()).connect();
  const error = "-ERR unknown command 'FOO', with args beginning with: 'bar' ";
  assert.equal(await peer.say('FOO bar'), error);
});
