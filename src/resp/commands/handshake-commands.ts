import { serverLimits } from '../../core/limits.ts';
import type { Client } from '../client.ts';
import { clientCommand, isClientName } from './client-commands.ts';
import { clusterCommand } from './cluster-commands.ts';
import type { Command } from '../command.ts';
import type { CommandRow } from '../command-table.ts';
import { escapeBytes } from '../escape.ts';
import { serverCommands } from './server-commands.ts';
import { redisVersion, type ServerFacts } from './server-facts.ts';

const wrongPassword = 'invalid username-password pair or user is disabled.';

/**
 * The commands that every server has, whatever it stores: what clients send by themselves before and
 * between those of their users. The answers are Redis's, because libraries look at their very words.
 */
export function handshakeCommands<Target>(
  facts: ServerFacts<Target>,
): readonly CommandRow<Target>[] {
  return [
    ...openingCommands(facts),
    ...talkCommands<Target>(),
    clientCommand(facts),
    clusterCommand(facts),
    ...serverCommands(facts),
  ];
}

function openingCommands<Target>(facts: ServerFacts<Target>): readonly CommandRow<Target>[] {
  const common = { keys: [0, 0, 0], group: 'connection' } as const;
  const flags = ['fast', 'loading', 'stale', 'no_auth'] as const;
  return [
    {
      ...common,
      flags,
      name: 'hello',
      arity: -1,
      since: '6.0.0',
      summary: 'Opens the conversation: chooses the protocol, may authenticate and name the client',
      synopsis: '[protover [AUTH username password] [SETNAME clientname]]',
      run: (_target, command, client) => hello(facts, command, client),
    },
    {
      ...common,
      flags,
      name: 'auth',
      arity: -2,
      since: '1.0.0',
      summary: 'Proves with a password who is speaking',
      synopsis: '[username] password',
      run: (_target, command, client) => auth(facts, command, client),
    },
    {
      ...common,
      flags,
      name: 'quit',
      arity: -1,
      since: '1.0.0',
      summary: 'Ends the connection after the reply',
      synopsis: '',
      run: (_target, _command, client) => {
        client.reply.ok();
        client.closeAfterReply();
      },
    },
    {
      ...common,
      flags,
      name: 'reset',
      arity: 1,
      since: '6.2.0',
      summary: 'Makes the connection as it was when it began',
      synopsis: '',
      run: (_target, _command, client) => {
        client.reset();
        client.reply.simple('RESET');
      },
    },
  ];
}

function talkCommands<Target>(): readonly CommandRow<Target>[] {
  const common = { keys: [0, 0, 0], group: 'connection' } as const;
  return [
    {
      ...common,
      flags: ['fast'],
      name: 'ping',
      arity: -1,
      since: '1.0.0',
      summary: 'Returns PONG, or the message',
      synopsis: '[message]',
      run: (_target, command, client) => ping(command, client),
    },
    {
      ...common,
      flags: ['fast'],
      name: 'echo',
      arity: 2,
      since: '1.0.0',
      summary: 'Returns the message',
      synopsis: 'message',
      run: (_target, command, client) =>
        client.reply.bulk(command.bytes, command.start(1), command.end(1)),
    },
    {
      ...common,
      flags: ['fast', 'loading', 'stale'],
      name: 'select',
      arity: 2,
      since: '1.0.0',
      summary: 'Accepts 0, the only database there is',
      synopsis: 'index',
      run: (_target, command, client) => select(command, client),
    },
  ];
}

function ping(command: Command, { reply }: Client): void {
  if (command.argumentCount === 1) reply.simple('PONG');
  else if (command.argumentCount === 2) {
    reply.bulk(command.bytes, command.start(1), command.end(1));
  } else reply.error('ERR', "wrong number of arguments for 'ping' command");
}

function select(command: Command, { reply }: Client): void {
  const index = command.integer(1);
  if (index === undefined) reply.error('ERR', 'value is not an integer or out of range');
  else if (index === 0) reply.ok();
  else reply.error('ERR', 'DB index is out of range');
}

