import type { Client } from '../client.ts';
import type { ConnectedClient } from '../client-registry.ts';
import type { Command } from '../command.ts';
import type { CommandRow } from '../command-table.ts';
import type { Reply } from '../reply.ts';
import type { ServerFacts } from './server-facts.ts';

/** `CLIENT`: what a connection says of itself, and what an operator sees and does. */
export function clientCommand<Target>(facts: ServerFacts<Target>): CommandRow<Target> {
  const common = { keys: [0, 0, 0], group: 'connection' } as const;
  return {
    ...common,
    flags: ['loading', 'stale'],
    name: 'client',
    arity: -2,
    since: '2.4.0',
    summary: 'Tells of connections and changes them',
    synopsis: '',
    subcommands: [...ownSubcommands(facts), ...switches<Target>(), ...operatorSubcommands(facts)],
  };
}

function ownSubcommands<Target>(facts: ServerFacts<Target>): readonly CommandRow<Target>[] {
  const flags = ['loading', 'stale'] as const;
  const common = { flags, keys: [0, 0, 0], group: 'connection' } as const;
  return [
    {
      ...common,
      name: 'id',
      arity: 2,
      since: '5.0.0',
      summary: 'Returns the number of this connection, which no other ever has',
      synopsis: '',
      run: (_target, _command, client) => client.reply.integer(client.id),
    },
    {
      ...common,
      name: 'getname',
      arity: 2,
      since: '2.6.9',
      summary: 'Returns the name that this connection was given',
      synopsis: '',
      run: (_target, _command, { name, reply }) => {
        if (name === '') reply.nil();
        else reply.bulkLatin1(name);
      },
    },
    {
      ...common,
      name: 'setname',
      arity: 3,
      since: '2.6.9',
      summary: 'Gives this connection a name, for people who read CLIENT LIST',
      synopsis: 'connection-name',
      run: (_target, command, client) => {
        const name = command.latin1(2);
        if (!isClientName(name, client.reply)) return;
        client.name = name;
        client.reply.ok();
      },
    },
    {
      ...common,
      name: 'setinfo',
      arity: 4,
      since: '7.2.0',
      summary: 'Tells which library the client uses, and its version',
      synopsis: 'LIB-NAME libname | LIB-VER libver',
      run: (_target, command, client) => setInfo(command, client),
    },
    {
      ...common,
      name: 'info',
      arity: 2,
      since: '6.2.0',
      summary: 'Returns the line of this connection in CLIENT LIST',
      synopsis: '',
      run: (_target, _command, client) => {
        const connected = facts.clients.get(client.id);
        client.reply.verbatim(connected === undefined ? '' : `${describe(facts, connected)}\n`);
      },
    },
  ];
}

/** What Redis can switch and Atoll need not, or cannot. */
function switches<Target>(): readonly CommandRow<Target>[] {
  const flags = ['loading', 'stale'] as const;
  const common = { flags, keys: [0, 0, 0], group: 'connection' } as const;
  return [
    {
      ...common,
      name: 'reply',
      arity: 3,
      since: '3.2.0',
      summary: 'Accepts ON, which is always so: every command is answered',
      synopsis: 'ON',
      run: (_target, command, { reply }) => {
        if (command.is(2, 'ON')) reply.ok();
        else reply.error('ERR', 'CLIENT REPLY takes only ON here: every command is answered');
      },
    },
    {
      ...common,
      name: 'tracking',
      arity: -3,
      since: '6.0.0',
      summary: 'Accepts OFF, which is always so; caching at the client is not offered',
      synopsis: 'ON | OFF',
      run: (_target, command, { reply }) => {
        if (command.is(2, 'OFF')) reply.ok();
        else reply.error('ERR', 'CLIENT TRACKING is not offered: nothing tells of stale copies');
      },
    },
    onOff('no-evict', '7.0.0', 'Accepted: no client is ever evicted'),
    onOff('no-touch', '7.2.0', 'Accepted: reading a key never changes it'),
  ];
}

/** A switch for something that never happens here. */
function onOff<Target>(name: string, since: string, summary: string): CommandRow<Target> {
  return {
    name,
    arity: 3,
    flags: ['loading', 'stale'],
    keys: [0, 0, 0],
    group: 'connection',
    since,
    summary,
    synopsis: 'ON | OFF',
    run: (_target, command, { reply }) => {
      if (command.is(2, 'ON') || command.is(2, 'OFF')) reply.ok();
      else reply.error('ERR', 'syntax error');
    },
  };
}

function operatorSubcommands<Target>(facts: ServerFacts<Target>): readonly CommandRow<Target>[] {
  const flags = ['admin', 'loading', 'stale'] as const;
  const common = { flags, keys: [0, 0, 0], group: 'connection' } as const;
  return [
    {
      ...common,
      name: 'list',
      arity: -2,
      since: '2.4.0',
      summary: 'Returns a line for each connection',
      synopsis: '[TYPE NORMAL] [ID client-id ...]',
      run: (_target, command, client) => list(facts, command, client),
    },
    {
      ...common,
      name: 'kill',
      arity: -3,
      since: '2.4.0',
      summary: 'Closes connections and returns how many; its own only with SKIPME NO',
      synopsis: '[ID client-id] [ADDR ip:port] [SKIPME YES | NO]',
      run: (_target, command, client) => kill(facts, command, client),
    },
  ];
}

