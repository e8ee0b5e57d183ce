import type { Client } from '../client.ts';
import type { Command } from '../command.ts';
import type { CommandEntry, CommandRow, CommandTable } from '../command-table.ts';
import type { Reply } from '../reply.ts';
import { parseSynopsis, type SynopsisPart } from './synopsis.ts';

/**
 * `COMMAND` and its subcommands: the table describes itself. redis-cli asks for it when it starts, for
 * hints and completion; libraries ask where the keys of a command stand.
 */
export function commandCommand<Target>(table: () => CommandTable<Target>): CommandRow<Target> {
  const common = { flags: ['loading', 'stale'], keys: [0, 0, 0], group: 'server' } as const;
  return {
    ...common,
    name: 'command',
    arity: -1,
    since: '2.8.13',
    summary: 'Returns name, arity, flags and key positions of every command',
    synopsis: '',
    run: (_target, _command, client) => writeInfos(client.reply, table().entries),
    subcommands: [
      {
        ...common,
        name: 'count',
        arity: 2,
        since: '2.8.13',
        summary: 'Returns how many commands there are',
        synopsis: '',
        run: (_target, _command, client) => client.reply.integer(table().entries.length),
      },
      {
        ...common,
        name: 'info',
        arity: -2,
        since: '2.8.13',
        summary: 'Returns the same of the commands that are named',
        synopsis: '[command-name ...]',
        run: (_target, command, client) => writeInfos(client.reply, named(table(), command)),
      },
      {
        ...common,
        name: 'docs',
        arity: -2,
        since: '7.0.0',
        summary: 'Returns summary and arguments of the commands that are named, or of all',
        synopsis: '[command-name ...]',
        run: (_target, command, client) => {
          const known = named(table(), command).filter((entry) => entry !== undefined);
          writeDocs(client.reply, known);
        },
      },
      {
        ...common,
        name: 'list',
        arity: 2,
        since: '7.0.0',
        summary: 'Returns the names of all commands',
        synopsis: '',
        run: (_target, _command, { reply }) => {
          reply.array(table().entries.length);
          for (const entry of table().entries) reply.bulkLatin1(entry.fullName);
        },
      },
      {
        ...common,
        name: 'getkeys',
        arity: -3,
        since: '2.8.13',
        summary: 'Returns which arguments of a command are keys',
        synopsis: 'command [arg ...]',
        run: (_target, command, client) => writeKeys(table(), command, client),
      },
    ],
  };
}

/** `CLIENT HELP` and the like: a line for each subcommand. */
export function writeHelp<Target>(reply: Reply, entry: CommandEntry<Target>): void {
  reply.array(2 * entry.subcommands.length + 1);
  reply.simple(`${entry.row.name.toUpperCase()} <subcommand> [<arg> ...]. Subcommands are:`);
  for (const { row } of entry.subcommands) {
    reply.simple(`${row.name.toUpperCase()} ${row.synopsis}`.trimEnd());
    reply.simple(`    ${row.summary}.`);
  }
}

/** The entries that the arguments name, undefined where there is none; all of them without arguments. */
function named<Target>(
  table: CommandTable<Target>,
  command: Command,
): readonly (CommandEntry<Target> | undefined)[] {
  if (command.argumentCount === 2) return table.entries;
  const entries: (CommandEntry<Target> | undefined)[] = [];
  for (let i = 2; i < command.argumentCount; i += 1) {
    entries.push(table.find(command.bytes, command.start(i), command.end(i)));
  }
  return entries;
}

function writeInfos<Target>(
  reply: Reply,
  entries: readonly (CommandEntry<Target> | undefined)[],
): void {
  reply.array(entries.length);
  for (const entry of entries) {
    if (entry === undefined) reply.nil();
    else writeInfo(reply, entry);
  }
}

function writeInfo<Target>(
  reply: Reply,
  { row, fullName, subcommands }: CommandEntry<Target>,
): void {
  reply.array(10);
  reply.bulkLatin1(fullName);
  reply.integer(row.arity);
  reply.set(row.flags.length);
  for (const flag of row.flags) reply.simple(flag);
  for (const position of row.keys) reply.integer(position);
  reply.set(1);
  reply.simple(`@${row.group}`);
  reply.array(0); // Tips for cluster proxies.
  reply.array(0); // Key specifications: the three positions say it all.
  reply.array(subcommands.length);
  for (const subcommand of subcommands) writeInfo(reply, subcommand);
}

function writeDocs<Target>(reply: Reply, entries: readonly CommandEntry<Target>[]): void {
  reply.map(entries.length);
  for (const entry of entries) {
    const { row, fullName, subcommands } = entry;
    const parts = parseSynopsis(row.synopsis);
    reply.bulkLatin1(fullName);
    reply.map(3 + (parts.length > 0 ? 1 : 0) + (subcommands.length > 0 ? 1 : 0));
    reply.bulkLatin1('summary');
    reply.bulkText(row.summary);
    reply.bulkLatin1('since');
    reply.bulkLatin1(row.since);
    reply.bulkLatin1('group');
    reply.bulkLatin1(row.group);
    if (parts.length > 0) {
      reply.bulkLatin1('arguments');
      writeArguments(reply, parts);
    }
    if (subcommands.length > 0) {
      reply.bulkLatin1('subcommands');
      writeDocs(reply, subcommands);
    }
  }
}

function writeArguments(reply: Reply, parts: readonly SynopsisPart[]): void {
  reply.array(parts.length);
  for (const part of parts) {
    const flags = [part.isOptional ? 'optional' : '', part.isMultiple ? 'multiple' : ''];
    const given = flags.filter((flag) => flag !== '');
    const children = part.parts.length > 0;
    reply.map(
      2 + (part.token === undefined ? 0 : 1) + (given.length > 0 ? 1 : 0) + (children ? 1 : 0),
    );
    reply.bulkLatin1('name');
    reply.bulkLatin1(part.name);
    reply.bulkLatin1('type');
    reply.bulkLatin1(part.type);
    if (part.token !== undefined) {
      reply.bulkLatin1('token');
      reply.bulkLatin1(part.token);
    }
    if (given.length > 0) {
      reply.bulkLatin1('flags');
      reply.set(given.length);
      for (const flag of given) reply.simple(flag);
    }
    if (children) {
      reply.bulkLatin1('arguments');
      writeArguments(reply, part.parts);
    }
  }
}

function writeKeys<Target>(table: CommandTable<Target>, command: Command, client: Client): void {
  const entry = table.find(command.bytes, command.start(2), command.end(2));
  const count = command.argumentCount - 2;
  if (entry === undefined) {
    client.reply.error('ERR', 'Invalid command specified');
    return;
  }
  const { arity, keys } = entry.row;
  if (arity >= 0 ? count !== arity : count < -arity) {
    client.reply.error('ERR', 'Invalid number of arguments specified for command');
    return;
  }
  const [first, last, step] = keys;
  if (first === 0) {
    client.reply.error('ERR', 'The command has no key arguments');
    return;
  }
  const lastKey = last < 0 ? count + last : last;
  client.reply.array(Math.floor((lastKey - first) / step) + 1);
  for (let i = first; i <= lastKey; i += step) {
    client.reply.bulk(command.bytes, command.start(i + 2), command.end(i + 2));
  }
}
