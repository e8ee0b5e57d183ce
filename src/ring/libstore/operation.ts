import { AtollError } from '../../core/errors.ts';
import type { CommandArgument } from '../../resp/command-writer.ts';
import type { ReplyValue } from '../../resp/reply-value.ts';
import type { WriteNumbers } from './write-numbers.ts';

/** What an operation asks of the owner of a key. */
export interface Question<Result> {
  readonly key: string;
  readonly kind: 'read' | 'leased read' | 'write';
  /** The command; of a leased read the one whose reply begins with the content, of a write what follows `ONCE`. */
  readonly parts: readonly CommandArgument[];
  /** Of a list that is read: how many of the newest items; `Infinity`: all. */
  readonly newest?: number;
  /** The result, of the reply or of the content in it. Throws `RESP_PROTOCOL`. */
  readonly interpret: (content: ReplyValue) => Result;
}

export interface OperationOptions<Result> {
  readonly question: Question<Result>;
  /** Places the key on the ring. */
  readonly hash: number;
  readonly timeoutMs: number;
  readonly nowMs: number;
  readonly resolve: (result: Result) => void;
  readonly reject: (fault: AtollError) => void;
  /** It is answered or has failed, for whatever reason. */
  readonly onSettled: () => void;
}

/**
 * One call of a Libstore, from the caller through one attempt or, when nodes fail, several. Reads may be repeated
 * since they change nothing, writes because a node applies each number once.
 */
export class Operation<Result = unknown> {
  readonly question: Question<Result>;
  readonly hash: number;
  readonly timeoutMs: number;
  readonly deadlineMs: number;
  attempts = 0;
  /** How often a node said that it is not ready, and that it is not the owner. */
  notReadyCount = 0;
  misroutedCount = 0;
  /** Why the last attempt failed. */
  lastFault: AtollError | undefined;
  isSettled = false;
  /** Of a write that was sent: its number, and what gave it. */
  #number: number | undefined;
  #numbers: WriteNumbers | undefined;
  readonly #options: OperationOptions<Result>;

  constructor(options: OperationOptions<Result>) {
    this.question = options.question;
    this.hash = options.hash;
    this.timeoutMs = options.timeoutMs;
    this.deadlineMs = options.nowMs + options.timeoutMs;
    this.#options = options;
  }

  /** The number of this write: the same one however often it is sent, and to whom. */
  numberOf(numbers: WriteNumbers): number {
    this.#numbers = numbers;
    return (this.#number ??= numbers.take());
  }

  /** Throws `RESP_PROTOCOL` when the content has not the shape that it should have; the operation goes on then. */
  answer(content: ReplyValue): Result | undefined {
    if (this.isSettled) return undefined;
    const result = this.question.interpret(content);
    this.settle(result);
    return result;
  }

  /** Requires: it is not settled. */
  settle(result: Result): void {
    this.#settle();
    this.#options.resolve(result);
  }

  fail(fault: AtollError): void {
    if (this.isSettled) return;
    this.#settle();
    this.#options.reject(fault);
  }

  /** The deadline is over while it waits for another attempt, or for leases. */
  expire(): void {
    const within = `within ${this.timeoutMs} ms`;
    this.fail(
      this.lastFault ?? new AtollError('DEADLINE_EXCEEDED', `the write was not applied ${within}`),
    );
  }

  #settle(): void {
    this.isSettled = true;
    if (this.#number !== undefined) this.#numbers?.finish(this.#number);
    this.#options.onSettled();
  }
}
