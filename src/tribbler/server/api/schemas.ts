import { z } from 'zod';

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

/** Shapes that `/openapi.json` has by their names. */
export const components: z.core.$ZodRegistry<{ id: string }> = z.registry();

/**
 * The shapes of the API: requests are checked by them, and `/openapi.json` is made from them.
 */
const { pageItemsMax, countMax, passwordLettersMin, passwordLettersMax } = tribblerLimits;
const name = z.string().meta({ pattern: '^[a-z0-9_]{1,30}$', example: 'heather' });
const time = z.string().meta({ format: 'date-time', example: '2026-11-26T08:43:24.379Z' });
const postKey = z.string().meta({
  pattern: '^post_[0-9a-f]{14}_[0-9a-f]{8}$',
  example: 'post_066129efc36b78_5e1f90c3',
});
const count = z.number().int().min(0).max(countMax);

export const tribble: z.ZodType<api.Tribble> = z
  .object({ id: z.string(), user: name, key: postKey, posted: time, text: z.string() })
  .register(components, { id: 'Tribble' });

export const user: z.ZodType<api.User> = z
  .object({ id: name, created: time })
  .register(components, { id: 'User' });

const userName: z.ZodType<api.UserName> = z
  .object({ id: name })
  .register(components, { id: 'UserName' });

const counts = z
  .object({ tribbles: count, subscriptions: count, followers: count })
  .meta({ description: `Each up to ${countMax}, which means that or more.` })
  .register(components, { id: 'Counts' });

const relation = z
  .object({ follows: z.boolean(), followedBy: z.boolean(), friend: z.boolean() })
  .register(components, { id: 'Relation' });

export const profile: z.ZodType<api.Profile> = z
  .object({ id: name, created: time, counts, viewer: relation.exactOptional() })
  .register(components, { id: 'Profile' });

export const me: z.ZodType<api.Me> = z
  .object({ id: name, created: time, counts, expires: time })
  .register(components, { id: 'Me' });

export const session: z.ZodType<api.Session> = z
  .object({ user: name, expires: time, token: z.string().exactOptional() })
  .register(components, { id: 'Session' });

const missing = z
  .object({ missing: z.array(name), detail: z.string() })
  .register(components, { id: 'Partial' });
const next = z.string().exactOptional().meta({ description: 'There may be more: the cursor.' });

export const tribblePage: z.ZodType<api.Page<api.Tribble>> = z
  .object({ items: z.array(tribble), next, partial: missing.exactOptional() })
  .register(components, { id: 'TribblePage' });

export const userPage: z.ZodType<api.Page<api.UserName>> = z
  .object({ items: z.array(userName), next, partial: missing.exactOptional() })
  .register(components, { id: 'UserPage' });

export const problemDetails: z.ZodType<api.ProblemDetails> = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    code: z.string(),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).exactOptional(),
  })
  .register(components, { id: 'Problem' });

export const signUpBody: z.ZodType<SignUpBody> = z.strictObject({
  id: name,
  password: z
    .string()
    .meta({ minLength: passwordLettersMin, maxLength: passwordLettersMax, format: 'password' }),
});

export const logInBody: z.ZodType<LogInBody> = z.strictObject({
  user: name,
  password: z.string().meta({ format: 'password' }),
  cookie: z.boolean().optional().meta({ description: 'A cookie, and no token.' }),
});

export const postBody: z.ZodType<PostBody> = z.strictObject({
  text: z.string().meta({ example: 'Hello, ring.' }),
});

export const userParameter: z.ZodType<api.UserName> = z.object({ id: name });
export const postParameters: z.ZodType<PostRef> = z.object({ user: name, key: postKey });

const limit = z
  .string()
  .regex(/^[1-9]\d{0,2}$/, 'expected 1 to 100')
  .transform(Number)
  .refine((number) => number <= pageItemsMax, 'expected 1 to 100')
  .optional()
  .meta({ type: 'integer', minimum: 1, maximum: pageItemsMax, pattern: undefined });
const cursor = z.string().max(100).optional();
const own = z
  .enum(['true', 'false'])
  .transform((word) => word === 'true')
  .optional()
  .meta({ type: 'boolean', enum: undefined, description: "Also one's own Tribbles." });

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