/** Answers with Redis's error if a name would break the lines of CLIENT LIST. */
export function isClientName(name: string, reply: Reply): boolean {
  for (let i = 0; i < name.length; i += 1) {
    const code = name.charCodeAt(i);
    if (code >= 33 && code <= 126) continue;
    reply.error('ERR', 'Client names cannot contain spaces, newlines or special characters.');
    return false;
  }
  return true;
}

function setInfo(command: Command, client: Client): void {
  const value = command.latin1(3);
  const isName = command.is(2, 'LIB-NAME');
  const { reply } = client;
  if (!isName && !command.is(2, 'LIB-VER')) {
    reply.error('ERR', 'Unrecognized option: CLIENT SETINFO takes LIB-NAME and LIB-VER');
    return;
  }
  for (let i = 0; i < value.length; i += 1) {
    const code = value.charCodeAt(i);
    if (code >= 33 && code <= 126) continue;
    const what = isName ? 'lib-name' : 'lib-ver';
    reply.error('ERR', `${what} cannot contain spaces, newlines or special characters.`);
    return;
  }
  if (isName) client.libraryName = value;
  else client.libraryVersion = value;
  reply.ok();
}

function list<Target>(facts: ServerFacts<Target>, command: Command, { reply }: Client): void {
  const count = command.argumentCount;
  if (count > 2 && command.is(2, 'ID')) {
    let lines = '';
    for (let i = 3; i < count; i += 1) {
      const id = command.integer(i);
      if (id === undefined || id < 1) {
        reply.error('ERR', 'Invalid client ID');
        return;
      }
      const client = facts.clients.get(id);
      if (client !== undefined) lines += `${describe(facts, client)}\n`;
    }
    reply.verbatim(lines);
    return;
  }
  if (count > 2 && !(count === 4 && command.is(2, 'TYPE') && command.is(3, 'NORMAL'))) {
    reply.error('ERR', 'syntax error');
    return;
  }
  let lines = '';
  for (const client of facts.clients.all()) lines += `${describe(facts, client)}\n`;
  reply.verbatim(lines);
}

/** One line, with the fields of Redis that mean something here. */
function describe<Target>(facts: ServerFacts<Target>, client: ConnectedClient): string {
  const nowMs = facts.clock.monotonicMs();
  const fields = [
    `id=${client.id}`,
    `addr=${client.remote}`,
    `name=${client.name}`,
    `age=${Math.max(0, Math.floor((nowMs - client.openedMs) / 1_000))}`,
    `idle=${Math.max(0, Math.floor((nowMs - client.lastCommandMs) / 1_000))}`,
    `flags=${client.isListening ? 'P' : 'N'}`,
    'db=0',
    `qbuf=${client.queryBytes}`,
    `omem=${client.outputBytes}`,
    `resp=${client.protocol}`,
    `lib-name=${client.libraryName}`,
    `lib-ver=${client.libraryVersion}`,
  ];
  return fields.join(' ');
}

function kill<Target>(facts: ServerFacts<Target>, command: Command, client: Client): void {
  // Redis: the old form names the address alone, and answers OK or an error.
  const isOldForm = command.argumentCount === 3;
  const filter = isOldForm
    ? { address: command.latin1(2), id: undefined, skipsMe: false }
    : parseKillFilter(command, client);
  if (filter === undefined) return;
  const { address, id, skipsMe } = filter;
  const { reply } = client;
  let killed = 0;
  for (const other of facts.clients.all()) {
    const isMeant =
      (id === undefined || other.id === id) &&
      (address === undefined || other.remote === address) &&
      !(skipsMe && other.id === client.id);
    if (!isMeant) continue;
    killed += 1;
    if (other.id === client.id) client.closeAfterReply();
    else other.kill();
  }
  if (!isOldForm) reply.integer(killed);
  else if (killed > 0) reply.ok();
  else reply.error('ERR', 'No such client');
}

interface KillFilter {
  readonly address: string | undefined;
  readonly id: number | undefined;
  /** Redis: whoever kills by a filter spares himself unless he says SKIPME NO. */
  readonly skipsMe: boolean;
}

/** Undefined: an error was replied. Requires: more than three arguments. */
function parseKillFilter(command: Command, { reply }: Client): KillFilter | undefined {
  let address: string | undefined;
  let id: number | undefined;
  let skipsMe = true;
  for (let i = 2; i < command.argumentCount; i += 2) {
    const hasValue = i + 1 < command.argumentCount;
    if (hasValue && command.is(i, 'ID')) {
      id = command.integer(i + 1) ?? 0;
      if (id < 1) {
        reply.error('ERR', 'client-id should be greater than 0');
        return undefined;
      }
    } else if (hasValue && command.is(i, 'ADDR')) address = command.latin1(i + 1);
    else if (hasValue && command.is(i, 'SKIPME') && command.is(i + 1, 'YES')) skipsMe = true;
    else if (hasValue && command.is(i, 'SKIPME') && command.is(i + 1, 'NO')) skipsMe = false;
    else {
      reply.error('ERR', 'syntax error');
      return undefined;
    }
  }
  return { address, id, skipsMe };
}
