import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandTable, type CommandRow } from '../src/resp/command-table.ts';
import { commandsPage } from './commands-page.ts';

const common = { flags: [], keys: [0, 0, 0], since: '1.0.0', synopsis: '' } as const;
const run = (): void => {};
const rows: readonly CommandRow<undefined>[] = [
  {
    ...common,
    name: 'set',
    arity: -3,
    group: 'string',
    summary: 'Sets',
    synopsis: 'key [A | B]',
    run,
  },
  {
    ...common,
    name: 'client',
    arity: -2,
    group: 'connection',
    summary: 'A container',
    subcommands: [
      { ...common, name: 'id', arity: 2, group: 'connection', summary: 'Returns the id', run },
    ],
  },
];

test('the page has a row for every form of a command, by groups, and every refusal', () => {
  const table = new CommandTable(rows, [
    { names: ['multi', 'exec'], because: 'is not offered: why' },
  ]);
  const page = commandsPage(table, 'An introduction.');
  assert.ok(page.startsWith('# Commands\n\nAn introduction.\n\n## Values\n'));
  assert.ok(page.includes('\n| `SET key [A \\| B]` | Sets | 1.0.0 |\n'));
  assert.ok(page.includes('\n| `CLIENT ID` | Returns the id | 1.0.0 |\n'));
  assert.ok(!page.includes('A container'));
  assert.ok(page.includes('\n| `MULTI` `EXEC` | is not offered: why |\n'));
});
