import { problem } from './problems.ts';

type HeaderFields = Readonly<Record<string, string>>;

/** Answers are of their moment, and of the one who asked. */
const always = { 'content-type': 'application/json', 'cache-control': 'no-store' } as const;

export function json(status: 200 | 201, value: object, headers: HeaderFields = {}): Response {
  return jsonText(status, JSON.stringify(value), headers);
}

/** What is JSON already. */
export function jsonText(status: 200 | 201, text: string, headers: HeaderFields = {}): Response {
  return new Response(text, { status, headers: { ...always, ...headers } });
}

export function noContent(headers: HeaderFields = {}): Response {
  return new Response(null, { status: 204, headers: { 'cache-control': 'no-store', ...headers } });
}

export function tooMany(waitMs: number): Response {
  const retryAfterSeconds = Math.ceil(waitMs / 1_000);
  return problem('too-many-requests', 'Please wait a little.', { retryAfterSeconds });
}
