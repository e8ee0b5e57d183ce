import { assert } from '../core/assert.ts';
import { AtollError, errorCodes, type ErrorCode } from '../core/errors.ts';
import type { Outside } from '../core/outside.ts';
import type { ThreadPort } from '../core/threads.ts';
import { parseAddress } from './address.ts';
import type { ActorRef } from './actor-ref.ts';
import { Dispatcher } from './dispatcher.ts';
import { Gateways } from './gateways.ts';
import type { Kinds } from './kinds.ts';
import { PlainCopier } from './message/plain-copier.ts';
import type { SystemLinks } from './system-links.ts';
import type { ThreadAnswer, ThreadCommand, ThreadReport } from './thread-command.ts';

export interface ThreadRuntimeOptions {
  readonly outside: Outside;
  readonly address: string;
  readonly thread: number;
  readonly ports: readonly (ThreadPort | undefined)[];
  readonly kinds: Kinds;
  readonly links: SystemLinks | undefined;
  readonly alwaysMarshal: boolean;
  /** On thread 0: where the reports of all threads end. Other threads send theirs to thread 0. */
  readonly onReport?: (report: ThreadReport, cause?: AtollError) => void;
  /** On thread 0: hears the answers of the other threads. */
  readonly onAnswer?: (id: number, answer: ThreadAnswer) => void;
}

/**
 * All that one thread of a system runs: its dispatcher and its gateways. It obeys the commands of the other
 * threads. Thread 0 is no different, except that it has the links and hears the reports.
 */
export class ThreadRuntime {
  readonly dispatcher: Dispatcher;
  readonly gateways: Gateways;
  readonly #options: ThreadRuntimeOptions;

  constructor(options: ThreadRuntimeOptions) {
    this.#options = options;
    const { outside, address, thread, ports, links, alwaysMarshal } = options;
    this.dispatcher = new Dispatcher({
      outside,
      address,
      thread,
      ports,
      links,
      alwaysMarshal,
      onReport: (error, actor) => this.#report(error, actor),
      onCommand: (command) => this.#obey(command),
    });
    this.gateways = new Gateways({
      outside,
      dispatcher: this.dispatcher,
      threads: ports.length,
      links,
    });
  }

  /** Ends the gateways, then the actors: what the gateways still had to tell is handled. Never rejects. */
  async close(): Promise<void> {
    await this.gateways.close();
    this.dispatcher.close();
  }

  #obey(command: ThreadCommand): void {
    switch (command.type) {
      case 'start actor':
        return this.#startActor(command.kind, command.counter);
      case 'start gateway':
        return void this.#startGatewayFor(ownCopyOf(command));
      case 'mail':
        return this.gateways.deliver(command);
      case 'forward':
        return this.#forward(command);
      case 'reject':
        return this.#reject(command.from, command.reason);
      case 'report':
        return this.#options.onReport?.(command.report);
      case 'count':
        return this.#answer(command.id, { type: 'counted', counters: this.dispatcher.count() });
      case 'inspect':
        return this.#answer(command.id, { type: 'inspected', gateways: this.gateways.inspect() });
      case 'close':
        return void this.#closeFor(command.id);
      case 'answer':
        return this.#options.onAnswer?.(command.id, ownCopyOf(command).answer);
    }
  }

  #answer(id: number, answer: ThreadAnswer): void {
    this.dispatcher.command(0, { type: 'answer', id, answer });
  }

  #startActor(name: string, counter: number): void {
    try {
      this.dispatcher.startOrdered(counter, this.#options.kinds.actor(name));
    } catch (error) {
      if (!(error instanceof AtollError)) throw error;
      this.dispatcher.report(error);
      this.dispatcher.deliverHeld(counter);
    }
  }

  #reject(from: string, reason: string): void {
    const address = parseAddress(from);
    assert(address !== undefined, 'links know whom they hear');
    this.#options.links?.reject(address, reason);
  }

  #forward(command: Extract<ThreadCommand, { type: 'forward' }>): void {
    const { address, lane, batch, count } = command;
    this.#options.links?.send(address, lane, batch, count);
  }

  /** Never rejects: the answer tells. */
  async #startGatewayFor(
    command: Extract<ThreadCommand, { type: 'start gateway' }>,
  ): Promise<void> {
    try {
      const kind = this.#options.kinds.gateway(command.kind);
      const ready = await this.gateways.start(kind, command.options);
      this.#answer(command.id, { type: 'gateway started', ready });
    } catch (error) {
      const code: ErrorCode = error instanceof AtollError ? error.code : 'GATEWAY_FAILED';
      this.#answer(command.id, { type: 'gateway failed', code, message: messageOf(error) });
    }
  }

  /** Never rejects. */
  async #closeFor(id: number): Promise<void> {
    await this.gateways.close();
    this.#answer(id, { type: 'closed' });
    this.dispatcher.close();
  }

  #report(error: AtollError, actor: ActorRef<never> | undefined): void {
    const stack = error.cause instanceof Error ? (error.cause.stack ?? '') : '';
    const { code, message } = error;
    const report: ThreadReport = { code, message, stack, actor: actor?.uid() ?? '' };
    if (this.#options.onReport === undefined) {
      this.dispatcher.command(0, { type: 'report', report });
    } else {
      this.#options.onReport(report, error);
    }
  }
}

/** The error of a report, as far as it came over from its thread. */
export function errorOf({ code, message, stack }: ThreadReport): AtollError {
  const known = code in errorCodes ? code : 'ACTOR_HANDLER_THREW';
  return new AtollError(known, message, stack === '' ? {} : { cause: stack });
}

/** A command whose bytes are its own, for what is kept. */
function ownCopyOf<Command extends ThreadCommand>(command: Command): Command {
  return new PlainCopier().copy(command, Number.POSITIVE_INFINITY) as Command;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
