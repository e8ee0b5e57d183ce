import { z } from '@hono/zod-openapi';

import { tribblerLimits } from '../../../core/limits.ts';
import type * as api from '../../api-types.ts';
import type { PostRef } from '../../post-key.ts';

interface SignUpBody {
  readonly id: string;
  readonly password: string;
}

interface LogInBody {
  readonly user: string;
  readonly password: string;
  readonly cookie?: boolean | undefined;
}

interface PostBody {
  readonly text: string;
}

interface PageQuery {
  readonly cursor?: string | undefined;
  readonly limit?: number | undefined;
}

interface SearchQuery extends PageQuery {
  readonly prefix?: string | undefined;
}

interface TimelineQuery extends PageQuery {
  readonly own?: boolean | undefined;
}

interface StreamQuery {
  readonly own?: boolean | undefined;
  readonly lastEventId?: string | undefined;
}

/**
 * The shapes of the API: requests are checked by them, and `/openapi.json` is made from them.
 */
const { pageItemsMax, countMax, passwordLettersMin, passwordLettersMax } = tribblerLimits;
const name = z.string().openapi({ pattern: '^[a-z0-9_]{1,30}$', example: 'heather' });
const time = z.string().openapi({ format: 'date-time', example: '2026-11-26T08:43:24.379Z' });
const postKey = z.string().openapi({
  pattern: '^post_[0-9a-f]{14}_[0-9a-f]{8}$',
  example: 'post_066129efc36b78_5e1f90c3',
});
const count = z.number().int().min(0).max(countMax);

export const tribble: z.ZodType<api.Tribble> = z
  .object({ id: z.string(), user: name, key: postKey, posted: time, text: z.string() })
  .openapi('Tribble');

export const user: z.ZodType<api.User> = z.object({ id: name, created: time }).openapi('User');

const userName: z.ZodType<api.UserName> = z.object({ id: name }).openapi('UserName');

const counts = z
  .object({ tribbles: count, subscriptions: count, followers: count })
  .openapi('Counts', { description: `Each up to ${countMax}, which means that or more.` });

const relation = z
  .object({ follows: z.boolean(), followedBy: z.boolean(), friend: z.boolean() })
  .openapi('Relation');

export const profile: z.ZodType<api.Profile> = z
  .object({ id: name, created: time, counts, viewer: relation.exactOptional() })
  .openapi('Profile');

export const me: z.ZodType<api.Me> = z
  .object({ id: name, created: time, counts, expires: time })
  .openapi('Me');

export const session: z.ZodType<api.Session> = z
  .object({ user: name, expires: time, token: z.string().exactOptional() })
  .openapi('Session');

const missing = z.object({ missing: z.array(name), detail: z.string() }).openapi('Partial');
const next = z.string().exactOptional().openapi({ description: 'There may be more: the cursor.' });

export const tribblePage: z.ZodType<api.Page<api.Tribble>> = z
  .object({ items: z.array(tribble), next, partial: missing.exactOptional() })
  .openapi('TribblePage');

export const userPage: z.ZodType<api.Page<api.UserName>> = z
  .object({ items: z.array(userName), next, partial: missing.exactOptional() })
  .openapi('UserPage');

export const problemDetails: z.ZodType<api.ProblemDetails> = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    code: z.string(),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).exactOptional(),
  })
  .openapi('Problem');

export const signUpBody: z.ZodType<SignUpBody> = z.strictObject({
  id: name,
  password: z
    .string()
    .openapi({ minLength: passwordLettersMin, maxLength: passwordLettersMax, format: 'password' }),
});

export const logInBody: z.ZodType<LogInBody> = z.strictObject({
  user: name,
  password: z.string().openapi({ format: 'password' }),
  cookie: z.boolean().optional().openapi({ description: 'A cookie, and no token.' }),
});

export const postBody: z.ZodType<PostBody> = z.strictObject({
  text: z.string().openapi({ example: 'Hello, ring.' }),
});

export const userParameter: z.ZodType<api.UserName> = z.object({ id: name });
export const postParameters: z.ZodType<PostRef> = z.object({ user: name, key: postKey });

const limit = z
  .string()
  .regex(/^[1-9]\d{0,2}$/, 'expected 1 to 100')
  .transform(Number)
  .refine((number) => number <= pageItemsMax, 'expected 1 to 100')
  .optional()
  .openapi({ type: 'integer', minimum: 1, maximum: pageItemsMax });
const cursor = z.string().max(100).optional();
const own = z
  .enum(['true', 'false'])
  .transform((word) => word === 'true')
  .optional()
  .openapi({ type: 'boolean', description: "Also one's own Tribbles." });

export const pageQuery: z.ZodType<PageQuery> = z.object({ cursor, limit });
export const searchQuery: z.ZodType<SearchQuery> = z.object({
  prefix: z.string().max(100).optional(),
  cursor,
  limit,
});
export const timelineQuery: z.ZodType<TimelineQuery> = z.object({ own, cursor, limit });
export const streamQuery: z.ZodType<StreamQuery> = z.object({
  own,
  lastEventId: z.string().max(100).optional(),
});
