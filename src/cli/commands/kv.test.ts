import assert from 'node:assert/strict';
import { closeSync, existsSync, openSync } from 'node:fs';
import { after, before, test } from 'node:test';

import { AtollProcess, runAtoll, type AtollOutcome } from '../../../test/support/atoll.ts';
import { CommandServer } from '../../../test/support/command-server.ts';
import { SmallGeoServer } from '../../../test/support/small-geo-server.ts';
import { formatHostPort } from '../../core/network.ts';
import { createOutside } from '../../platform/outside.ts';

const outside = createOutside();
const server = new SmallGeoServer(outside);
let address = '';

before(async () => {
  await server.start(outside, { host: '127.0.0.1', port: 0 });
  assert.ok(server.address !== undefined);
  address = formatHostPort(server.address);
});

after(() => server.close());

/** `atoll kv …` against the test's server. */
function kv(words: readonly string[], input?: string | Uint8Array): Promise<AtollOutcome> {
  return runAtoll(['kv', ...words, '--address', address], input === undefined ? {} : { input });
}

test('what is put is got, byte for byte, with nothing added in a pipe', async () => {
  const put = await kv(['put', 'greeting', 'hällo']);
  assert.deepEqual(put, { exitCode: 0, stdout: '', stderr: '' });
  const got = await kv(['get', 'greeting']);
  assert.deepEqual([got.exitCode, Buffer.from(got.stdout, 'latin1').toString()], [0, 'hällo']);
  const binary = Buffer.from([0, 13, 10, 255, 27]);
  assert.equal((await kv(['put', 'binary', '-'], binary)).exitCode, 0);
  assert.equal((await kv(['get', 'binary'])).stdout, binary.toString('latin1'));
});

test('a key that is not there is exit 3, for get and del', async () => {
  for (const command of ['get', 'del']) {
    const { exitCode, stdout, stderr } = await kv([command, 'nothing']);
    assert.deepEqual([exitCode, stdout, stderr], [3, '', 'atoll: no such key: nothing\n']);
  }
});

test('del deletes', async () => {
  await kv(['put', 'gone', 'v']);
  assert.equal((await kv(['del', 'gone'])).exitCode, 0);
  assert.equal((await kv(['get', 'gone'])).exitCode, 3);
});

test('a key put with a time to live ends', async () => {
  await kv(['put', 'short', 'v', '--ttl', '1ms']);
  // Starting the program alone takes longer.
  assert.equal((await kv(['get', 'short'])).exitCode, 3);
  await kv(['put', 'long', 'v', '--ttl', '60']);
  assert.equal((await kv(['get', 'long'])).exitCode, 0);
});

test('list prints a pair a line, escaped, in order, and obeys --limit and --keys', async () => {
  for (const [key, value] of [
    ['l/b', 'two\nlines\u001b[2J'],
    ['l/a', '1'],
    ['l/c', '3'],
  ] as const) {
    server.put(key, value);
  }
  assert.equal((await kv(['list', 'l/'])).stdout, 'l/a\t1\nl/b\ttwo\\nlines\\u{1b}[2J\nl/c\t3\n');
  assert.equal((await kv(['list', 'l/', '--limit', '2', '--keys'])).stdout, 'l/a\nl/b\n');
  const nothing = await kv(['list', 'nothing/']);
  assert.deepEqual(nothing, { exitCode: 0, stdout: '', stderr: '' });
});

test('--json is one object a line, and bytes that are no text come in base64', async () => {
  await kv(['put', 'j/bytes', '-'], Uint8Array.of(255, 0));
  const json = JSON.stringify;
  assert.equal(
    (await kv(['put', 'j/text', 'v', '--json'])).stdout,
    '{"key":"j/text","put":true}\n',
  );
  assert.equal(
    (await kv(['get', 'j/text', '--json'])).stdout,
    `${json({ key: 'j/text', value: 'v' })}\n`,
  );
  assert.equal(
    (await kv(['list', 'j/', '--json'])).stdout,
    `${json({ key: 'j/bytes', valueBase64: '/wA=' })}\n${json({ key: 'j/text', value: 'v' })}\n`,
  );
  assert.equal(
    (await kv(['del', 'j/text', '--json'])).stdout,
    `${json({ key: 'j/text', deleted: true })}\n`,
  );
});

