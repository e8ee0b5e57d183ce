import { AtollError } from '../../core/errors.ts';
import { callLimits, ringLimits } from '../../core/limits.ts';
import type { HostPort, TlsOptions } from '../../core/network.ts';
import { askOnce, type Question } from '../../resp/calls/ask-once.ts';
import type { ClientOutside } from '../../resp/calls/call-connection.ts';
import { describeReplyError } from '../../resp/calls/call.ts';
import { ReplyError, type ReplyValue } from '../../resp/reply-value.ts';
import type { RingView } from '../ring-view.ts';
import { readView } from '../view-reply.ts';

export interface ViewLoaderOptions {
  readonly outside: ClientOutside;
  readonly tls: TlsOptions | undefined;
}

/** Asks nodes for the view of the ring, each on a connection of its own that is closed afterwards. */
export class ViewLoader {
  readonly #options: ViewLoaderOptions;
  readonly #questions: Set<Question<RingView | undefined>> = new Set();

  constructor(options: ViewLoaderOptions) {
    this.#options = options;
  }

  /** Asks again while the ring is not complete. Tribbler §3.2: once a second, five times, then it fails. */
  async load(at: HostPort): Promise<RingView> {
    for (let retries = 0; ; retries += 1) {
      const view = await this.ask(at);
      if (view !== undefined) return view;
      if (retries >= ringLimits.viewRetriesMax) {
        const seconds = (ringLimits.viewRetriesMax * ringLimits.viewRetryMs) / 1_000;
        throw new AtollError(
          'RING_NOT_READY',
          `servers of the ring are missing, also after ${seconds} s`,
        );
      }
      await new Promise<void>((resolve) => {
        this.#options.outside.timers.setTimer(ringLimits.viewRetryMs, resolve);
      });
    }
  }

  /** The view of one node; undefined: the ring is not complete. */
  async ask(at: HostPort): Promise<RingView | undefined> {
    const question = askOnce({
      ...this.#options,
      at,
      request: {
        parts: ['RING', 'SERVERS'],
        strings: 'text',
        isRepeatable: true,
        takesErrors: true,
        timeoutMs: callLimits.connectMs,
        interpret: viewOrNotReady,
      },
    });
    this.#questions.add(question);
    try {
      return await question.answer;
    } finally {
      this.#questions.delete(question);
    }
  }

  close(): void {
    for (const question of this.#questions) question.cancel();
  }
}

/** `RING SERVERS` */
function viewOrNotReady(reply: ReplyValue): RingView | undefined {
  if (!(reply instanceof ReplyError)) return readView(reply);
  if (reply.code === 'NOTREADY') return undefined;
  throw new AtollError('RESP_REPLY_ERROR', describeReplyError(reply));
}
