import type { ClientLimits } from '../core/limits.ts';
import type { Outside } from '../core/outside.ts';
import type { ClientRegistry } from './client-registry.ts';
import { CommandBatch } from './command-batch.ts';
import { CommandParser } from './command-parser.ts';
import { DeadlineWheel } from './deadline-wheel.ts';
import { Blockade } from './hold/blockade.ts';
import { OutputGate } from './hold/output-gate.ts';
import { OutputBudget } from './output-budget.ts';
import { QueryBuffers } from './query-buffers.ts';
import { ReplyWriter } from './reply-writer.ts';

/** What happened at a RESP port since it was opened. */
export interface RespCounters {
  connectionsAccepted: number;
  /** Too many, in all or by address. */
  connectionsRefused: number;
  commands: number;
  /** Connections closed because of bytes that are not the Redis protocol. */
  protocolErrors: number;
  /** Of them: HTTP and TLS. */
  foreignProtocols: number;
  /** Connections closed because nothing came in time. */
  timeouts: number;
  /** Connections closed because they did not read their replies. */
  outputOverflows: number;
}

export interface ConnectionHostOptions {
  readonly outside: Pick<Outside, 'clock' | 'timers' | 'log'>;
  readonly clients: ClientRegistry;
  readonly execute: (batch: CommandBatch) => void;
  readonly limits: ClientLimits;
  readonly limitsUnauthenticated: ClientLimits;
  readonly needsAuthentication: boolean;
  readonly queryBuffersBytesMax: number;
  readonly outputBuffersBytesMax: number;
  readonly heldUntil: (() => number) | undefined;
  /** Stops all clients: together they hold too much of what waits for the end of a blockade. */
  readonly stopAll: () => void;
}

/** Whoever has written pushes that are to leave at the end of the turn. */
export interface Pusher {
  flushPushes(): void;
}

/**
 * What all connections of one server share. One thread runs one read event at a time, so that parser,
 * batch and reply buffer exist once, stay warm in the cache, and cost an idle connection nothing.
 */
export class ConnectionHost {
  readonly options: ConnectionHostOptions;
  readonly batch: CommandBatch = new CommandBatch();
  readonly parser: CommandParser = new CommandParser(this.batch);
  readonly replies: ReplyWriter;
  readonly queryBuffers: QueryBuffers;
  readonly output: OutputBudget;
  readonly gate: OutputGate | undefined;
  readonly blockade: Blockade = new Blockade();
  readonly wheel: DeadlineWheel;
  readonly counters: RespCounters = {
    connectionsAccepted: 0,
    connectionsRefused: 0,
    commands: 0,
    protocolErrors: 0,
    foreignProtocols: 0,
    timeouts: 0,
    outputOverflows: 0,
  };
  #pushers: Pusher[] = [];
  #bytes: Uint8Array | undefined;
  #view: Buffer | undefined;
  #closedByFault = 0;
  #lastFault = '';

  constructor(options: ConnectionHostOptions) {
    this.options = options;
    this.replies = new ReplyWriter(options.limits.outputBytesHard);
    this.queryBuffers = new QueryBuffers(options.queryBuffersBytesMax);
    this.output = new OutputBudget(options.outputBuffersBytesMax);
    const { heldUntil } = options;
    this.gate = heldUntil === undefined ? undefined : new OutputGate(heldUntil);
    const { clock, timers } = options.outside;
    this.wheel = new DeadlineWheel(clock, timers, () => this.#report());
  }

  /** The same bytes as a Buffer. The network lends the same array again and again. */
  viewOf(bytes: Uint8Array): Buffer {
    if (bytes === this.#bytes && this.#view !== undefined) return this.#view;
    this.#bytes = bytes;
    this.#view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return this.#view;
  }

  /** Calls `pusher.flushPushes` when the running callback has returned. */
  flushPushesSoon(pusher: Pusher): void {
    this.#pushers.push(pusher);
    if (this.#pushers.length > 1) return;
    this.options.outside.timers.microtask(() => {
      const pushers = this.#pushers;
      this.#pushers = [];
      for (const each of pushers) each.flushPushes();
    });
  }

  limits(isAuthenticated: boolean): ClientLimits {
    return isAuthenticated ? this.options.limits : this.options.limitsUnauthenticated;
  }

  protocolError(remote: string, fault: string): void {
    this.counters.protocolErrors += 1;
    this.clientClosed(remote, fault);
  }

  /** A client was closed because of what it did: counted, and told once a second at most. */
  clientClosed(remote: string, reason: string): void {
    this.#closedByFault += 1;
    this.#lastFault = `${remote}: ${reason}`;
  }

  #report(): void {
    if (this.#closedByFault === 0) return;
    const { log } = this.options.outside;
    log.warn('clients closed', { count: this.#closedByFault, last: this.#lastFault });
    this.#closedByFault = 0;
  }
}