/** What HELLO asks for; applied only when all of it is right. */
interface Wishes {
  protocol: 2 | 3;
  user: string | undefined;
  password: string;
  name: string | undefined;
}

function hello<Target>(facts: ServerFacts<Target>, command: Command, client: Client): void {
  const { reply } = client;
  const wishes = readHello(command, client);
  if (wishes === undefined) return;
  if (wishes.user !== undefined) {
    if (!isRightPassword(facts, wishes.user, wishes.password)) {
      reply.error('WRONGPASS', wrongPassword);
      return;
    }
    client.isAuthenticated = true;
  }
  if (!client.isAuthenticated) {
    reply.error(
      'NOAUTH',
      'HELLO must be called with the client already authenticated, otherwise the HELLO <proto> ' +
        'AUTH <user> <pass> option can be used to authenticate the client and select the RESP ' +
        'protocol version at the same time',
    );
    return;
  }
  if (wishes.name !== undefined) client.name = wishes.name;
  client.protocol = wishes.protocol;
  reply.map(7);
  reply.bulkLatin1('server');
  reply.bulkLatin1('redis');
  reply.bulkLatin1('version');
  reply.bulkLatin1(redisVersion);
  reply.bulkLatin1('proto');
  reply.integer(client.protocol);
  reply.bulkLatin1('id');
  reply.integer(client.id);
  reply.bulkLatin1('mode');
  reply.bulkLatin1('standalone');
  reply.bulkLatin1('role');
  reply.bulkLatin1('master'); // Redis's word: takes writes.
  reply.bulkLatin1('modules');
  reply.array(0);
}

/** Answers with the error and gives undefined if HELLO is malformed. */
function readHello(command: Command, { reply, protocol }: Client): Wishes | undefined {
  const wishes: Wishes = { protocol, user: undefined, password: '', name: undefined };
  const count = command.argumentCount;
  if (count === 1) return wishes;
  const wanted = command.integer(1);
  if (wanted === undefined) {
    reply.error('ERR', 'Protocol version is not an integer or out of range');
    return undefined;
  }
  if (wanted !== 2 && wanted !== 3) {
    reply.error('NOPROTO', 'unsupported protocol version');
    return undefined;
  }
  wishes.protocol = wanted;
  for (let i = 2; i < count;) {
    if (command.is(i, 'AUTH') && i + 2 < count) {
      wishes.user = command.text(i + 1);
      wishes.password = command.text(i + 2);
      i += 3;
    } else if (command.is(i, 'SETNAME') && i + 1 < count) {
      wishes.name = command.latin1(i + 1);
      if (!isClientName(wishes.name, reply)) return undefined;
      i += 2;
    } else {
      const { bytes } = command;
      const option = escapeBytes(
        bytes,
        command.start(i),
        command.end(i),
        serverLimits.errorEchoBytesMax,
      );
      reply.error('ERR', `Syntax error in HELLO option '${option}'`);
      return undefined;
    }
  }
  return wishes;
}

function auth<Target>(facts: ServerFacts<Target>, command: Command, client: Client): void {
  const { reply } = client;
  const count = command.argumentCount;
  if (count > 3) {
    reply.error('ERR', 'syntax error');
    return;
  }
  if (count === 2 && facts.authenticate === undefined) {
    reply.error(
      'ERR',
      'AUTH <password> called without any password configured for the default user. ' +
        'Are you sure your configuration is correct?',
    );
    return;
  }
  const user = count === 2 ? 'default' : command.text(1);
  if (!isRightPassword(facts, user, command.text(count - 1))) {
    reply.error('WRONGPASS', wrongPassword);
    return;
  }
  client.isAuthenticated = true;
  reply.ok();
}

/** Where nobody needs a password, the default user may give any. */
function isRightPassword<Target>(
  facts: ServerFacts<Target>,
  user: string,
  password: string,
): boolean {
  return facts.authenticate?.(user, password) ?? user === 'default';
}
