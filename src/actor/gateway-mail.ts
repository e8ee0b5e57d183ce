import { assert } from '../core/assert.ts';
import { AtollError } from '../core/errors.ts';
import { actorLimits } from '../core/limits.ts';
import type { Timers } from '../core/timers.ts';
import type { ThreadCounters } from './counters.ts';
import type { Gateway, GatewayRef } from './gateway.ts';
import { Mailbox } from './mailbox.ts';
import { PlainCopier } from './message/plain-copier.ts';
import type { MailCommand } from './thread-command.ts';

export interface GatewayMailOptions {
  readonly thread: number;
  readonly timers: Timers;
  readonly counters: ThreadCounters;
  /** Whether the system has such a thread, and takes anything for it. */
  readonly hasThread: (thread: number) => boolean;
  /** Sends it to another thread. Throws the `AtollError` that says why it cannot be sent. */
  readonly send: (thread: number, command: MailCommand, bytesMax: number) => void;
}

/**
 * What gateways of a system send each other: from the gateways of this thread to all, and from all to those of
 * this thread.
 *
 * A gateway can be written to before it is ready, by those that it told of itself in its start: that mail waits, or
 * it would be lost depending on who is faster.
 *
 * Invariant: nobody gets mail inside a call of `post`, nor inside an actor's turn.
 */
export class GatewayMail {
  readonly #options: GatewayMailOptions;
  readonly #counters: ThreadCounters;
  readonly #copier = new PlainCopier();
  /** By number, what waits for gateways that cannot take it yet. */
  readonly #waiting: Map<number, MailCommand[]> = new Map();
  readonly #receivers: Map<number, Gateway<unknown>> = new Map();
  /** From this thread for this thread. */
  readonly #local: Mailbox<MailCommand> = new Mailbox();
  #isTurnDue = false;

  constructor(options: GatewayMailOptions) {
    this.#options = options;
    this.#counters = options.counters;
  }

  /** Begins to keep mail for a gateway that is about to start. */
  open(number: number): void {
    this.#waiting.set(number, []);
  }

  /** Begins to hand mail to the gateway, soon: first what waits. */
  begin(number: number, gateway: Gateway<unknown>): void {
    this.#receivers.set(number, gateway);
    this.#options.timers.microtask(() => {
      const waiting = this.#waiting.get(number) ?? [];
      this.#waiting.delete(number);
      for (const command of waiting) this.deliver(command);
    });
  }

  /** Hands it no more. What waits and what comes later are dead letters. */
  close(number: number): void {
    this.#counters.deadLetters += this.#waiting.get(number)?.length ?? 0;
    this.#waiting.delete(number);
    this.#receivers.delete(number);
  }

  post(from: GatewayRef, to: GatewayRef, mail: unknown): void {
    if (!this.#options.hasThread(to.thread)) {
      this.#counters.deadLetters += 1;
      return;
    }
    const command: MailCommand = { type: 'mail', to: to.number, from, mail };
    try {
      if (to.thread === this.#options.thread) this.#postHere(command);
      else this.#options.send(to.thread, command, actorLimits.mailBytesMax);
    } catch (error) {
      if (!(error instanceof AtollError)) throw error;
      assert(false, `a gateway posts what nobody can be sent: ${error.message}`);
    }
  }

  /** Hands over mail for a gateway of this thread; bytes in it are lent. Requires: no turn is running. */
  deliver(command: MailCommand): void {
    const { to, from, mail } = command;
    const waiting = this.#waiting.get(to);
    const receiver = this.#receivers.get(to);
    if (waiting !== undefined && waiting.length < actorLimits.mailBeforeReadyMax) {
      waiting.push(this.#ownCopyOf(command));
    } else if (waiting === undefined && receiver?.onMail !== undefined) {
      receiver.onMail(mail, from);
    } else {
      this.#counters.deadLetters += 1;
    }
  }

  #postHere(command: MailCommand): void {
    this.#local.push(this.#ownCopyOf(command));
    if (this.#isTurnDue) return;
    this.#isTurnDue = true;
    this.#options.timers.microtask(this.#turn);
  }

  #ownCopyOf(command: MailCommand): MailCommand {
    return this.#copier.copy(command, actorLimits.mailBytesMax) as MailCommand;
  }

  readonly #turn = (): void => {
    for (let count = this.#local.length; count > 0; count -= 1) {
      const command = this.#local.pop();
      if (command !== undefined) this.deliver(command);
    }
    // As the run loop does: two gateways that go on and on let sockets and timers in between.
    this.#isTurnDue = this.#local.length > 0;
    if (this.#isTurnDue) this.#options.timers.nextTurn(this.#turn);
  };
}
