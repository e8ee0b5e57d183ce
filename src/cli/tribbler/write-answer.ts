import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import type { Answer } from '../../tribbler/server/api/answer.ts';

/** Sends an answer with what HTTP needs besides. Its head and body leave in one write, but for what goes on. */
export function writeAnswer(response: ServerResponse, answer: Answer): void {
  const { status, headers, body, onSent } = answer;
  // It comes also if the connection was lost, and not before the network has all of it.
  if (onSent !== undefined) response.on('close', onSent);
  if (body instanceof ReadableStream) {
    response.writeHead(status, [...headers]);
    writeStream(response, body);
    return;
  }
  if (body === undefined) {
    response.writeHead(status, [...headers]).end();
    return;
  }
  const length = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
  // Of a HEAD node leaves out the body.
  response.writeHead(status, [...headers, 'content-length', String(length)]).end(body);
}

function writeStream(response: ServerResponse, body: ReadableStream<Uint8Array>): void {
  if (response.req.method === 'HEAD') {
    response.end();
    void body.cancel();
    return;
  }
  // What was written so far must not wait for more.
  response.flushHeaders();
  pipeline(Readable.fromWeb(body), response).catch(() => {
    // Whoever read it has gone, and the body was told so.
  });
}
