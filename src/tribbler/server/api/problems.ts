import { AtollError } from '../../../core/errors.ts';
import type { ProblemDetails } from '../../api-types.ts';
import { Answer } from './answer.ts';
import { safetyHeaders } from './safety-headers.ts';

/** Every problem that the API answers with (RFC 9457): `docs/reference/http-api.md`. */
export const problems = {
  'invalid-request': { status: 400, title: 'The request is not as described' },
  'invalid-cursor': { status: 400, title: 'Not a cursor of this list' },
  'not-logged-in': { status: 401, title: 'Not logged in' },
  'wrong-password': { status: 401, title: 'Wrong name or password' },
  'not-yours': { status: 403, title: "Somebody else's" },
  'cross-site': { status: 403, title: 'Asked by another site' },
  'no-such-user': { status: 404, title: 'No such user' },
  'no-such-target-user': { status: 404, title: 'No such user to follow' },
  'no-such-post': { status: 404, title: 'No such Tribble' },
  'no-such-page': { status: 404, title: 'No such page' },
  'no-such-method': { status: 405, title: 'Not possible here' },
  'user-exists': { status: 409, title: 'The name is taken' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'not-json': { status: 415, title: 'Not JSON' },
  'invalid-name': { status: 422, title: 'Not a name' },
  'invalid-password': { status: 422, title: 'Not a password' },
  empty: { status: 422, title: 'The Tribble is empty' },
  'too-long': { status: 422, title: 'The Tribble is too long' },
  'too-many-subscriptions': { status: 422, title: 'Too many subscriptions' },
  'idempotency-key-reused': { status: 422, title: 'Idempotency-Key used for another text' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  'too-many-streams': { status: 429, title: 'Too many streams' },
  internal: { status: 500, title: 'A mistake of ours' },
  unavailable: { status: 503, title: 'Storage cannot be reached' },
} as const;

export type ProblemCode = keyof typeof problems;

export interface ProblemOptions {
  readonly errors?: NonNullable<ProblemDetails['errors']>;
  readonly retryAfterSeconds?: number;
  /** The methods that are possible. */
  readonly allow?: readonly string[];
}

const problemHeaders: readonly string[] = [
  ...safetyHeaders,
  'content-type',
  'application/problem+json',
  'cache-control',
  'no-store',
];

/** The answer that says so. */
export function problem(
  code: ProblemCode,
  detail: string,
  { errors, retryAfterSeconds, allow }: ProblemOptions = {},
): Answer {
  const { status, title } = problems[code];
  const details: ProblemDetails = {
    type: `urn:atoll:problem:${code}`,
    title,
    status,
    detail,
    code,
    ...(errors === undefined ? {} : { errors }),
  };
  const headers = [
    ...problemHeaders,
    ...(retryAfterSeconds === undefined ? [] : ['retry-after', String(retryAfterSeconds)]),
    ...(allow === undefined ? [] : ['allow', allow.join(', ')]),
    ...(status === 401 ? ['www-authenticate', 'Bearer'] : []),
  ];
  return new Answer(status, headers, JSON.stringify(details));
}

/** What a fault of the ring is for the one who asked; undefined: it is a bug. */
export function problemOfFault(error: unknown): Answer | undefined {
  if (!(error instanceof AtollError)) return undefined;
  switch (error.code) {
    case 'RING_NOT_READY':
    case 'CONNECT_FAILED':
    case 'CONNECTION_LOST':
    case 'DEADLINE_EXCEEDED':
    case 'TOO_MANY_CALLS':
    case 'CLIENT_CLOSED':
    case 'RESP_REPLY_ERROR': {
      const detail = 'What this needs cannot be reached now. It may have been done, or not.';
      return problem('unavailable', detail, { retryAfterSeconds: 1 });
    }
    default:
      return undefined;
  }
}