test('nobody there is exit 5 and one line', async () => {
  const { exitCode, stdout, stderr } = await runAtoll([
    'kv',
    'get',
    'k',
    '--address',
    '127.0.0.1:1',
  ]);
  assert.deepEqual([exitCode, stdout], [5, '']);
  assert.match(stderr, /^atoll: no connection to 127\.0\.0\.1:1: .*\n$/);
});

test('of several addresses one that answers is enough', async () => {
  server.put('there', 'v');
  const words = ['kv', 'get', 'there', '--address', '127.0.0.1:1', '--address', address];
  assert.equal((await runAtoll(words)).stdout, 'v');
});

test('ATOLL_ADDRESS names the server, and --address goes before it', async () => {
  server.put('there', 'v');
  const found = await runAtoll(['kv', 'get', 'there'], { environment: { ATOLL_ADDRESS: address } });
  assert.deepEqual([found.exitCode, found.stdout], [0, 'v']);
  const words = ['kv', 'get', 'there', '--address', address];
  const environment = { ATOLL_ADDRESS: '127.0.0.1:1' };
  assert.equal((await runAtoll(words, { environment })).exitCode, 0);
});

test('a value that is too large is exit 2 and says so', async () => {
  const { exitCode, stderr } = await kv(['put', 'large', '-'], new Uint8Array(1_048_577));
  assert.equal(exitCode, 2);
  assert.match(stderr, /^atoll: a value has at most 1048576 bytes, this one 1048577\n$/);
});

test('watch prints a line for each change until Ctrl-C, which is exit 130', async () => {
  for (const [flags, expected] of [
    [[], 'put\tw/a\t1\\n\ndelete\tw/a\n'],
    [['--json'], '{"type":"put","key":"w/a","value":"1\\n"}\n{"type":"delete","key":"w/a"}\n'],
  ] as const) {
    const atoll = new AtollProcess(['kv', 'watch', 'w/', '--address', address, ...flags]);
    await atoll.said('stderr', 'watching');
    server.put('w/a', '1\n');
    server.put('x/a', 'elsewhere');
    server.delete('w/a');
    await atoll.said('stdout', 'delete');
    atoll.child.kill('SIGINT');
    const { exitCode, stdout } = await atoll.end();
    assert.deepEqual([exitCode, stdout], [130, expected]);
  }
});

test('Ctrl-C ends a command that waits for its server, with 130', async () => {
  const silent = new CommandServer();
  const asked = new Promise<void>((resolve) => {
    void silent.listen(outside, { host: '127.0.0.1', port: 0 }, () => resolve());
  });
  while (silent.address === undefined) await new Promise((resolve) => setImmediate(resolve));
  const atoll = new AtollProcess(['kv', 'get', 'k', '--address', formatHostPort(silent.address)]);
  await asked;
  atoll.child.kill('SIGINT');
  assert.deepEqual(await atoll.end(), { exitCode: 130, stdout: '', stderr: '' });
  silent.close();
});

test('a reader that goes away ends list quietly', async () => {
  for (let i = 0; i < 20_000; i += 1) server.put(`many/${i}`, 'v'.repeat(20));
  const atoll = new AtollProcess(['kv', 'list', 'many/', '--address', address]);
  await atoll.said('stdout', 'many/');
  atoll.child.stdout?.destroy();
  const { exitCode, stderr } = await atoll.end();
  assert.deepEqual([exitCode, stderr], [0, '']);
});

test('output that cannot be written is exit 1 and one line', { skip: noFullDevice() }, async () => {
  server.put('there', 'v');
  const full = openSync('/dev/full', 'w');
  const words = ['kv', 'get', 'there', '--address', address];
  const { exitCode, stderr } = await runAtoll(words, { stdout: full });
  closeSync(full);
  assert.equal(exitCode, 1);
  assert.match(stderr, /^atoll: .*ENOSPC.*\n$/);
});

/** Why the test cannot run here, or false. */
function noFullDevice(): string | false {
  return existsSync('/dev/full') ? false : 'this machine has no /dev/full';
}
