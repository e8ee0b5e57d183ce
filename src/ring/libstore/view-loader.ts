import { AtollError } from '../../core/errors.ts';
import { callLimits, ringLimits } from '../../core/limits.ts';
import type { HostPort, TlsOptions } from '../../core/network.ts';
import { CallConnection, type ClientOutside } from '../../resp/calls/call-connection.ts';
import { Call, describeReplyError } from '../../resp/calls/call.ts';
import { unexpected } from '../../resp/calls/replies.ts';
import { ReplyError, type ReplyValue } from '../../resp/reply-value.ts';
import type { RingNode, RingView } from '../ring-view.ts';

export interface ViewLoaderOptions {
  readonly outside: ClientOutside;
  readonly tls: TlsOptions | undefined;
}

/** Asks nodes for the view of the ring, each on a connection of its own that is closed afterwards. */
export class ViewLoader {
  readonly #options: ViewLoaderOptions;
  readonly #connections: Set<CallConnection> = new Set();

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
          `nodes of the ring are missing, also after ${seconds} s`,
        );
      }
      await new Promise<void>((resolve) => {
        this.#options.outside.timers.setTimer(ringLimits.viewRetryMs, resolve);
      });
    }
  }

  /** The view of one node; undefined: the ring is not complete. */
  ask(at: HostPort): Promise<RingView | undefined> {
    const { outside, tls } = this.#options;
    return new Promise((resolve, reject) => {
      const connection = new CallConnection({
        address: at,
        outside,
        tls,
        connectMs: callLimits.connectMs,
        owner: {
          onAnswered: () => connection.close(closedFault()),
          onDeadline: () => connection.close(closedFault()),
          onDropped: () => undefined,
          onOver: (fault, unanswered) => {
            this.#connections.delete(connection);
            if (fault === undefined) return;
            for (const call of unanswered) call.fail(fault);
          },
        },
      });
      this.#connections.add(connection);
      const request = {
        parts: ['RING', 'SERVERS'],
        strings: 'text' as const,
        isRepeatable: true,
        takesErrors: true,
        timeoutMs: callLimits.connectMs,
        interpret: viewOf,
      };
      const nowMs = outside.clock.monotonicMs();
      connection.send(new Call(request, nowMs, { resolve, reject }) as Call, nowMs);
    });
  }

  close(): void {
    for (const connection of this.#connections) connection.close(closedFault());
  }
}

function closedFault(): AtollError {
  return new AtollError('CLIENT_CLOSED', 'the Libstore was closed');
}

/** `RING SERVERS` */
function viewOf(reply: ReplyValue): RingView | undefined {
  if (reply instanceof ReplyError) {
    if (reply.code === 'NOTREADY') return undefined;
    throw new AtollError('RESP_REPLY_ERROR', describeReplyError(reply));
  }
  if (!Array.isArray(reply)) throw unexpected('a view of the ring', reply);
  const [epoch, nodes] = reply as readonly ReplyValue[];
  if (typeof epoch !== 'number' || !Array.isArray(nodes) || nodes.length === 0) {
    throw unexpected('a view of the ring', reply);
  }
  return { epoch, nodes: (nodes as readonly ReplyValue[]).map((node) => nodeOf(node)) };
}

function nodeOf(reply: ReplyValue): RingNode {
  if (!Array.isArray(reply)) throw unexpected('a node of the ring', reply);
  const [id, host, port, ids] = reply as readonly ReplyValue[];
  if (typeof id !== 'string' || typeof host !== 'string' || typeof port !== 'number') {
    throw unexpected('a node of the ring', reply);
  }
  if (!Array.isArray(ids) || ids.length === 0) throw unexpected('a node of the ring', reply);
  const virtualIds = (ids as readonly ReplyValue[]).map((virtualId) => {
    if (typeof virtualId !== 'number') throw unexpected('a virtual id', virtualId);
    return virtualId;
  });
  return { id, at: { host, port }, virtualIds };
}
