import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RespWorld } from '../../test/support/resp-world.ts';
import { CommandTable, type CommandRow } from './command-table.ts';
import { ReplyError } from './reply-value.ts';

const row: CommandRow<undefined> = {
  name: 'get',
  arity: 2,
  flags: [],
  keys: [1, 1, 1],
  group: 'string',
  since: '1.0.0',
  summary: '',
  synopsis: '',
  run: () => {},
};

test('a command is found by its name in any case, and by nothing else', () => {
  const names = [
    'get',
    'set',
    'getset',
    'mget',
    'ttl',
    'pttl',
    'x',
    'watchprefix',
    'unwatchprefix',
  ];
  const table = new CommandTable(names.map((name) => ({ ...row, name })));
  const find = (text: string): string | undefined => {
    const bytes = Buffer.from(`a${text}t`, 'latin1');
    return table.find(bytes, 1, bytes.length - 1)?.fullName;
  };
  for (const name of names) {
    assert.equal(find(name), name);
    assert.equal(find(name.toUpperCase()), name);
  }
  assert.equal(find('gEt'), 'get');
  for (const other of [
    '',
    'ge',
    'gett',
    'g\xe5t',
    'g%t',
    '\0et',
    'unwatchprefi\xd8',
    'x'.repeat(1_000),
  ]) {
    assert.equal(find(other), undefined, other);
  }
});

test('two rows of one name, a name in capitals, or a row that does nothing are mistakes', () => {
  assert.throws(() => new CommandTable([row, row]), /there twice/);
  assert.throws(() => new CommandTable([{ ...row, name: 'GET' }]), /lower case/);
  const { run: _run, ...idle } = row;
  assert.throws(() => new CommandTable([idle]), /does nothing/);
});

test('a wrong number of arguments is told in the words of Redis and counted as rejected', async () => {
  const world = new RespWorld();
  const { table } = await world.listen();
  const peer = world.dial();
  assert.deepEqual(
    peer.ask('GET'),
    new ReplyError("ERR wrong number of arguments for 'get' command"),
  );
  assert.ok(peer.ask('GET', 'a', 'b') instanceof ReplyError);
  assert.ok(peer.ask('SET', 'a') instanceof ReplyError);
  peer.ask('SET', 'a', 'b');
  peer.ask('get', 'a');
  peer.ask('NOSUCH');
  peer.ask('MULTI');
  peer.ask('SELECT', 'x');
  const counts = new Map(
    table.entries.map(({ fullName, calls, failures, rejected }) => [
      fullName,
      [calls, failures, rejected],
    ]),
  );
  assert.deepEqual(counts.get('get'), [1, 0, 2]);
  assert.deepEqual(counts.get('set'), [1, 0, 1]);
  assert.deepEqual(counts.get('select'), [1, 1, 0]);
  assert.deepEqual([table.unknown, table.refused], [1, 1]);
});
