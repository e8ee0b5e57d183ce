import { problem } from './problems.ts';
import { safetyHeaders } from './safety-headers.ts';

type HeaderFields = Readonly<Record<string, string>>;

/** Answers are of their moment, and of the one who asked. */
const always: HeaderFields = { ...safetyHeaders, 'cache-control': 'no-store' };

export function json(status: 200 | 201, value: object, headers: HeaderFields = {}): Response {
  return jsonText(status, JSON.stringify(value), headers);
}

/** What is JSON already. */
export function jsonText(status: 200 | 201, text: string, headers: HeaderFields = {}): Response {
  return new Response(text, {
    status,
    headers: { ...always, 'content-type': 'application/json', ...headers },
  });
}

export function noContent(headers: HeaderFields = {}): Response {
  return new Response(null, { status: 204, headers: { ...always, ...headers } });
}

export function tooMany(waitMs: number): Response {
  const retryAfterSeconds = Math.ceil(waitMs / 1_000);
  return problem('too-many-requests', 'Please wait a little.', { retryAfterSeconds });
}
