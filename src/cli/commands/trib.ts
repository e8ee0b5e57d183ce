import { randomUUID } from 'node:crypto';
import { text as readAll } from 'node:stream/consumers';

import { Command, InvalidArgumentError, Option } from 'commander';

import { AtollError } from '../../core/errors.ts';
import { tribblerLimits } from '../../core/limits.ts';
import type { Page, Session, Tribble, UserName } from '../../tribbler/api-types.ts';
import { durationMs } from '../durations.ts';
import { untilInterrupted } from '../interrupt.ts';
import { writeJsonLine, writeOut } from '../output.ts';
import { printable } from '../terminal-text.ts';
import { followTimeline } from '../trib/follow-timeline.ts';
import { keepLogin, loginFile } from '../trib/login-file.ts';
import { readPassword } from '../trib/read-password.ts';
import { describeTribble } from '../trib/tribble-text.ts';
import {
  mustBeLoggedIn,
  withServer,
  type ServerOptions,
  type TribServer,
} from '../trib/trib-server.ts';
import { wholeNumber } from '../whole-number.ts';

interface ListOptions extends ServerOptions {
  readonly limit: number;
}

interface TimelineOptions extends ListOptions {
  readonly follow?: boolean;
  readonly own?: boolean;
}

/** `atoll trib`: Tribbler from a shell. */
export function tribCommand(): Command {
  return new Command('trib')
    .description('read and write Tribbles, the microblog, at an application server')
    .addCommand(signUpCommand())
    .addCommand(logInCommand())
    .addCommand(logOutCommand())
    .addCommand(postCommand())
    .addCommand(timelineCommand())
    .addCommand(postsCommand())
    .addCommand(followCommand('follow', 'PUT', 'follow a user'))
    .addCommand(followCommand('unfollow', 'DELETE', 'follow a user no more'))
    .addCommand(usersCommand('friends', 'friends', 'whom one follows and who follow back'))
    .addCommand(usersCommand('following', 'subscriptions', 'whom a user follows'))
    .addCommand(usersCommand('followers', 'followers', 'who follows a user'))
    .addCommand(searchCommand())
    .addCommand(removeCommand())
    .addHelpText(
      'after',
      `
Examples:
  $ atoll trib signup heather
  $ atoll trib post 'Hello, ring.'
  $ fortune | atoll trib post -
  $ atoll trib follow @robin
  $ atoll trib timeline --follow
  $ atoll trib rm heather/post_066129efc36b78_87d1e10a

Passwords are asked for, or read from stdin or ATOLL_PASSWORD. Exit codes: 0 done, 1 refused, 2 wrong usage, 3 not found,
5 cannot connect, 130 Ctrl-C.`,
    );
}

function signUpCommand(): Command {
  return serverCommand('signup', 'create a user, and log in')
    .argument('<user>', 'a to z, 0 to 9 and _', userName)
    .action((user: string, options: ServerOptions) =>
      withServer(options, async (server) => {
        const password = await readPassword({ isNew: true });
        const body = { id: user, password };
        await server.client.ask('/v1/users', { method: 'POST', body });
        await logIn(server, user, password);
      }),
    );
}

function logInCommand(): Command {
  return serverCommand('login', 'log in; the token is kept in a file that only you can read')
    .argument('<user>', 'the name', userName)
    .action((user: string, options: ServerOptions) =>
      withServer(options, async (server) => {
        await logIn(server, user, await readPassword({ isNew: false }));
      }),
    );
}

function logOutCommand(): Command {
  return serverCommand('logout', 'end the session').action((options: ServerOptions) =>
    withServer(options, async (server) => {
      const { user } = mustBeLoggedIn(server);
      await server.client.ask('/v1/sessions', { method: 'DELETE' });
      await keepLogin(loginFile(process.env), server.url, undefined);
      await server.print({ user, loggedOut: true }, `${user} is logged out\n`);
    }),
  );
}

function postCommand(): Command {
  return serverCommand('post', 'post a Tribble, and print it with its id')
    .argument('[text]', 'what it says; - or nothing reads it from stdin')
    .action((text: string | undefined, options: ServerOptions) =>
      withServer(options, async (server) => {
        mustBeLoggedIn(server);
        if (text === undefined && process.stdin.isTTY) {
          throw new AtollError('USAGE', "what should it say? atoll trib post 'Hello, ring.'");
        }
        const isRead = text === undefined || text === '-';
        const words = isRead ? (await readAll(process.stdin)).replace(/\r?\n$/, '') : text;
        const tribble = await server.client.ask<Tribble>('/v1/posts', {
          method: 'POST',
          body: { text: words },
          headers: { 'idempotency-key': randomUUID() },
          isRepeatable: true,
        });
        await printTribble(server, tribble);
      }),
    );
}

function timelineCommand(): Command {
  return listCommand('timeline', 'print what those post whom you follow, latest first')
    .option('--follow', 'go on with what comes, oldest first, until Ctrl-C')
    .option('--own', 'your own Tribbles too')
    .action(({ limit, follow, own = false, ...options }: TimelineOptions) =>
      withServer(options, async (server) => {
        mustBeLoggedIn(server);
        if (follow !== true) {
          return await printTribbles(server, `/v1/me/timeline?own=${own}`, limit);
        }
        const ended = new AbortController();
        void untilInterrupted().then(() => ended.abort());
        await followTimeline(
          {
            client: server.client,
            limit: Math.min(limit, 100),
            own,
            show: (tribble) => printTribble(server, tribble),
            say: server.say,
          },
          ended.signal,
        );
      }),
    );
}

