import { assert } from '../core/assert.ts';
import type { Connection } from '../core/network.ts';
import type { Client } from './client.ts';
import { batchCommandsMax } from './command-batch.ts';
import type { ConnectionHost } from './connection-host.ts';
import { QueryBuffer, type QueryHolder } from './query-buffers.ts';

/** Whose input it is. */
export interface InputOwner extends Client, QueryHolder {
  /** Too much waits for it, so it is not read from. */
  readonly isPaused: boolean;
  /** So many commands of it were executed. */
  onExecuted(count: number): void;
  /** Sends the replies so far. */
  flush(): void;
  /** It is not read from until the blockade is down. */
  stop(): void;
  /** What came is not the Redis protocol: it is to be told, and closed. */
  onProtocolError(fault: string): void;
  /** What came is a protocol that we know and do not speak: it is to be closed. */
  onForeignProtocol(fault: string): void;
}

/**
 * What one client has sent: it is parsed into batches, and each batch is executed at once. What cannot be executed yet is
 * kept, in order: half a command, and everything behind a pause, a blockade or a suspended command.
 */
export class ClientInput {
  readonly #host: ConnectionHost;
  readonly #connection: Connection;
  readonly #owner: InputOwner;
  /** Read and not executed yet. */
  readonly #kept: QueryBuffer;
  /** So many kept bytes it takes at least to go on. */
  #needed = 0;
  #isSuspended = false;

  constructor(host: ConnectionHost, connection: Connection, owner: InputOwner) {
    this.#host = host;
    this.#connection = connection;
    this.#owner = owner;
    this.#kept = new QueryBuffer(host.queryBuffers, owner);
  }

  /** Bytes that are kept. */
  get byteLength(): number {
    return this.#kept.length;
  }

  /** A command waits to be answered, and nothing is executed. */
  get isSuspended(): boolean {
    return this.#isSuspended;
  }

  /** It is suspended and has sent more already. Until then it is read from: that tells whether it is still there. */
  get isHeldUp(): boolean {
    return this.#isSuspended && this.#kept.length > 0;
  }

  /** Nothing is executed from now on, not even the rest of the batch. */
  suspend(): void {
    assert(!this.#isSuspended, 'a suspended client executes nothing');
    this.#isSuspended = true;
    this.#host.batch.cut();
  }

  endSuspension(): void {
    this.#isSuspended = false;
  }

  /** Executes what `bytes[start … end)` and what was kept before it have whole, and keeps the rest. */
  take(bytes: Buffer, start: number, end: number): void {
    const owner = this.#owner;
    if (this.#kept.length === 0) {
      const rest = this.#run(bytes, start, end);
      if (rest < end && !owner.isClosing) this.#keep(bytes, rest, end);
    } else {
      this.#keep(bytes, start, end);
      if (!owner.isPaused) this.runKept();
    }
  }

  /** Executes what was kept, as far as nothing is in the way. */
  runKept(): void {
    const kept = this.#kept;
    if (kept.length === 0 || kept.length < this.#needed || this.#owner.isClosing) return;
    kept.dropFirst(this.#run(kept.bytes, 0, kept.length));
    if (this.#host.blockade.isUp && kept.length > 0) this.#owner.stop();
    if (this.isHeldUp) this.#connection.pauseReading();
  }

  /** Nothing of it will be executed any more. */
  drop(): void {
    this.#kept.dropFirst(Infinity);
  }

  /** Executes what `bytes[start … end)` has whole and returns where the rest begins. */
  #run(bytes: Buffer, start: number, end: number): number {
    const { parser, batch, replies, counters, options, blockade } = this.#host;
    const owner = this.#owner;
    let at = start;
    while (at < end && !blockade.isUp && !this.#isSuspended) {
      // A command may authenticate, and the next one then has other limits.
      const commandsMax = owner.isAuthenticated ? batchCommandsMax : 1;
      const searched = at === start ? this.#needed : 0;
      const parsedEnd = parser.parse(bytes, at, end, owner.limits, commandsMax, searched);
      this.#needed = 0;
      if (batch.length === 0) {
        this.#needed = parser.needed;
        if (parser.fault === undefined) return parsedEnd;
        if (parser.isForeign) owner.onForeignProtocol(parser.fault);
        else owner.onProtocolError(parser.fault);
        return end;
      }
      const { outputBytesPause } = owner.limits;
      batch.begin(owner, outputBytesPause);
      options.execute(batch);
      batch.finish();
      const executed = batch.executed;
      counters.commands += executed;
      owner.onExecuted(executed);
      if (owner.isClosing) return end;
      assert(executed > 0, 'a batch was not executed');
      at = executed < batch.length ? (batch.ends[executed - 1] ?? end) : parsedEnd;
      if (replies.byteLength >= outputBytesPause) {
        owner.flush();
        if (owner.isPaused) return at;
      } else {
        const isWhole = executed === batch.length || this.#isSuspended;
        assert(isWhole, 'a batch was executed in part');
      }
    }
    return at;
  }

  #keep(bytes: Buffer, start: number, end: number): void {
    const { blockade, queryBuffers, options } = this.#host;
    const { queryBufferBytesMax } = this.#owner.limits;
    if (this.#kept.length + end - start > queryBufferBytesMax) {
      this.#owner.onProtocolError(`a command is larger than ${queryBufferBytesMax} bytes`);
    } else if (!this.#kept.append(bytes, start, end)) {
      this.#owner.onProtocolError('the unfinished commands of all clients are too large');
    } else {
      if (this.#isSuspended) this.#connection.pauseReading();
      if (!blockade.isUp) return;
      this.#owner.stop();
      if (queryBuffers.isFilling) options.stopAll();
    }
  }
}
