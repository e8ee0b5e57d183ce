import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GeoWorld } from '../../../../test/support/geo-world.ts';

test('GET gives what SET set, and nil where nothing was', async () => {
  const peer = await (await GeoWorld.create()).connect();
  assert.equal(await peer.say('GET a'), null);
  assert.equal(await peer.say('SET a 1'), 'OK');
  assert.equal(await peer.say('GET a'), '1');
  assert.equal(await peer.say('SET a two'), 'OK');
  assert.equal(await peer.say('GET a'), 'two');
  assert.equal(await peer.say('STRLEN a'), 3);
  assert.equal(await peer.say('STRLEN b'), 0);
});

test('any bytes round-trip as keys and values', async () => {
  const peer = await (await GeoWorld.create()).connect();
  const texts = ['\0', '\r\n', '\xff\xfe', '*1\r\n$4\r\nPING\r\n', '__proto__', 'constructor', ' '];
  for (const key of texts) {
    assert.equal(await peer.ask('SET', key, `value of ${key}`), 'OK');
  }
  for (const key of texts) assert.equal(await peer.ask('GET', key), `value of ${key}`);
  assert.equal(await peer.say('DBSIZE'), texts.length);
  assert.equal(await peer.ask('SET', 'empty', ''), 'OK');
  assert.equal(await peer.ask('GET', 'empty'), '');
});

test('an empty key is refused when written, and not there when read', async () => {
  const peer = await (await GeoWorld.create()).connect();
  const refusal = '-ERR the key is empty, it has 1 to 4096 bytes';
  assert.equal(await peer.ask('SET', '', 'x'), refusal);
  assert.equal(await peer.ask('SET', '', 'x', 'EX', '10'), refusal);
  assert.equal(await peer.ask('SETEX', '', '10', 'x'), refusal);
  assert.equal(await peer.ask('MSET', 'a', '1', '', 'x'), refusal);
  assert.equal(await peer.ask('GET', ''), null);
  assert.equal(await peer.say('DBSIZE'), 0);
});

test('a key of 4 KiB and a value of 1 MiB are taken, a byte more is not', async () => {
  const peer = await (await GeoWorld.create()).connect();
  const [key, value] = ['k'.repeat(4_096), 'v'.repeat(1_048_576)];
  assert.equal(await peer.ask('SET', key, value), 'OK');
  assert.equal(await peer.ask('GET', key), value);
  const longKey = '-ERR the key has 4097 bytes, at most 4096 are taken';
  assert.equal(await peer.ask('SET', `${key}k`, 'x'), longKey);
  const longValue = '-ERR the value has 1048577 bytes, at most 1048576 are taken';
  assert.equal(await peer.ask('SET', 'x', `${value}v`), longValue);
  assert.equal(await peer.say('DBSIZE'), 1);
});

test('SET takes an end in four ways, keeps one, and drops it otherwise', async () => {
  const world = await GeoWorld.create();
  const peer = await world.connect();
  await peer.say('SET a 1 EX 100');
  assert.equal(await peer.say('TTL a'), 100);
  await peer.say('SET a 1 PX 5500');
  assert.equal(await peer.say('TTL a'), 5);
  const inSeconds = Math.floor(world.nowMs / 1_000) + 1_000;
  await peer.say(`set a 1 exat ${inSeconds}`);
  assert.equal(await peer.say('EXPIRETIME a'), inSeconds);
  await peer.say(`SET a 1 PXAT ${inSeconds * 1_000 + 7}`);
  assert.equal(await peer.say('PEXPIRETIME a'), inSeconds * 1_000 + 7);
  await peer.say('SET a 2 KEEPTTL');
  assert.equal(await peer.say('PEXPIRETIME a'), inSeconds * 1_000 + 7);
  assert.equal(await peer.say('GET a'), '2');
  await peer.say('SET a 3');
  assert.equal(await peer.say('TTL a'), -1);
});

test('SET with GET answers with the value that was there', async () => {
  const peer = await (await GeoWorld.create()).connect();
  assert.equal(await peer.say('SET a 1 GET'), null);
  assert.equal(await peer.say('SET a 2 GET EX 10'), '1');
  assert.equal(await peer.say('GET a'), '2');
});