function postsCommand(): Command {
  return listCommand('posts', 'print the Tribbles of a user, latest first')
    .argument('[user]', 'the name; without it your own', userName)
    .action((user: string | undefined, { limit, ...options }: ListOptions) =>
      withServer(options, async (server) => {
        const id = user ?? mustBeLoggedIn(server).user;
        await printTribbles(server, `/v1/users/${id}/posts?`, limit);
      }),
    );
}

function followCommand(name: string, method: 'PUT' | 'DELETE', description: string): Command {
  return serverCommand(name, description)
    .argument('<user>', 'the name', userName)
    .action((user: string, options: ServerOptions) =>
      withServer(options, async (server) => {
        mustBeLoggedIn(server);
        await server.client.ask(`/v1/me/subscriptions/${user}`, { method });
        const follows = method === 'PUT';
        const words = follows ? `you follow @${user}\n` : `you follow @${user} no more\n`;
        await server.print({ id: user, follows }, words);
      }),
    );
}

function usersCommand(name: string, path: string, description: string): Command {
  return listCommand(name, `print ${description}`)
    .argument('[user]', 'the name; without it your own', userName)
    .action((user: string | undefined, { limit, ...options }: ListOptions) =>
      withServer(options, async (server) => {
        const id = user ?? mustBeLoggedIn(server).user;
        await printUsers(server, `/v1/users/${id}/${path}?`, limit);
      }),
    );
}

function searchCommand(): Command {
  return listCommand('search', 'print users whose names begin so, latest created first')
    .argument('[prefix]', 'the beginning; without it all users', userName)
    .action((prefix: string | undefined, { limit, ...options }: ListOptions) =>
      withServer(options, (server) =>
        printUsers(server, `/v1/users?prefix=${prefix ?? ''}`, limit),
      ),
    );
}

function removeCommand(): Command {
  return serverCommand('rm', 'delete a Tribble of yours')
    .argument('<id>', 'its id, as it is printed: user/post_…', postId)
    .action((id: string, options: ServerOptions) =>
      withServer(options, async (server) => {
        mustBeLoggedIn(server);
        await server.client.ask(`/v1/posts/${id}`, { method: 'DELETE' });
        await server.print({ id, deleted: true }, `${id} is deleted\n`);
      }),
    );
}

/** A command that talks to an application server, with the options that all of them have. */
function serverCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .addOption(
      new Option('--server <url>', 'the application server')
        .env('ATOLL_TRIB_SERVER')
        .default('http://127.0.0.1:8080'),
    )
    .option(
      '--timeout <ms>',
      'give up after so long (or 2s …)',
      durationMs('ms'),
      tribblerLimits.clientCallMs,
    )
    .option('--json', 'one JSON object a line');
}

function listCommand(name: string, description: string): Command {
  const limit = wholeNumber({ min: 1, max: 1_000_000 });
  return serverCommand(name, description).option('--limit <count>', 'so many', limit, 20);
}

async function logIn(server: TribServer, user: string, password: string): Promise<void> {
  const body = { user, password };
  const session = await server.client.ask<Session>('/v1/sessions', { method: 'POST', body });
  const { token = '', expires } = session;
  await keepLogin(loginFile(process.env), server.url, { user, token });
  await server.print({ user, expires }, `${user} is logged in at ${server.url}\n`);
}

async function printTribbles(server: TribServer, path: string, limit: number): Promise<void> {
  await eachOf<Tribble>(server, path, limit, (tribble) => printTribble(server, tribble));
}

async function printTribble(server: TribServer, tribble: Tribble): Promise<void> {
  if (server.isJson) await writeJsonLine(tribble);
  else await writeOut(describeTribble(tribble, process.stdout.isTTY));
}

async function printUsers(server: TribServer, path: string, limit: number): Promise<void> {
  await eachOf<UserName>(server, path, limit, ({ id }) =>
    server.print({ id }, `@${printable(id)}\n`),
  );
}

/** Goes through the pages, and says if one of them is not complete. */
async function eachOf<Item>(
  server: TribServer,
  path: string,
  limit: number,
  use: (item: Item) => Promise<void>,
): Promise<void> {
  let left = limit;
  let cursor = '';
  do {
    const size = Math.min(left, 100);
    const page = await server.client.ask<Page<Item>>(`${path}&limit=${size}${cursor}`);
    for (const item of page.items) await use(item);
    if (page.partial !== undefined) {
      server.say(`not complete: ${page.partial.missing.join(', ')} cannot be reached now`);
    }
    left -= page.items.length;
    cursor = page.next === undefined ? '' : `&cursor=${encodeURIComponent(page.next)}`;
  } while (left > 0 && cursor !== '');
}

/** `@heather` and `heather` are the same. */
function userName(text: string): string {
  const name = text.startsWith('@') ? text.slice(1) : text;
  if (/^[a-z0-9_]{1,30}$/.test(name)) return name;
  throw new InvalidArgumentError('A name has 1 to 30 of a to z, 0 to 9 and _.');
}

function postId(text: string): string {
  const id = text.startsWith('@') ? text.slice(1) : text;
  if (/^[a-z0-9_]{1,30}\/post_[0-9a-f]{14}_[0-9a-f]{8}$/.test(id)) return id;
  throw new InvalidArgumentError('Expected an id as it is printed: heather/post_….');
}
