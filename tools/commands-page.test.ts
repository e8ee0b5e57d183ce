import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { CommandTable, type CommandRow } from '../src/resp/command-table.ts';
import { clientLimits } from '../src/core/limits.ts';
import { createQueryTable } from '../src/geo/server/query/command-rows.ts';
import { PlatformClock } from '../src/platform/clock.ts';
import { ClientRegistry } from '../src/resp/client-registry.ts';
import { commandsPage } from './commands-page.ts';
import { projectRoot } from './project-root.ts';

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

const introduction = `
What a query port of the geo store understands, in the Redis protocol (RESP2, and RESP3 after \`HELLO 3\`) or
typed as lines. Made from the table that executes the commands; \`COMMAND DOCS\` tells a client the same.
Commands with several keys are not atomic. \`since\` is the version of Redis that had the command first.
`;

test('the reference of commands is what the query port understands', () => {
  const nobody = (): never => assert.fail('a page asks nobody');
  const table = createQueryTable({
    clients: new ClientRegistry(),
    clock: new PlatformClock(),
    limits: clientLimits,
    atollVersion: '',
    nodeId: '',
    address: nobody,
    counters: nobody,
    info: nobody,
    config: nobody,
  });
  const path = join(projectRoot, 'docs/reference/commands.md');
  const page = commandsPage(table, introduction);
  // To write the page anew: UPDATE_DOCS=1 npm test -- commands-page
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(path, page);
  assert.equal(readFileSync(path, 'utf8'), page);
});
