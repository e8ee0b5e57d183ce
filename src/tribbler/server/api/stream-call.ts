import { z } from 'zod';

import { AtollError } from '../../../core/errors.ts';
import { tribblerLimits } from '../../../core/limits.ts';
import { formatEvent, type EventSink } from '../stream-event.ts';
import { Answer } from './answer.ts';
import type { ApiParts } from './api-parts.ts';
import { parsePostId } from './cursors.ts';
import { problem } from './problems.ts';
import type { Router } from './router.ts';
import { safetyHeaders } from './safety-headers.ts';
import * as schemas from './schemas.ts';

const { streamRetryMs, streamsPerUserMax, streamsMax, streamUnreadBytesMax } = tribblerLimits;

const streamHeaders: readonly string[] = [
  ...safetyHeaders,
  'content-type',
  'text/event-stream',
  'cache-control',
  'no-store',
  // Proxies that gather answers would hold the news back.
  'x-accel-buffering',
  'no',
];

/** Live updates, as server-sent events. */
export function addStreamCall(router: Router, { streams, accounts }: ApiParts): void {
  router.addForUser(
    {
      method: 'get',
      path: '/v1/me/stream',
      summary: 'What comes to the timeline from now on, as server-sent events',
      query: schemas.streamQuery,
      headers: { 'last-event-id': 'The last event that came before.' },
      ok: {
        status: 200,
        description: 'Events: state, tribble, deleted, reset, end',
        schema: z.string(),
        mediaType: 'text/event-stream',
      },
      problems: ['too-many-streams'],
    },
    async ({ query: { own = false, lastEventId }, request }, { user, token }) => {
      if (streams.count >= streamsMax || streams.countOf(user) >= streamsPerUserMax) {
        const detail = `A user may have ${streamsPerUserMax} streams at a server.`;
        return problem('too-many-streams', detail, { retryAfterSeconds: 30 });
      }
      const { sink, body, onCancel } = openSink();
      const close = await streams.open({
        user,
        own,
        after: parsePostId(request.header('last-event-id') ?? lastEventId ?? ''),
        sink,
        isSessionOver: async () => {
          try {
            return (await accounts.findSession(token)) === undefined;
          } catch (error) {
            // Its node cannot be asked: it is not over for that.
            if (error instanceof AtollError) return false;
            throw error;
          }
        },
      });
      onCancel(close);
      return new Answer(200, streamHeaders, body);
    },
  );
}

/** A body that events are written into. */
function openSink(): {
  readonly sink: EventSink;
  readonly body: ReadableStream<Uint8Array>;
  readonly onCancel: (close: () => void) => void;
} {
  const encoder = new TextEncoder();
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  let isOpen = true;
  let close: (() => void) | undefined;
  const body = new ReadableStream<Uint8Array>(
    {
      start(begun) {
        controller = begun;
        begun.enqueue(encoder.encode(`retry: ${streamRetryMs}\n\n`));
      },
      cancel() {
        isOpen = false;
        close?.();
      },
    },
    { highWaterMark: streamUnreadBytesMax, size: (piece) => piece?.byteLength ?? 0 },
  );
  const sink: EventSink = {
    send(event) {
      if (!isOpen || (controller?.desiredSize ?? 0) <= 0) return false;
      controller?.enqueue(encoder.encode(formatEvent(event)));
      return true;
    },
    close() {
      if (!isOpen) return;
      isOpen = false;
      controller?.close();
    },
  };
  return {
    sink,
    body,
    onCancel: (onClose) => {
      close = onClose;
      // It may be over already.
      if (!isOpen) onClose();
    },
  };
}
