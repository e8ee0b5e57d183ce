import { AtollError } from '../../core/errors.ts';
import { callLimits, geoClientLimits } from '../../core/limits.ts';
import { formatHostPort, type HostPort, type TlsOptions } from '../../core/network.ts';
import type { CommandArgument } from '../../resp/command-writer.ts';
import {
  checkKey,
  checkPrefix,
  checkTimeoutMs,
  checkTtlMs,
  checkValue,
} from '../../resp/calls/arguments.ts';
import { CallConnection, type ClientOutside } from '../../resp/calls/call-connection.ts';
import { Call, type CallRequest } from '../../resp/calls/call.ts';
import { bytesOrNothing, done, textOrNothing, wasDone } from '../../resp/calls/replies.ts';
import type {
  CallOptions,
  Change,
  GeoStore,
  KeyValue,
  KeyValueBytes,
  PutOptions,
  Watch,
} from './geo-store.ts';
import { PrefixWatch } from './prefix-watch.ts';
import { listPage, type ListPage } from './list-page.ts';
import type { Outcome, Router } from './router.ts';

export interface GeoClientOptions {
  readonly router: Router;
  readonly outside: ClientOutside;
  readonly tls?: TlsOptions | undefined;
  /** The deadline of calls that name none; `geoClientLimits.callMs` if not given. */
  readonly timeoutMs?: number | undefined;
}

/**
 * The geo store by way of its servers' query ports (CMUD §6.1: RPCs only, never actors).
 *
 * Before each call the router names an address; calls to one address share one connection, which is opened
 * when it is needed and again when it was lost. Any number of calls may be under way, from any number of
 * callers: one thread runs them all and nothing is half done between two of them.
 *
 * A failed attempt is repeated elsewhere where that can do no harm; README.md says when and why.
 */
export class GeoClient implements GeoStore {
  readonly #router: Router;
  readonly #outside: ClientOutside;
  readonly #tls: TlsOptions | undefined;
  readonly #timeoutMs: number;
  readonly #connectMs: number;
  readonly #connections: Map<string, CallConnection> = new Map();
  readonly #watches: Set<PrefixWatch> = new Set();
  /** Names of the router's addresses: most routers give the same objects again and again. */
  readonly #names: WeakMap<HostPort, string> = new WeakMap();
  /** Calls that hold a place in a line, and the bytes of their commands. */
  #callsOutstanding = 0;
  #bytesOutstanding = 0;
  #isClosed = false;

  constructor({ router, outside, tls, timeoutMs = geoClientLimits.callMs }: GeoClientOptions) {
    this.#timeoutMs = checkTimeoutMs(timeoutMs);
    this.#router = router;
    this.#outside = outside;
    this.#tls = tls;
    // Dialling leaves two fifths of the time for another address.
    this.#connectMs = Math.min(callLimits.connectMs, timeoutMs * 0.6);
  }

