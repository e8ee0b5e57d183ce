import { AtollError } from '../../core/errors.ts';
import { geoClientLimits } from '../../core/limits.ts';
import {
  formatHostPort,
  type Connection,
  type HostPort,
  type TlsOptions,
} from '../../core/network.ts';
import type { Timer } from '../../core/timers.ts';
import { CommandWriter } from '../../resp/command-writer.ts';
import { ReplyParser } from '../../resp/reply-parser.ts';
import { ReplyError, type ReplyValue } from '../../resp/reply-value.ts';
import type { ClientOutside } from '../../resp/calls/call-connection.ts';
import { describeReplyError, unknownCode } from '../../resp/calls/call.ts';
import type { Change, Watch } from './geo-store.ts';
import type { Router } from './router.ts';

export interface PrefixWatchOptions {
  readonly prefix: string;
  readonly onChange: (change: Change) => void;
  readonly router: Router;
  readonly outside: ClientOutside;
  readonly tls: TlsOptions | undefined;
  readonly connectMs: number;
  /** For becoming a watch, at first and after each loss. */
  readonly timeoutMs: number;
  readonly onClosed: () => void;
}

/**
 * One watch and the connection that it has for itself, so that a burst of changes never stands in line
 * before an answer.
 *
 * A connection says HELLO 3, because only RESP3 has pushes, and WATCHPREFIX. When it is lost the next one
 * is made, after a growing pause with a random part (all clients of a server lose it at the same moment),
 * as long as it takes. Nobody knows what changed in between: hence `reset`.
 *
 * A peer that vanished without a word sends no more than one where nothing changes, so the watch asks for
 * a PONG from time to time.
 */
export class PrefixWatch implements Watch {
  readonly #options: PrefixWatchOptions;
  #link: WatchLink | undefined;
  #timer: Timer | undefined;
  /** Waits for the first success. */
  #starting: { resolve: () => void; reject: (fault: AtollError) => void } | undefined;
  readonly #tried: string[] = [];
  #failures = 0;
  #isClosed = false;

  constructor(options: PrefixWatchOptions) {
    this.#options = options;
  }

  /** Resolves when watching; rejects, for good, if that cannot be at first. */
  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#starting = { resolve, reject };
      this.#connect(this.#options.router.nextAddr());
    });
  }

  close(): Promise<void> {
    this.#finish(new AtollError('CLIENT_CLOSED', 'the watch was closed'));
    return Promise.resolve();
  }

  #connect(address: HostPort): void {
    const { router } = this.#options;
    this.#link = new WatchLink(address, this.#options, {
      onWatching: () => {
        this.#failures = 0;
        const starting = this.#starting;
        this.#starting = undefined;
        if (starting === undefined) this.#options.onChange({ type: 'reset' });
        else starting.resolve();
      },
      onOver: (fault) => {
        this.#link = undefined;
        router.onOutcome?.(address, { kind: 'failed' });
        if (this.#starting === undefined) this.#retryLater();
        else this.#tryNext(address, fault);
      },
    });
  }

  /** The first connection failed: another address at once, or the caller hears of it. */
  #tryNext(address: HostPort, fault: AtollError): void {
    this.#tried.push(formatHostPort(address));
    const next = this.#options.router.nextAddr();
    const isNew = !this.#tried.includes(formatHostPort(next));
    if (isNew && this.#tried.length < geoClientLimits.attemptsMax) this.#connect(next);
    else this.#finish(fault);
  }

  #retryLater(): void {
    const { outside, router } = this.#options;
    const { reconnectFirstMs, reconnectLastMs } = geoClientLimits;
    const fullMs = Math.min(reconnectFirstMs * 2 ** Math.min(this.#failures, 16), reconnectLastMs);
    this.#failures += 1;
    const delayMs = fullMs * (0.5 + outside.random.fraction() / 2);
    this.#timer = outside.timers.setTimer(delayMs, () => this.#connect(router.nextAddr()));
  }

  #finish(fault: AtollError): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#link?.close();
    this.#starting?.reject(fault);
    this.#starting = undefined;
    this.#options.onClosed();
  }
}

interface WatchLinkOwner {
  onWatching(): void;
  /** The link is over, and not because it was closed here. */
  onOver(fault: AtollError): void;
}

