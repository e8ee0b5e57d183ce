import { AtollError } from '../../core/errors.ts';
import { callLimits, ringLimits } from '../../core/limits.ts';
import { formatHostPort, type HostPort } from '../../core/network.ts';
import type { Outside } from '../../core/outside.ts';
import type { Timer } from '../../core/timers.ts';
import { askOnce, type Question } from '../../resp/calls/ask-once.ts';
import type { ClientOutside } from '../../resp/calls/call-connection.ts';
import { describeReplyError } from '../../resp/calls/call.ts';
import { unexpected } from '../../resp/calls/replies.ts';
import { ReplyError, type ReplyValue } from '../../resp/reply-value.ts';
import { hasSameArcs, type RingNode, type RingView } from '../ring-view.ts';
import { readView } from '../view-reply.ts';
import { registerArguments } from './commands/register.ts';
import type { RegisterAnswer } from './membership.ts';

export interface RegistrationOptions {
  readonly outside: ClientOutside & Pick<Outside, 'log'>;
  readonly coordinator: HostPort;
  /** All nodes of this server. */
  readonly nodes: readonly RingNode[];
  /** The view that is kept with their data. */
  readonly view: RingView | undefined;
  /** There is another view. `hasReturned`: an earlier life of this server was in the ring. */
  readonly onView: (view: RingView, facts: { readonly hasReturned: boolean }) => void;
  /** Why the coordinator gave no view. */
  readonly onWaiting: (reason: string) => void;
  /** The ring does not take this server, with `RING_REFUSED`: it has asked for the last time. Not if it has a view. */
  readonly onRefused: (fault: AtollError) => void;
}

/**
 * Registers a server with the coordinator: every second until the ring is complete, and every ten seconds from then on, in case
 * the coordinator has lost its memory or another node has moved. Tribbler §4.1.
 *
 * A server that has a view goes on with it whatever the coordinator says: its keys are its own for ever.
 */
export class Registration {
  readonly #options: RegistrationOptions;
  #view: RingView | undefined;
  #question: Question<RegisterAnswer> | undefined;
  #timer: Timer | undefined;
  #lastAskedMs = -Infinity;
  /** What was told of last: the same is not told again. */
  #lastNews = '';
  #isOver = false;

  constructor(options: RegistrationOptions) {
    this.#options = options;
    this.#view = options.view;
    this.#ask();
  }

  /** Somebody has a newer view than we: asks for it, but not more often than once a second. */
  askSoon(): void {
    if (this.#isOver || this.#question !== undefined) return;
    const sinceMs = this.#options.outside.clock.monotonicMs() - this.#lastAskedMs;
    this.#askIn(Math.max(0, ringLimits.registerRetryMs - sinceMs));
  }

  close(): void {
    this.#isOver = true;
    this.#timer?.cancel();
    this.#question?.cancel();
  }

  #askIn(ms: number): void {
    this.#timer?.cancel();
    this.#timer = this.#options.outside.timers.setTimer(ms, () => this.#ask());
  }

  #ask(): void {
    const { outside, coordinator: at, nodes } = this.#options;
    this.#lastAskedMs = outside.clock.monotonicMs();
    const registrant = { epoch: this.#view?.epoch ?? 0, nodes };
    this.#question = askOnce({
      outside,
      at,
      request: {
        parts: ['RING', 'REGISTER', ...registerArguments(registrant)],
        strings: 'text',
        isRepeatable: true,
        takesErrors: true,
        timeoutMs: callLimits.connectMs,
        interpret: answerOf,
      },
    });
    // It settles always: nothing else begins the next question.
    void this.#question.answer.then(
      (answer) => this.#onAnswer(answer),
      (fault: unknown) => this.#onFault(fault),
    );
  }

  #onAnswer(answer: RegisterAnswer): void {
    this.#question = undefined;
    if (this.#isOver) return;
    switch (answer.kind) {
      case 'complete':
        return this.#onComplete(answer.view, answer.hasReturned);
      case 'not ready':
        this.#tell('info', answer.message);
        this.#options.onWaiting(answer.message);
        return this.#askIn(ringLimits.registerRetryMs);
      case 'refused':
        return this.#onRefused(answer.message);
    }
  }

  #onComplete(view: RingView, hasReturned: boolean): void {
    const before = this.#view;
    if (before !== undefined && !hasSameArcs(before, view)) {
      return this.#onRefused('its ring has other virtual ids than the one this server is in');
    }
    this.#tell('info', `the ring is complete, its epoch is ${view.epoch}`);
    this.#askIn(ringLimits.registerAgainMs);
    if (before?.epoch === view.epoch) return;
    this.#view = view;
    this.#options.onView(view, { hasReturned });
  }

  #onRefused(message: string): void {
    const at = formatHostPort(this.#options.coordinator);
    const fault = new AtollError('RING_REFUSED', `the coordinator at ${at} says: ${message}`);
    if (this.#view === undefined) {
      this.close();
      this.#options.onRefused(fault);
      return;
    }
    this.#tell('error', fault.message);
    this.#askIn(ringLimits.registerAgainMs);
  }

  #onFault(fault: unknown): void {
    this.#question = undefined;
    if (this.#isOver) return;
    if (!(fault instanceof AtollError)) throw fault;
    this.#tell('warn', fault.message);
    this.#options.onWaiting(fault.message);
    this.#askIn(ringLimits.registerRetryMs);
  }

  #tell(level: 'info' | 'warn' | 'error', message: string): void {
    if (message === this.#lastNews) return;
    this.#lastNews = message;
    const coordinator = formatHostPort(this.#options.coordinator);
    this.#options.outside.log[level]('registration', { coordinator, message });
  }
}

/** `RING REGISTER` */
function answerOf(reply: ReplyValue): RegisterAnswer {
  if (reply instanceof ReplyError) {
    const { code, message } = reply;
    if (code === 'NOTREADY') return { kind: 'not ready', message };
    if (code === 'REFUSED') return { kind: 'refused', message };
    throw new AtollError('RESP_REPLY_ERROR', describeReplyError(reply));
  }
  const view = readView(reply);
  const hasReturned = Array.isArray(reply) ? (reply as readonly ReplyValue[])[2] : undefined;
  if (hasReturned !== 0 && hasReturned !== 1) throw unexpected('0 or 1', hasReturned ?? null);
  return { kind: 'complete', view, hasReturned: hasReturned === 1 };
}