  get(key: string, options?: CallOptions): Promise<string | undefined> {
    return this.#call(() => ({
      parts: ['GET', checkKey(key)],
      strings: 'text',
      isRepeatable: true,
      timeoutMs: this.#timeout(options),
      interpret: textOrNothing,
    }));
  }

  getBytes(key: string | Uint8Array, options?: CallOptions): Promise<Uint8Array | undefined> {
    return this.#call(() => ({
      parts: ['GET', checkKey(key)],
      strings: 'bytes',
      isRepeatable: true,
      timeoutMs: this.#timeout(options),
      interpret: bytesOrNothing,
    }));
  }

  put(key: string | Uint8Array, value: string | Uint8Array, options?: PutOptions): Promise<void> {
    return this.#call(() => {
      const parts: CommandArgument[] = ['SET', checkKey(key), checkValue(value)];
      if (options?.ttlMs !== undefined) parts.push('PX', checkTtlMs(options.ttlMs));
      return {
        parts,
        strings: 'text',
        isRepeatable: false,
        timeoutMs: this.#timeout(options),
        interpret: done,
      };
    });
  }

  delete(key: string | Uint8Array, options?: CallOptions): Promise<boolean> {
    return this.#call(() => ({
      parts: ['DEL', checkKey(key)],
      strings: 'text',
      isRepeatable: false,
      timeoutMs: this.#timeout(options),
      interpret: wasDone,
    }));
  }

  async *list(prefix: string, options?: CallOptions): AsyncIterable<KeyValue> {
    for await (const { keysAndValues } of this.#pages(prefix, options)) {
      for (let i = 0; i + 1 < keysAndValues.length; i += 2) {
        yield { key: textOf(keysAndValues[i]), value: textOf(keysAndValues[i + 1]) };
      }
    }
  }

  async *listBytes(
    prefix: string | Uint8Array,
    options?: CallOptions,
  ): AsyncIterable<KeyValueBytes> {
    for await (const { keysAndValues } of this.#pages(prefix, options)) {
      for (let i = 0; i + 1 < keysAndValues.length; i += 2) {
        yield { key: bytesOf(keysAndValues[i]), value: bytesOf(keysAndValues[i + 1]) };
      }
    }
  }

  async watch(prefix: string, onChange: (change: Change) => void): Promise<Watch> {
    if (this.#isClosed) throw closedFault();
    checkPrefix(prefix);
    const watch = new PrefixWatch({
      prefix,
      onChange,
      router: this.#router,
      outside: this.#outside,
      tls: this.#tls,
      connectMs: this.#connectMs,
      timeoutMs: this.#timeoutMs,
      onClosed: () => this.#watches.delete(watch),
    });
    this.#watches.add(watch);
    await watch.start();
    return watch;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const connection of this.#connections.values()) connection.close(closedFault());
    await Promise.all([...this.#watches].map((watch) => watch.close()));
  }

  /** Page after page from the server that gave the first one, as long as it is there. */
  async *#pages(
    prefix: string | Uint8Array,
    options: CallOptions | undefined,
  ): AsyncGenerator<ListPage, void, void> {
    const parts: CommandArgument[] = ['LIST', checkPrefix(prefix)];
    const timeoutMs = this.#timeout(options);
    let cursor: Uint8Array | undefined;
    let address: HostPort | undefined;
    do {
      const goOn: CommandArgument[] = cursor === undefined ? [] : ['CURSOR', cursor];
      const page = await new Promise<ListPage>((resolve, reject) => {
        const call = this.#start<ListPage>(
          {
            parts: [...parts, ...goOn, 'LIMIT', geoClientLimits.listPageEntries],
            strings: 'bytes',
            isRepeatable: true,
            timeoutMs,
            interpret: (reply) => {
              address = call?.address;
              return listPage(reply);
            },
            ...(address === undefined ? {} : { address }),
          },
          resolve,
          reject,
        );
      });
      if (cursor !== undefined && page.cursor !== undefined && isSame(cursor, page.cursor)) {
        throw new AtollError('RESP_PROTOCOL', 'the server lists the same page for ever');
      }
      cursor = page.cursor;
      yield page;
    } while (cursor !== undefined);
  }

  /** `describe` runs inside the promise, so that what it throws rejects it. */
  #call<Result>(describe: () => CallRequest<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#start(describe(), resolve, reject);
    });
  }

  #start<Result>(
    request: CallRequest<Result>,
    resolve: (result: Result) => void,
    reject: (fault: unknown) => void,
  ): Call<Result> | undefined {
    const nowMs = this.#outside.clock.monotonicMs();
    const call = new Call(request, nowMs, { resolve, reject });
    if (this.#isClosed) {
      call.fail(closedFault());
    } else if (
      this.#callsOutstanding >= callLimits.callsOutstandingMax ||
      this.#bytesOutstanding + call.byteLength > callLimits.bytesOutstandingMax
    ) {
      const waiting = `${this.#callsOutstanding} calls with ${this.#bytesOutstanding} bytes`;
      call.fail(new AtollError('TOO_MANY_CALLS', `${waiting} wait for answers already`));
    } else {
      this.#send(call as Call, request.address ?? this.#router.nextAddr(), nowMs);
    }
    return call;
  }

  #send(call: Call, address: HostPort, nowMs: number): void {
    this.#callsOutstanding += 1;
    this.#bytesOutstanding += call.byteLength;
    const name = this.#nameOf(address);
    const connection = this.#connections.get(name) ?? this.#open(name, address);
    connection.send(call, nowMs);
  }

  #open(name: string, address: HostPort): CallConnection {
    const connection = new CallConnection({
      address,
      outside: this.#outside,
      tls: this.#tls,
      connectMs: this.#connectMs,
      owner: {
        onAnswered: (call, latencyMs) => {
          this.#release(call);
          if (this.#router.onOutcome !== undefined) {
            this.#report(address, { kind: 'answered', latencyMs });
          }
        },
        onDropped: (call) => this.#release(call),
        onDeadline: () => this.#report(address, { kind: 'failed' }),
        onOver: (fault, unanswered, unsentFrom) => {
          this.#connections.delete(name);
          if (fault !== undefined) this.#failed(address, fault, unanswered, unsentFrom);
        },
      },
    });
    this.#connections.set(name, connection);
    return connection;
  }

  /** A connection is gone: sends its calls elsewhere, or fails them. */
  #failed(
    address: HostPort,
    fault: AtollError,
    unanswered: readonly Call[],
    unsentFrom: number,
  ): void {
    if (!this.#isClosed) this.#report(address, { kind: 'failed' });
    const nowMs = this.#outside.clock.monotonicMs();
    unanswered.forEach((call, index) => {
      this.#release(call);
      if (call.isSettled) return;
      // A put or delete that may have arrived is not repeated: a second one would be a later write.
      const isHarmless = index >= unsentFrom || call.request.isRepeatable;
      call.tried.push(this.#nameOf(address));
      const next = isHarmless && !this.#isClosed ? this.#untried(call) : undefined;
      if (next === undefined || nowMs >= call.deadlineMs) call.fail(fault);
      else this.#send(call, next, nowMs);
    });
  }

  /** An address that the call has not tried yet, if the router has one to offer. */
  #untried(call: Call): HostPort | undefined {
    if (call.tried.length >= geoClientLimits.attemptsMax) return undefined;
    // Asked more than once: between the turns of other calls a round robin may offer the same again.
    for (let i = 0; i < geoClientLimits.attemptsMax; i += 1) {
      const address = this.#router.nextAddr();
      if (!call.tried.includes(this.#nameOf(address))) return address;
    }
    return undefined;
  }

  #report(address: HostPort, outcome: Outcome): void {
    this.#router.onOutcome?.(address, outcome);
  }

  #release(call: Call): void {
    this.#callsOutstanding -= 1;
    this.#bytesOutstanding -= call.byteLength;
  }

  #timeout(options: CallOptions | undefined): number {
    return options?.timeoutMs === undefined ? this.#timeoutMs : checkTimeoutMs(options.timeoutMs);
  }

  #nameOf(address: HostPort): string {
    let name = this.#names.get(address);
    if (name === undefined) {
      name = formatHostPort(address);
      this.#names.set(address, name);
    }
    return name;
  }
}

function closedFault(): AtollError {
  return new AtollError('CLIENT_CLOSED', 'the client was closed');
}

function bytesOf(bytes: Uint8Array | undefined): Uint8Array {
  return bytes ?? new Uint8Array(0);
}

/** Not a TextDecoder: that drops a byte order mark at the front. */
function textOf(bytes: Uint8Array | undefined): string {
  if (bytes === undefined) return '';
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
