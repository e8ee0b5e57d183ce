import { AtollError } from '../../core/errors.ts';
import { callLimits } from '../../core/limits.ts';
import type { HostPort, TlsOptions } from '../../core/network.ts';
import { CallConnection, type ClientOutside } from './call-connection.ts';
import { Call, type CallRequest } from './call.ts';

export interface AskOnceOptions<Result> {
  readonly outside: ClientOutside;
  readonly at: HostPort;
  readonly tls?: TlsOptions | undefined;
  readonly request: CallRequest<Result>;
}

/** A question on its way. */
export interface Question<Result> {
  /** Rejects if the server cannot be reached or does not answer in time, and with what `interpret` throws. */
  readonly answer: Promise<Result>;
  /** Nobody wants the answer any more: rejects it with `CLIENT_CLOSED`. */
  cancel(): void;
}

/** Asks one server one thing, on a connection of its own that is closed afterwards. */
export function askOnce<Result>({
  outside,
  at,
  tls,
  request,
}: AskOnceOptions<Result>): Question<Result> {
  const over = new AtollError('CLIENT_CLOSED', 'nobody waits for the answer any more');
  const connection = new CallConnection({
    address: at,
    outside,
    tls,
    connectMs: callLimits.connectMs,
    owner: {
      onAnswered: () => connection.close(over),
      onDeadline: () => connection.close(over),
      onDropped: () => undefined,
      onOver: (fault, unanswered) => {
        if (fault !== undefined) for (const call of unanswered) call.fail(fault);
      },
    },
  });
  const answer = new Promise<Result>((resolve, reject) => {
    const nowMs = outside.clock.monotonicMs();
    connection.send(new Call(request, nowMs, { resolve, reject }) as Call, nowMs);
  });
  return { answer, cancel: () => connection.close(over) };
}
