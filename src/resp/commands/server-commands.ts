import { serverLimits } from '../../core/limits.ts';
import type { Client } from '../client.ts';
import type { Command } from '../command.ts';
import type { CommandRow } from '../command-table.ts';
import { Glob } from '../glob.ts';
import { infoText } from './info.ts';
import type { ServerFacts } from './server-facts.ts';

const noKeys = [0, 0, 0] as const;

/** What tools ask a server about itself: INFO, CONFIG, SLOWLOG, MEMORY. */
export function serverCommands<Target>(facts: ServerFacts<Target>): readonly CommandRow<Target>[] {
  return [infoCommand(facts), configCommand(facts), slowlogCommand(), memoryCommand(facts)];
}

function infoCommand<Target>(facts: ServerFacts<Target>): CommandRow<Target> {
  return {
    name: 'info',
    arity: -1,
    flags: ['loading', 'stale'],
    keys: noKeys,
    group: 'server',
    since: '1.0.0',
    summary: 'Returns what the server is and has done, in sections',
    synopsis: '[section ...]',
    run: (target, command, client) => {
      const wanted = new Set<string>();
      for (let i = 1; i < command.argumentCount; i += 1) {
        wanted.add(command.latin1(i).toLowerCase());
      }
      client.reply.verbatim(infoText(facts, target, wanted));
    },
  };
}

function configCommand<Target>(facts: ServerFacts<Target>): CommandRow<Target> {
  const common = { flags: ['admin', 'loading', 'stale'], keys: noKeys, group: 'server' } as const;
  return {
    ...common,
    name: 'config',
    arity: -2,
    since: '2.0.0',
    summary: 'Tells how the server is configured',
    synopsis: '',
    subcommands: [
      {
        ...common,
        name: 'get',
        arity: -3,
        since: '2.0.0',
        summary: 'Returns the parameters whose names match, with their values',
        synopsis: 'parameter ...',
        run: (_target, command, client) => configGet(facts, command, client),
      },
      {
        ...common,
        name: 'set',
        arity: -4,
        since: '2.0.0',
        summary: 'Refused: options are given when the server starts',
        synopsis: 'parameter value',
        run: (_target, _command, { reply }) =>
          reply.error('ERR', 'CONFIG SET is not offered: start the server with other options'),
      },
    ],
  };
}

/** Redis's parameters whose values follow from what the server is. */
function configuration<Target>({
  limits,
  config,
}: ServerFacts<Target>): ReadonlyMap<string, string> {
  return new Map([
    ['appendonly', 'no'],
    ['client-query-buffer-limit', String(limits.queryBufferBytesMax)],
    ['databases', '1'],
    ['maxclients', String(serverLimits.connectionsMax)],
    ['maxmemory', '0'],
    ['maxmemory-policy', 'noeviction'],
    ['proto-max-bulk-len', String(limits.valueBytesMax)],
    ['save', ''],
    ['timeout', String(limits.idleMs / 1_000)],
    ...config(),
  ]);
}

function configGet<Target>(facts: ServerFacts<Target>, command: Command, { reply }: Client): void {
  const patterns: Glob[] = [];
  for (let i = 2; i < command.argumentCount; i += 1) {
    const length = command.end(i) - command.start(i);
    if (length > serverLimits.patternBytesMax) {
      const { patternBytesMax } = serverLimits;
      reply.error('ERR', `the pattern has ${length} bytes, at most ${patternBytesMax} are taken`);
      return;
    }
    patterns.push(new Glob(Buffer.from(command.latin1(i).toLowerCase(), 'latin1')));
  }
  const found = [...configuration(facts)].filter(([name]) => {
    const bytes = Buffer.from(name);
    return patterns.some((pattern) => pattern.matches(bytes, 0, bytes.length));
  });
  reply.map(found.length);
  for (const [name, value] of found) {
    reply.bulkLatin1(name);
    reply.bulkText(value);
  }
}

/** Tools ask for it at intervals; an empty log is the truth, since none is kept. */
function slowlogCommand<Target>(): CommandRow<Target> {
  const common = { flags: ['admin', 'loading', 'stale'], keys: noKeys, group: 'server' } as const;
  return {
    ...common,
    name: 'slowlog',
    arity: -2,
    since: '2.2.12',
    summary: 'Tells of slow commands; no slow log is kept',
    synopsis: '',
    subcommands: [
      {
        ...common,
        name: 'get',
        arity: -2,
        since: '2.2.12',
        summary: 'Returns an empty list',
        synopsis: '[count]',
        run: (_target, _command, { reply }) => reply.array(0),
      },
      {
        ...common,
        name: 'len',
        arity: 2,
        since: '2.2.12',
        summary: 'Returns 0',
        synopsis: '',
        run: (_target, _command, { reply }) => reply.integer(0),
      },
      {
        ...common,
        name: 'reset',
        arity: 2,
        since: '2.2.12',
        summary: 'Accepted: there is nothing to clear',
        synopsis: '',
        run: (_target, _command, { reply }) => reply.ok(),
      },
    ],
  };
}

function memoryCommand<Target>(facts: ServerFacts<Target>): CommandRow<Target> {
  return {
    name: 'memory',
    arity: -2,
    flags: ['readonly'],
    keys: noKeys,
    group: 'server',
    since: '4.0.0',
    summary: 'Tells how memory is used',
    synopsis: '',
    subcommands: [
      {
        name: 'usage',
        arity: -3,
        flags: ['readonly'],
        keys: [2, 2, 1],
        group: 'server',
        since: '4.0.0',
        summary: 'Returns how many bytes a key and its value take',
        synopsis: 'key [SAMPLES count]',
        run: (target, command, { reply }) => {
          if (facts.memoryUsage === undefined) {
            reply.error('ERR', 'MEMORY USAGE is not offered: this server does not measure it');
            return;
          }
          const bytes = facts.memoryUsage(target, command, 2);
          if (bytes === undefined) reply.nil();
          else reply.integer(bytes);
        },
      },
    ],
  };
}
