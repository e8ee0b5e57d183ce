import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { CommandTable, type CommandRow } from '../src/resp/command-table.ts';
import { clientLimits } from '../src/core/limits.ts';
import { createQueryTable } from '../src/geo/server/query/command-rows.ts';
import { createStorageTable } from '../src/ring/server/command-rows.ts';
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
  const page = commandsPage(table, { title: 'Commands', introduction: 'An introduction.' });
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
[The commands of a node of the ring](ring-commands.md) are other ones.
`;

const ringIntroduction = `
What a node of the ring store understands, in the Redis protocol (RESP2, and RESP3 after \`HELLO 3\`) or typed as lines. Made
from the table that executes the commands; \`COMMAND DOCS\` tells a client the same. A node has its own keys only, and answers
\`WRONGSERVER\` for others: [what errors mean](errors.md#what-a-query-port-answers). Commands with several keys are not atomic.
\`since\` is the version of Redis that had the command first, 0.1.0 for what is Atoll's own.
`;

const nobody = (): never => assert.fail('a page asks nobody');
const facts = {
  clients: new ClientRegistry(),
  clock: new PlatformClock(),
  limits: clientLimits,
  atollVersion: '',
  nodeId: '',
  address: nobody,
  counters: nobody,
  info: nobody,
  config: nobody,
};

/** To write a page anew: UPDATE_DOCS=1 npm test -- commands-page */
function assertPage(name: string, page: string): void {
  const path = join(projectRoot, 'docs/reference', name);
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(path, page);
  assert.equal(readFileSync(path, 'utf8'), page);
}

test('the reference of commands is what the query port understands', () => {
  const table = createQueryTable(facts);
  assertPage('commands.md', commandsPage(table, { title: 'Commands', introduction }));
});

test('the reference of commands of the ring is what a node understands', () => {
  const table = createStorageTable(facts, nobody);
  const title = 'Commands of the ring store';
  assertPage('ring-commands.md', commandsPage(table, { title, introduction: ringIntroduction }));
});
