import { problem } from './problems.ts';
import { safetyHeaders } from './safety-headers.ts';

type HeaderFields = Readonly<Record<string, string>>;

/** Answers are of their moment, and of the one who asked. */
const always: HeaderFields = { ...safetyHeaders, 'cache-control': 'no-store' };

export function json(status: 200 | 201, value: object, headers: HeaderFields = {}): Response {
  return jsonText(status, JSON.stringify(value), headers);
}

/** What is JSON already, as text or in UTF-8. */
export function jsonText(
  status: 200 | 201,
  text: string | Uint8Array<ArrayBuffer>,
  headers: HeaderFields = {},
): Response {
  return new Response(text, {
    status,
    headers: { ...always, 'content-type': 'application/json', ...headers },
  });
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

export function noContent(headers: HeaderFields = {}): Response {
  return new Response(null, { status: 204, headers: { ...always, ...headers } });
}

export function tooMany(waitMs: number): Response {
  const retryAfterSeconds = Math.ceil(waitMs / 1_000);
  return problem('too-many-requests', 'Please wait a little.', { retryAfterSeconds });
}
