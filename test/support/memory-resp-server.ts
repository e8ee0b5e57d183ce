import type { Outside } from '../../src/core/outside.ts';
import { clientLimits } from '../../src/core/limits.ts';
import type { HostPort } from '../../src/core/network.ts';
import { ClientRegistry } from '../../src/resp/client-registry.ts';
import { CommandTable, type CommandRow } from '../../src/resp/command-table.ts';
import { handshakeCommands } from '../../src/resp/commands/handshake-commands.ts';
import { commandStats } from '../../src/resp/commands/info.ts';
import { commonRefusals } from '../../src/resp/commands/refusals.ts';
import { RespServer, type RespServerOptions } from '../../src/resp/server.ts';
import type { ServerFacts } from '../../src/resp/commands/server-facts.ts';

export type Store = Map<string, Uint8Array>;

const common = { group: 'string', since: '1.0.0' } as const;

const storeCommands: readonly CommandRow<Store>[] = [
  {
    ...common,
    name: 'get',
    arity: 2,
    flags: ['readonly', 'fast'],
    keys: [1, 1, 1],
    summary: 'Returns a value',
    synopsis: 'key',
    run: (store, command, { reply }) => {
      const value = store.get(command.latin1(1));
      if (value === undefined) reply.nil();
      else reply.bulk(value, 0, value.length);
    },
  },
  {
    ...common,
    name: 'set',
    arity: -3,
    flags: ['write'],
    keys: [1, 1, 1],
    summary: 'Sets a value',
    synopsis: 'key value [EX seconds | PX milliseconds] [GET]',
    run: (store, command, { reply }) => {
      store.set(command.latin1(1), command.copy(2));
      reply.ok();
    },
  },
  {
    ...common,
    name: 'mget',
    arity: -2,
    flags: ['readonly', 'fast'],
    keys: [1, -1, 1],
    summary: 'Returns several values',
    synopsis: 'key ...',
    run: (store, command, { reply }) => {
      reply.array(command.argumentCount - 1);
      for (let i = 1; i < command.argumentCount; i += 1) {
        const value = store.get(command.latin1(i));
        if (value === undefined) reply.nil();
        else reply.bulk(value, 0, value.length);
      }
    },
  },
];

/** As the blocking commands of Redis: its reply is the test's to write, with `client.answer`. */
const waitCommand: CommandRow<Store> = {
  ...common,
  name: 'wait',
  arity: 1,
  flags: ['readonly'],
  keys: [0, 0, 0],
  summary: 'Waits until the test answers',
  synopsis: '',
  run: (_store, _command, client) => client.suspend(),
};

export interface MemoryServer {
  readonly server: RespServer;
  readonly clients: ClientRegistry;
  readonly store: Store;
  readonly table: CommandTable<Store>;
}

export type MemoryServerOptions = Partial<
  Pick<
    RespServerOptions,
    | 'limits'
    | 'limitsUnauthenticated'
    | 'at'
    | 'queryBuffersBytesMax'
    | 'outputBuffersBytesMax'
    | 'heldUntil'
  >
> &
  Partial<Pick<ServerFacts<Store>, 'authenticate'>> & {
    /** Called within `execute`, behind the commands of each batch. */
    readonly onExecuted?: () => void;
  };

/** A RESP server on a Map: as small as one can be, and on the path that every server takes. */
export async function listenInMemory(
  outside: Pick<Outside, 'clock' | 'timers' | 'network' | 'log'>,
  options: MemoryServerOptions = {},
): Promise<MemoryServer> {
  const clients = new ClientRegistry();
  const store: Store = new Map();
  const { authenticate, at = { host: '127.0.0.1', port: 0 } } = options;
  let address: HostPort = at;
  const facts: ServerFacts<Store> = {
    clients,
    clock: outside.clock,
    limits: options.limits ?? clientLimits,
    atollVersion: '0.0.0',
    address: () => address,
    nodeId: 'a'.repeat(40),
    counters: () => server.counters,
    info: () => [commandStats(table)],
    config: () => new Map(),
    ...(authenticate === undefined ? {} : { authenticate }),
  };
  const table = new CommandTable<Store>(
    [...handshakeCommands(facts), ...storeCommands, waitCommand],
    commonRefusals,
  );
  const server = await RespServer.listen({
    ...options,
    outside,
    at,
    clients,
    needsAuthentication: authenticate !== undefined,
    execute: (batch) => {
      while (batch.next()) table.dispatch(store, batch, batch.client);
      options.onExecuted?.();
    },
  });
  address = server.address;
  return { server, clients, store, table };
}
