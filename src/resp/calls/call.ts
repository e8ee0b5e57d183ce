import { AtollError } from '../../core/errors.ts';
import type { HostPort } from '../../core/network.ts';
import type { CommandArgument } from '../command-writer.ts';
import { ReplyError, type ReplyValue } from '../reply-value.ts';

/** What a call asks, and how it may be treated. `Result` is what its caller waits for. */
export interface CallRequest<Result> {
  /** The command. Byte arrays belong to the call: nobody changes them before it is settled. */
  readonly parts: readonly CommandArgument[];
  /** How strings of the reply are given to `interpret`. */
  readonly strings: 'text' | 'bytes';
  /** Asking twice does no harm; what that means is the client's matter. */
  readonly isRepeatable: boolean;
  readonly timeoutMs: number;
  /** The server to ask first, if not the router's choice: where the page before came from. */
  readonly address?: HostPort;
  /** Whether an error of the server is given to `interpret` as well; otherwise it is `RESP_REPLY_ERROR`. */
  readonly takesErrors?: boolean;
  /** Throws `RESP_PROTOCOL` when the reply has not the shape that the command's has. */
  readonly interpret: (reply: ReplyValue) => Result;
}

/**
 * One call on its way: from the caller through one connection or, when attempts fail, several.
 *
 * Only the promise that the caller waits for exists; the steps in between are plain calls. A promise for each
 * step would cost more than the whole encoding and parsing.
 */
export class Call<Result = unknown> {
  readonly request: CallRequest<Result>;
  readonly deadlineMs: number;
  /** Addresses that failed it, by name. */
  readonly tried: string[] = [];
  /** The server that is asked, or was last. */
  address: HostPort | undefined;
  /** Answered or failed. It may still hold a place in the line of its connection. */
  isSettled = false;
  sentMs = 0;
  readonly byteLength: number;
  readonly #resolve: (result: Result) => void;
  readonly #reject: (fault: unknown) => void;

  constructor(
    request: CallRequest<Result>,
    nowMs: number,
    settle: { resolve: (result: Result) => void; reject: (fault: unknown) => void },
  ) {
    this.request = request;
    this.deadlineMs = nowMs + request.timeoutMs;
    this.byteLength = approximateBytes(request.parts);
    this.#resolve = settle.resolve;
    this.#reject = settle.reject;
  }

  /** Settles the call with what the server said. Returns a fault if that makes no sense. */
  answer(reply: ReplyValue): AtollError | undefined {
    if (this.isSettled) return undefined;
    if (reply instanceof ReplyError && this.request.takesErrors !== true) {
      this.fail(new AtollError('RESP_REPLY_ERROR', describeReplyError(reply)));
      return undefined;
    }
    try {
      const result = this.request.interpret(reply);
      this.isSettled = true;
      this.#resolve(result);
      return undefined;
    } catch (error) {
      if (!(error instanceof AtollError)) throw error;
      this.fail(error);
      return error;
    }
  }

  fail(fault: AtollError): void {
    if (this.isSettled) return;
    this.isSettled = true;
    this.#reject(fault);
  }
}

/** The code of a server whose disk failed under the call: nobody knows what became of it. */
export const unknownCode = 'UNKNOWN';

/** The server's words, as an error message of ours. */
export function describeReplyError({ code, message }: ReplyError): string {
  return `the server answered: ${code}${message === '' ? '' : ` ${message}`}`;
}

/** Close enough for a bound, and cheaper than encoding twice. */
function approximateBytes(parts: readonly CommandArgument[]): number {
  let total = 0;
  for (const part of parts) total += 16 + (typeof part === 'number' ? 8 : part.length);
  return total;
}
