import { tribblerLimits } from '../../../core/limits.ts';
import { isUserName } from '../../user-name.ts';
import type { ListCursor, ListPage } from '../list-pages.ts';
import { Answer } from './answer.ts';
import { json, noContent } from './answers.ts';
import type { ApiParts } from './api-parts.ts';
import { formatListCursor, parseListCursor } from './cursors.ts';
import { problem } from './problems.ts';
import type { Router } from './router.ts';
import * as schemas from './schemas.ts';

const { pageItemsMax } = tribblerLimits;

/** Users, and who follows whom. */
export function addUserCalls(router: Router, parts: ApiParts): void {
  addUsers(router, parts);
  addLists(router, parts);
  addFriends(router, parts);
  addSubscriptions(router, parts);
}

function addUsers(router: Router, { service }: ApiParts): void {
  router.add(
    {
      method: 'get',
      path: '/v1/users',
      summary: 'Users whose names begin so, latest created first',
      query: schemas.searchQuery,
      ok: { status: 200, description: 'Some of them', schema: schemas.userPage },
      problems: ['invalid-name', 'invalid-cursor'],
    },
    async ({ query: { prefix = '', cursor, limit = pageItemsMax } }) => {
      if (prefix !== '' && !isUserName(prefix)) {
        return problem('invalid-name', 'Names have only a to z, 0 to 9 and _, and at most 30.');
      }
      const after = listCursorOf(cursor);
      if (after instanceof Answer) return after;
      return userPage(await service.users.search(prefix, { limit, after }));
    },
  );
  router.add(
    {
      method: 'get',
      path: '/v1/users/{id}',
      summary: 'A user',
      params: schemas.userParameter,
      ok: { status: 200, description: 'The user', schema: schemas.profile },
      problems: ['no-such-user'],
    },
    async ({ params: { id } }, caller) => {
      const outcome = await service.profile(id, caller?.user);
      return outcome.status === 'OK' ? json(200, outcome.value) : noSuchUser(id);
    },
  );
}

function addLists(router: Router, { service }: ApiParts): void {
  for (const which of ['subscriptions', 'followers'] as const) {
    router.add(
      {
        method: 'get',
        path: `/v1/users/{id}/${which}`,
        summary: which === 'followers' ? 'Who follows a user' : 'Whom a user follows',
        params: schemas.userParameter,
        query: schemas.pageQuery,
        ok: { status: 200, description: 'Some of them, latest first', schema: schemas.userPage },
        problems: ['no-such-user', 'invalid-cursor'],
      },
      async ({ params: { id }, query: { cursor, limit = pageItemsMax } }) => {
        const after = listCursorOf(cursor);
        if (after instanceof Answer) return after;
        const outcome = await service.pageOf(which, id, { limit, after });
        return outcome.status === 'OK' ? userPage(outcome.value) : noSuchUser(id);
      },
    );
  }
}

function addFriends(router: Router, { service }: ApiParts): void {
  router.add(
    {
      method: 'get',
      path: '/v1/users/{id}/friends',
      summary: 'Those whom a user follows and who follow back',
      params: schemas.userParameter,
      query: schemas.pageQuery,
      ok: { status: 200, description: 'Some of them, by name', schema: schemas.userPage },
      problems: ['no-such-user', 'invalid-cursor'],
    },
    async ({ params: { id }, query: { cursor, limit = pageItemsMax } }) => {
      const after = listCursorOf(cursor);
      if (after instanceof Answer) return after;
      const outcome = await service.subscriptions.friends(id);
      if (outcome.status !== 'OK') return noSuchUser(id);
      const { users, missing } = outcome.value;
      const left = after === undefined ? users : users.filter((user) => user > after.item);
      const items = left.slice(0, limit);
      const last = items.at(-1);
      const hasMore = left.length > limit && last !== undefined;
      return json(200, {
        items: items.map((user) => ({ id: user })),
        ...(hasMore ? { next: formatListCursor({ item: last, newer: 0 }) } : {}),
        ...partialOf(missing),
      });
    },
  );
}

function addSubscriptions(router: Router, { service: { subscriptions } }: ApiParts): void {
  router.addForUser(
    {
      method: 'put',
      path: '/v1/me/subscriptions/{id}',
      summary: 'Follow a user',
      params: schemas.userParameter,
      ok: { status: 204, description: 'Followed' },
      problems: ['no-such-target-user', 'too-many-subscriptions', 'cross-site'],
    },
    async ({ params: { id } }, { user }) => {
      const { status } = await subscriptions.add(user, id);
      if (status === 'OK') return noContent();
      if (status !== 'TooManySubscriptions') return noSuchTarget(id);
      const detail = `One can follow ${tribblerLimits.subscriptionsMax} users.`;
      return problem('too-many-subscriptions', detail);
    },
  );
  router.addForUser(
    {
      method: 'delete',
      path: '/v1/me/subscriptions/{id}',
      summary: 'Follow a user no more',
      params: schemas.userParameter,
      ok: { status: 204, description: 'Not followed' },
      problems: ['no-such-target-user', 'cross-site'],
    },
    async ({ params: { id } }, { user }) => {
      const { status } = await subscriptions.remove(user, id);
      return status === 'OK' ? noContent() : noSuchTarget(id);
    },
  );
}

/** What a page that is not complete says of that; nothing if it is. */
export function partialOf(missing: readonly string[]): object {
  if (missing.length === 0) return {};
  const detail = 'The nodes of these users cannot be reached now.';
  return { partial: { missing, detail } };
}

export function noSuchUser(id: string): Answer {
  return problem('no-such-user', `There is no user ${id}.`);
}

function noSuchTarget(id: string): Answer {
  return problem('no-such-target-user', `There is no user ${id}.`);
}

function listCursorOf(text: string | undefined): ListCursor | undefined | Answer {
  if (text === undefined) return undefined;
  return parseListCursor(text) ?? problem('invalid-cursor', 'The cursor is not of this list.');
}

function userPage({ items, next }: ListPage): Answer {
  return json(200, {
    items: items.map((id) => ({ id })),
    ...(next === undefined ? {} : { next: formatListCursor(next) }),
  });
}
