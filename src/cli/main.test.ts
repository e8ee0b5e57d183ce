import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
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