/** One connection of a watch, from dialling to its loss. */
class WatchLink {
  readonly #name: string;
  readonly #options: PrefixWatchOptions;
  readonly #owner: WatchLinkOwner;
  readonly #connection: Connection;
  readonly #parser: ReplyParser;
  readonly #writer = new CommandWriter();
  #state: 'greeting' | 'asking' | 'watching' | 'over' = 'greeting';
  #lastMs: number;
  #timer: Timer;
  #fault: AtollError | undefined;

  constructor(address: HostPort, options: PrefixWatchOptions, owner: WatchLinkOwner) {
    this.#name = formatHostPort(address);
    this.#options = options;
    this.#owner = owner;
    const { outside, tls, connectMs, timeoutMs, prefix } = options;
    this.#lastMs = outside.clock.monotonicMs();
    this.#parser = new ReplyParser({
      onReply: (value) => this.#reply(value),
      onPush: (values) => this.#push(values),
    });
    this.#timer = outside.timers.setTimer(timeoutMs, () => {
      this.#end(
        new AtollError('DEADLINE_EXCEEDED', `no watch at ${this.#name} in ${timeoutMs} ms`),
      );
    });
    const connectOptions = { timeoutMs: connectMs, ...(tls === undefined ? {} : { tls }) };
    this.#connection = outside.network.connect(address, connectOptions, {
      onData: (bytes, start, end) => this.#data(bytes, start, end),
      onClose: (fault) => this.#end(fault ?? this.#lost('the server ended it')),
    });
    // RESP3: pushes need HELLO 3. Both leave at once; the answers come in order.
    this.#writer.command('HELLO', 3);
    this.#writer.command('WATCHPREFIX', prefix);
    this.#writer.flushTo(this.#connection);
  }

  close(): void {
    this.#state = 'over';
    this.#timer.cancel();
    this.#connection.destroy();
  }

  #data(bytes: Uint8Array, start: number, end: number): void {
    this.#lastMs = this.#options.outside.clock.monotonicMs();
    const fault = this.#parser.push(bytes, start, end) ?? this.#fault;
    if (fault !== undefined) this.#end(fault);
  }

  #reply(value: ReplyValue): void {
    if (this.#fault !== undefined) return;
    switch (this.#state) {
      case 'greeting':
        this.#state = 'asking';
        this.#checkNoError(value);
        break;
      case 'asking':
        this.#checkNoError(value);
        if (this.#fault !== undefined) return;
        this.#state = 'watching';
        this.#timer.cancel();
        this.#ask();
        this.#owner.onWatching();
        break;
      case 'watching': // PONG
      case 'over':
        break;
    }
  }

  #checkNoError(value: ReplyValue): void {
    if (!(value instanceof ReplyError)) return;
    const words = describeReplyError(value);
    this.#fault =
      value.code === unknownCode ? this.#lost(words) : new AtollError('RESP_REPLY_ERROR', words);
  }

  /** `watchprefix`, the prefix, `put` with key and value or `delete` with key. */
  #push(values: readonly ReplyValue[]): void {
    if (this.#state === 'over' || this.#fault !== undefined || values[0] !== 'watchprefix') return;
    const [, , type, key, value] = values;
    if (type === 'put' && typeof key === 'string' && typeof value === 'string') {
      this.#options.onChange({ type, key, value });
    } else if (type === 'delete' && typeof key === 'string') {
      this.#options.onChange({ type, key });
    } else {
      this.#fault = new AtollError('RESP_PROTOCOL', 'the server pushed a change of no known kind');
    }
  }

  /** Asks for a sign of life, and gives up when there was none for too long. */
  #ask(): void {
    const { clock, timers } = this.#options.outside;
    this.#timer = timers.setTimer(geoClientLimits.watchPingMs, () => {
      const silentMs = clock.monotonicMs() - this.#lastMs;
      if (silentMs >= geoClientLimits.watchSilenceMs) {
        this.#end(this.#lost(`the server said nothing for ${Math.round(silentMs)} ms`));
        return;
      }
      this.#writer.command('PING');
      this.#writer.flushTo(this.#connection);
      this.#ask();
    });
  }

  #lost(reason: string): AtollError {
    return new AtollError('CONNECTION_LOST', `connection to ${this.#name} lost: ${reason}`);
  }

  #end(fault: AtollError): void {
    if (this.#state === 'over') return;
    this.close();
    this.#owner.onOver(fault);
  }
}
