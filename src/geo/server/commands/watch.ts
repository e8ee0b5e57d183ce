import { serverLimits } from '../../../core/limits.ts';
import type { CommandRow } from '../../../resp/command-table.ts';
import type { Replica } from '../replica.ts';

/** Changes as they happen, instead of asking again and again. */
export const watchCommands: readonly CommandRow<Replica>[] = [
  {
    name: 'watchprefix',
    arity: 2,
    flags: ['readonly', 'pubsub'],
    keys: [1, 1, 1],
    group: 'geo',
    since: '0.1.0',
    summary: 'Pushes every change of a key under a prefix that this server accepts from now on',
    synopsis: 'prefix',
    run: ({ watches }, command, client) => {
      if (client.protocol !== 3) {
        // RESP3: only it has pushes, which a client can tell from the reply it waits for.
        client.reply.error('ERR', 'WATCHPREFIX pushes, and that takes RESP3: say HELLO 3 first');
      } else if (watches.add(client, command.latin1(1))) {
        client.reply.ok();
      } else {
        const countMax = serverLimits.watchedPrefixesMax;
        client.reply.error('ERR', `a connection watches at most ${countMax} prefixes`);
      }
    },
  },
  {
    name: 'unwatchprefix',
    arity: -1,
    flags: ['readonly', 'pubsub'],
    keys: [1, -1, 1],
    group: 'geo',
    since: '0.1.0',
    summary:
      'Ends watches of this connection, all of them without an argument, and returns how many',
    synopsis: '[prefix ...]',
    run: ({ watches }, command, client) => {
      let count = 0;
      const isAll = command.argumentCount === 1;
      for (let i = 1; i < command.argumentCount; i += 1) {
        if (watches.delete(client, command.latin1(i))) count += 1;
      }
      for (const prefix of isAll ? watches.prefixesOf(client) : []) {
        if (watches.delete(client, prefix)) count += 1;
      }
      client.reply.integer(count);
    },
  },
];
