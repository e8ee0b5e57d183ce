import { tribblerLimits } from '../../../core/limits.ts';
import { whenThere } from '../../../core/when-there.ts';
import { checkTribbleText } from '../../tribble-text.ts';
import type { TribblePage } from '../timeline.ts';
import type { PostRef } from '../../post-key.ts';
import { Answer } from './answer.ts';
import { json, jsonText, noContent, tooMany } from './answers.ts';
import { joinBytes } from '../joined-bytes.ts';
import type { ApiParts } from './api-parts.ts';
import { formatPostCursor, parsePostCursor } from './cursors.ts';
import { problem } from './problems.ts';
import type { Router } from './router.ts';
import * as schemas from './schemas.ts';
import { noSuchUser, partialOf } from './user-calls.ts';

const { pageItemsMax, tribbleGraphemesMax, tribbleBytesMax, idempotencyKeyLettersMax } =
  tribblerLimits;
const onceKeyPattern = new RegExp(`^[A-Za-z0-9_-]{1,${idempotencyKeyLettersMax}}$`);

/** Tribbles: one, those of a user, the timeline. */
export function addPostCalls(router: Router, parts: ApiParts): void {
  addPosting(router, parts);
  addOne(router, parts);
  addPages(router, parts);
}

function addPosting(router: Router, { service, limiters }: ApiParts): void {
  router.addForUser(
    {
      method: 'post',
      path: '/v1/posts',
      summary: 'Post a Tribble',
      body: schemas.postBody,
      headers: { 'idempotency-key': 'Makes it safe to repeat: the same Tribble is given.' },
      ok: { status: 201, description: 'Posted', schema: schemas.tribble },
      problems: [
        'empty',
        'too-long',
        'body-too-large',
        'idempotency-key-reused',
        'too-many-requests',
        'cross-site',
      ],
    },
    async ({ body, request }, { user }) => {
      const checked = checkText(body.text);
      if (checked instanceof Answer) return checked;
      const onceKey = request.header('idempotency-key');
      if (onceKey !== undefined && !onceKeyPattern.test(onceKey)) {
        const detail = `Idempotency-Key: expected 1 to ${idempotencyKeyLettersMax} of A-Za-z0-9_-.`;
        return problem('invalid-request', detail);
      }
      const waitMs = limiters.posts.take(user);
      if (waitMs > 0) return tooMany(waitMs);
      const outcome = await service.posts.post(user, checked, onceKey);
      if (outcome.status !== 'OK') {
        if (outcome.status === 'NoSuchUser') return noSuchUser(user);
        const detail = 'Another text was posted with this Idempotency-Key.';
        return problem('idempotency-key-reused', detail);
      }
      return json(201, outcome.value, ['location', `/v1/posts/${outcome.value.id}`]);
    },
  );
}

function addOne(router: Router, { service: { posts } }: ApiParts): void {
  router.add(
    {
      method: 'get',
      path: '/v1/posts/{user}/{key}',
      summary: 'A Tribble',
      params: schemas.postParameters,
      ok: { status: 200, description: 'The Tribble', schema: schemas.tribble },
      problems: ['no-such-post'],
    },
    async ({ params }) => {
      const text = await posts.find(params);
      return text === undefined ? noSuchPost(params) : jsonText(text);
    },
  );
  router.addForUser(
    {
      method: 'delete',
      path: '/v1/posts/{user}/{key}',
      summary: 'Delete a Tribble',
      params: schemas.postParameters,
      ok: { status: 204, description: 'Deleted' },
      problems: ['not-yours', 'no-such-post', 'cross-site'],
    },
    async ({ params }, { user }) => {
      if (params.user !== user) return problem('not-yours', 'Only who posted it can delete it.');
      const { status } = await posts.delete(params);
      return status === 'OK' ? noContent() : noSuchPost(params);
    },
  );
}

function addPages(router: Router, { service: { timeline } }: ApiParts): void {
  router.add(
    {
      method: 'get',
      path: '/v1/users/{id}/posts',
      summary: 'The Tribbles of a user, latest first',
      params: schemas.userParameter,
      query: schemas.pageQuery,
      ok: { status: 200, description: 'Some of them', schema: schemas.tribblePage },
      problems: ['no-such-user', 'invalid-cursor'],
    },
    ({ params: { id }, query: { cursor, limit = pageItemsMax } }) => {
      const after = postCursorOf(cursor);
      if (after instanceof Answer) return after;
      return whenThere(timeline.ofUser(id, { limit, after }), (outcome) =>
        outcome.status === 'OK' ? tribblePage(outcome.value) : noSuchUser(id),
      );
    },
  );
  router.addForUser(
    {
      method: 'get',
      path: '/v1/me/timeline',
      summary: 'The Tribbles of all whom one follows, latest first',
      query: schemas.timelineQuery,
      ok: { status: 200, description: 'Some of them', schema: schemas.tribblePage },
      problems: ['invalid-cursor'],
    },
    ({ query: { own = false, cursor, limit = pageItemsMax } }, { user }) => {
      const after = postCursorOf(cursor);
      if (after instanceof Answer) return after;
      return whenThere(timeline.bySubscription(user, { own, limit, after }), (outcome) =>
        outcome.status === 'OK' ? tribblePage(outcome.value) : noSuchUser(user),
      );
    },
  );
}

function checkText(raw: string): string | Answer {
  const checked = checkTribbleText(raw);
  switch (checked.kind) {
    case 'ok':
      return checked.text;
    case 'empty':
      return problem('empty', 'A Tribble must say something.');
    case 'too-long': {
      const { graphemes, bytes } = checked;
      const is = `${graphemes} letters and ${bytes} bytes`;
      return problem(
        'too-long',
        `A Tribble has at most ${tribbleGraphemesMax} letters and ${tribbleBytesMax} bytes; this has ${is}.`,
      );
    }
    case 'not-text': {
      const errors = [{ path: 'text', message: checked.reason }];
      return problem('invalid-request', `This is not a text: ${checked.reason}.`, { errors });
    }
  }
}

function postCursorOf(text: string | undefined): PostRef | undefined | Answer {
  if (text === undefined) return undefined;
  return parsePostCursor(text) ?? problem('invalid-cursor', 'The cursor is not of this list.');
}

/** The Tribbles are JSON already, as the ring has them. */
function tribblePage({ tribbles, next, missing, joined }: TribblePage): Answer {
  const rest = JSON.stringify({
    ...(next === undefined ? {} : { next: formatPostCursor(next) }),
    ...partialOf(missing),
  });
  const end = rest === '{}' ? ']}' : `],${rest.slice(1)}`;
  const start = '{"items":[';
  if (joined === undefined) return jsonText(joinBytes(start, tribbles, end));
  const { bytes, giveBack } = joined.join(start, tribbles, end);
  return jsonText(bytes, giveBack);
}

function noSuchPost({ user, key }: PostRef): Answer {
  return problem('no-such-post', `There is no Tribble ${user}/${key}.`);
}