test('SET refuses what makes no sense in the words of Redis, and changes nothing', async () => {
  const peer = await (await GeoWorld.create()).connect();
  await peer.say('SET a before');
  const cases: readonly (readonly [line: string, error: string])[] = [
    ['SET a', `-ERR wrong number of arguments for 'set' command`],
    ['SET a x EX', '-ERR syntax error'],
    ['SET a x EX 10 PX 10', '-ERR syntax error'],
    ['SET a x EX 10 KEEPTTL', '-ERR syntax error'],
    ['SET a x BOGUS', '-ERR syntax error'],
    ['SET a x EX ten', '-ERR value is not an integer or out of range'],
    ['SET a x EX 1.5', '-ERR value is not an integer or out of range'],
    ['SET a x EX 0', `-ERR invalid expire time in 'set' command`],
    ['SET a x PX -5', `-ERR invalid expire time in 'set' command`],
    ['SET a x EX 9007199254740991', `-ERR invalid expire time in 'set' command`],
    ['SETEX a 0 x', `-ERR invalid expire time in 'setex' command`],
    ['PSETEX a -1 x', `-ERR invalid expire time in 'psetex' command`],
    ['MSET a 1 b', `-ERR wrong number of arguments for 'mset' command`],
  ];
  for (const [line, error] of cases) assert.equal(await peer.say(line), error, line);
  assert.equal(await peer.say('GET a'), 'before');
  assert.equal(await peer.say('DBSIZE'), 1);
});

test('SET NX and XX are refused with the reason and a way out', async () => {
  const peer = await (await GeoWorld.create()).connect();
  for (const word of ['NX', 'xx']) {
    const error = await peer.sayText(`SET lock me ${word}`);
    assert.match(error, /^-ERR SET with NX or XX cannot be merged: .*one writer/);
  }
  assert.equal(await peer.say('EXISTS lock'), 0);
});

test('MSET and MGET take many keys at once', async () => {
  const peer = await (await GeoWorld.create()).connect();
  assert.equal(await peer.say('MSET a 1 b 2 a 3'), 'OK');
  assert.deepEqual(await peer.say('MGET a nope b a'), ['3', null, '2', '3']);
});

test('GETRANGE gives a part, counted from either end', async () => {
  const peer = await (await GeoWorld.create()).connect();
  await peer.ask('SET', 'a', 'This is a string');
  const cases: readonly (readonly [from: string, to: string, part: string])[] = [
    ['0', '3', 'This'],
    ['-3', '-1', 'ing'],
    ['0', '-1', 'This is a string'],
    ['10', '100', 'string'],
    ['5', '3', ''],
    ['-100', '0', 'T'],
    ['100', '200', ''],
  ];
  for (const [from, to, part] of cases) {
    assert.equal(await peer.ask('GETRANGE', 'a', from, to), part, `${from} to ${to}`);
  }
  assert.equal(await peer.say('GETRANGE nope 0 -1'), '');
  assert.equal(await peer.say('GETRANGE a x 1'), '-ERR value is not an integer or out of range');
});

test('every write has a stamp and a dot: stamps rise, dots count without a gap', async () => {
  const world = await GeoWorld.create();
  const peer = await world.connect();
  await peer.askAll([
    ['SET', 'a', '1'],
    ['SET', 'b', '2'],
    ['EXPIRE', 'a', '100'],
    ['DEL', 'nothing'],
    ['PERSIST', 'b'],
    ['SET', 'c', '3'],
  ]);
  const { id, incarnation } = world.server.identity;
  const stamps: { wallMs: number; counter: number; sequence: number }[] = [];
  for (const key of ['b', 'a', 'c']) {
    const [, wallMs, , counter, , uid, , sequence] = (await peer.ask('STAMP', key)) as [
      ...(string | number)[],
    ];
    assert.equal(uid, `${id}.${incarnation}.1`);
    stamps.push({ wallMs: Number(wallMs), counter: Number(counter), sequence: Number(sequence) });
  }
  assert.deepEqual(
    stamps.map(({ sequence }) => sequence),
    [2, 3, 4],
  );
  for (const [i, stamp] of stamps.entries()) {
    const before = stamps[i - 1];
    if (before === undefined) continue;
    assert.ok(stamp.wallMs > before.wallMs || stamp.counter > before.counter);
  }
  assert.equal(await peer.say('STAMP nothing'), null);
});

test('a wall clock that jumps back does not make later writes lose', async () => {
  const world = await GeoWorld.create();
  const peer = await world.connect();
  await peer.say('SET a 1');
  const first = (await peer.say('STAMP a')) as (string | number)[];
  world.simulation.node('server').clock.jumpWall(-3_600_000);
  await peer.say('SET a 2');
  const second = (await peer.say('STAMP a')) as (string | number)[];
  assert.equal(second[1], first[1]);
  assert.ok(Number(second[3]) > Number(first[3]));
});

test('MGET of more than 24 MiB is refused with what it may ask for, and the connection lives', async () => {
  const peer = await (await GeoWorld.create()).connect();
  await peer.ask('SET', 'big', 'v'.repeat(2 ** 20));
  const keys = ' big'.repeat(25);
  const refusal = await peer.sayText(`MGET${keys}`);
  assert.match(refusal, /26214400 bytes together, at most 25165824 .* ask for fewer keys/);
  const values = await peer.ask('MGET', 'nothing', ...Array.from({ length: 24 }, () => 'big'));
  assert.ok(Array.isArray(values));
  assert.equal(values.length, 25);
  assert.equal(values[0], null);
});
