import { Answer } from './answer.ts';
import { problem } from './problems.ts';
import { safetyHeaders } from './safety-headers.ts';

/** Answers are of their moment, and of the one who asked. */
const always: readonly string[] = [...safetyHeaders, 'cache-control', 'no-store'];
const alwaysJson: readonly string[] = [...always, 'content-type', 'application/json'];

export function json(status: 200 | 201, value: object, headers: readonly string[] = []): Answer {
  return jsonText(status, JSON.stringify(value), headers);
}

/** What is JSON already, as text or in UTF-8. */
export function jsonText(
  status: 200 | 201,
  body: string | Uint8Array,
  headers: readonly string[] = [],
): Answer {
  const all = headers.length === 0 ? alwaysJson : [...alwaysJson, ...headers];
  return new Answer(status, all, body);
}

const comma = 44;
const encoder = new TextEncoder();

/** Pieces with commas between, and what stands around them. */
export function joinBytes(
  start: string,
  pieces: readonly Uint8Array[],
  end: string,
): Uint8Array<ArrayBuffer> {
  const [first, last] = [encoder.encode(start), encoder.encode(end)];
  let length = first.length + Math.max(0, pieces.length - 1) + last.length;
  for (const piece of pieces) length += piece.length;
  const joined = new Uint8Array(length);
  joined.set(first);
  let place = first.length;
  for (const piece of pieces) {
    if (place > first.length) joined[place++] = comma;
    joined.set(piece, place);
    place += piece.length;
  }
  joined.set(last, place);
  return joined;
}

export function noContent(headers: readonly string[] = []): Answer {
  return new Answer(204, [...always, ...headers]);
}

export function tooMany(waitMs: number): Answer {
  const retryAfterSeconds = Math.ceil(waitMs / 1_000);
  return problem('too-many-requests', 'Please wait a little.', { retryAfterSeconds });
}
