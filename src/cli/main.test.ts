import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { test } from 'node:test';

import { runAtoll } from '../../test/support/atoll.ts';

test('help and version are on stdout and exit with 0', async () => {
  const manifest = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  assert.deepEqual(await runAtoll(['--version']), {
    exitCode: 0,
    stdout: `${version}\n`,
    stderr: '',
  });
  for (const words of [['--help'], ['help'], ['help', 'kv'], ['kv', 'get', '--help']]) {
    const { exitCode, stdout, stderr } = await runAtoll(words);
    assert.deepEqual([exitCode, stderr], [0, ''], words.join(' '));
    assert.match(stdout, /^Usage: atoll/);
  }
});

test('wrong usage is one line with what is wrong, where help is, and exit 2', async () => {
  const cases: readonly (readonly [string[], RegExp])[] = [
    [['nope'], /^atoll: unknown command 'nope'\nSee: atoll --help\n$/],
    [['help', 'nope'], /^atoll: unknown command 'nope'\nSee: atoll --help\n$/],
    [['geo', '--port', '65535'], /^atoll: --port 65535 leaves no room .*: at most \d+\n$/],
    [['geo', '--port', '9', '--admin-port', '10'], /^atoll: --admin-port 10 is taken by --port 9/],
    [['geo', '--host', ''], /^atoll: --host is empty/],
    [['kv', 'get'], /^atoll: missing required argument 'key'\nSee: atoll kv get --help\n$/],
    [['kv', 'get', 'a', 'b'], /^atoll: too many arguments/],
    [['kv', 'get', 'a', '--nope'], /^atoll: unknown option '--nope'/],
    [['kv', 'get', 'a', '--timeout', 'soon'], /^atoll: .*Expected a duration/],
    [['kv', 'get', 'a', '--address', 'nowhere'], /^atoll: expected an address as host:port/],
    [['kv', 'list', 'a', '--limit', '0'], /^atoll: .*Expected a whole number/],
    [['kv', 'get', ''], /^atoll: a key has at least 1 byte\n$/],
  ];
  for (const [words, expected] of cases) {
    const { exitCode, stdout, stderr } = await runAtoll(words);
    assert.deepEqual([exitCode, stdout], [2, ''], words.join(' '));
    assert.match(stderr, expected);
  }
});

test('no command at all shows the help and is exit 2', async () => {
  const { exitCode, stderr } = await runAtoll([]);
  assert.equal(exitCode, 2);
  assert.match(stderr, /^Usage: atoll/);
});

test('a script that gives CMUD no name has played nothing, and that is exit 2', async () => {
  const outcome = await runAtoll(['cmud'], { input: 'mine 3\n' });
  assert.deepEqual([outcome.exitCode, outcome.stderr], [2, '']);
  assert.match(outcome.stdout, /"mine 3" will not do/);
});

test('a port in use is one line with what to do about it', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  const words = ['start', '--port', '0', '--admin-port', String(port)];
  const { exitCode, stdout, stderr } = await runAtoll(words);
  taken.close();
  assert.deepEqual([exitCode, stdout], [1, '']);
  assert.match(
    stderr,
    /^atoll: pittsburgh could not start: cannot listen at .* in use .*: end it, or choose other ports .*\n$/,
  );
});
