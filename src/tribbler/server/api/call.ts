import type { z } from 'zod';

import type { ProblemCode } from './problems.ts';
import type { ApiRequest } from './request.ts';

/** One call of the API, as data: the table makes the routes, the checks and `/openapi.json`. */
export interface Call<Params, Query, Body> {
  readonly method: 'get' | 'post' | 'put' | 'delete';
  /** As OpenAPI writes it: `/v1/users/{id}`. */
  readonly path: string;
  readonly summary: string;
  readonly params?: z.ZodType<Params>;
  readonly query?: z.ZodType<Query>;
  readonly body?: z.ZodType<Body>;
  /** Headers that it looks at, with what they are for. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly ok: {
    readonly status: 200 | 201 | 204;
    readonly description: string;
    readonly schema?: z.ZodType;
    readonly mediaType?: string;
  };
  readonly problems: readonly ProblemCode[];
  /** Whether it needs a session. */
  readonly needsSession?: boolean;
}

/** A call, whatever it is asked. */
export type AnyCall = Call<unknown, unknown, unknown>;

/** A session of the one who asks. */
export interface Caller {
  readonly user: string;
  readonly untilMs: number;
  readonly token: string;
}

/** What a handler is asked, checked. */
export interface Asked<Params, Query, Body> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly request: ApiRequest;
}
