import { Answer } from './answer.ts';
import { problem } from './problems.ts';
import { safetyHeaders } from './safety-headers.ts';

/** Answers are of their moment, and of the one who asked. */
const always: readonly string[] = [...safetyHeaders, 'cache-control', 'no-store'];
const alwaysJson: readonly string[] = [...always, 'content-type', 'application/json'];

export function json(status: 200 | 201, value: object, headers: readonly string[] = []): Answer {
  return new Answer(status, [...alwaysJson, ...headers], JSON.stringify(value));
}

/** What is JSON already, as text or in UTF-8. */
export function jsonText(body: string | Uint8Array, onSent?: () => void): Answer {
  return new Answer(200, alwaysJson, body, onSent);
}

export function noContent(headers: readonly string[] = []): Answer {
  return new Answer(204, [...always, ...headers]);
}

export function tooMany(waitMs: number): Answer {
  const retryAfterSeconds = Math.ceil(waitMs / 1_000);
  return problem('too-many-requests', 'Please wait a little.', { retryAfterSeconds });
}
