import { assert } from '../core/assert.ts';
import type { ClientLimits } from '../core/limits.ts';
import { formatHostPort, type Connection, type ConnectionEvents } from '../core/network.ts';
import type { ConnectedClient } from './client-registry.ts';
import { batchCommandsMax } from './command-batch.ts';
import type { ConnectionHost, Pusher } from './connection-host.ts';
import type { Deadlined } from './deadline-wheel.ts';
import { QueryBuffer } from './query-buffers.ts';
import type { Reply } from './reply.ts';
import { ReplyWriter } from './reply-writer.ts';

/** Pushes are small, and thousands of clients may wait for them. */
const pushBytesInitial = 512;

/** Who keeps the books on connections. */
export interface ConnectionOwner {
  /** Called once if authentication is needed: the client has done it, or is over. */
  onAuthenticated(): void;
  /** Called once: the connection is over. */
  onEnd(): void;
}

/**
 * One client. What it sends is parsed into batches, each batch is executed at once, and the replies of one
 * read event leave in one write.
 *
 * Who does not read his replies is not read from: beyond `outputBytesPause` the commands that were read
 * already wait in the query buffer, and the operating system's buffers fill up until the client itself is
 * slowed. The other way, to go on reading and queue the replies, has no bound but memory.
 */
export class RespConnection implements ConnectedClient, ConnectionEvents, Deadlined, Pusher {
  readonly id: number;
  readonly remote: string;
  readonly openedMs: number;
  name = '';
  libraryName = '';
  libraryVersion = '';
  isListening = false;
  wheelSlot = -1;
  readonly #host: ConnectionHost;
  readonly #connection: Connection;
  readonly #owner: ConnectionOwner;
  #protocol: 2 | 3 = 2;
  #isAuthenticated: boolean;
  #wasAuthenticated: boolean;
  #unauthenticatedSinceMs: number;
  #limits: ClientLimits;
  #isClosing = false;
  #isEnded = false;
  #isPaused = false;
  #hasCommand = false;
  #lastCommandMs: number;
  /** When the output rose above the soft limit; undefined while it is below. */
  #overSoftSinceMs: number | undefined;
  #closingSinceMs = 0;
  /** Read and not executed yet. */
  readonly #kept: QueryBuffer;
  /** So many kept bytes it takes at least to go on. */
  #needed = 0;
  #pushes: ReplyWriter | undefined;
  #isPushing = false;
  #closedCallbacks: (() => void)[] = [];

  constructor(host: ConnectionHost, connection: Connection, owner: ConnectionOwner) {
    this.#host = host;
    this.#connection = connection;
    this.#owner = owner;
    this.id = host.options.clients.nextId();
    this.remote = formatHostPort(connection.remote);
    this.openedMs = host.options.outside.clock.monotonicMs();
    this.#lastCommandMs = this.openedMs;
    this.#isAuthenticated = !host.options.needsAuthentication;
    this.#wasAuthenticated = this.#isAuthenticated;
    this.#unauthenticatedSinceMs = this.openedMs;
    this.#limits = this.#host.limits(this.#isAuthenticated);
    this.#kept = new QueryBuffer(host.queryBuffers);
    host.options.clients.add(this);
    host.wheel.set(this, this.#deadlineMs());
  }

  get reply(): Reply {
    return this.#host.replies;
  }

  get protocol(): 2 | 3 {
    return this.#protocol;
  }

  set protocol(protocol: 2 | 3) {
    this.#protocol = protocol;
    this.#host.replies.protocol = protocol;
  }

  get isAuthenticated(): boolean {
    return this.#isAuthenticated;
  }

  set isAuthenticated(isAuthenticated: boolean) {
    this.#isAuthenticated = isAuthenticated;
    this.#limits = this.#host.limits(this.#isAuthenticated);
    if (!isAuthenticated) {
      this.#unauthenticatedSinceMs = this.#host.wheel.nowMs;
      this.#host.wheel.set(this, this.#deadlineMs());
    }
    if (isAuthenticated && !this.#wasAuthenticated) {
      this.#wasAuthenticated = true;
      this.#owner.onAuthenticated();
    }
  }

  get isClosing(): boolean {
    return this.#isClosing;
  }

  /** It does not read its replies, so it is not read from. */
  get isPaused(): boolean {
    return this.#isPaused;
  }

  get limits(): ClientLimits {
    return this.#limits;
  }

  get lastCommandMs(): number {
    return this.#lastCommandMs;
  }

  get queryBytes(): number {
    return this.#kept.length;
  }

  get outputBytes(): number {
    return this.#connection.bufferedBytes;
  }

  closeAfterReply(): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#closingSinceMs = this.#host.wheel.nowMs;
  }

  kill(): void {
    this.#isClosing = true;
    this.#isEnded = true;
    this.#connection.destroy();
  }

  /** Closes when the replies have left, between two read events. */
  end(): void {
    this.closeAfterReply();
    this.#flush();
  }

  onClosed(callback: () => void): void {
    this.#closedCallbacks.push(callback);
  }

  reset(): void {
    this.protocol = 2;
    this.name = '';
    this.isListening = false;
    this.isAuthenticated = !this.#host.options.needsAuthentication;
    this.#callClosed();
  }

  push(write: (reply: Reply) => void): void {
    if (this.#isClosing) return;
    const { outputBytesHard } = this.#limits;
    const pushes = (this.#pushes ??= new ReplyWriter(outputBytesHard, pushBytesInitial));
    pushes.protocol = this.#protocol;
    write(pushes);
    if (this.#isPushing) return;
    this.#isPushing = true;
    this.#host.flushPushesSoon(this);
  }

  flushPushes(): void {
    this.#isPushing = false;
    if (!this.#isClosing && this.#pushes !== undefined) this.#send(this.#pushes);
  }

  onData(bytes: Uint8Array, start: number, end: number): void {
    if (this.#isClosing) return;
    const host = this.#host;
    const view = host.viewOf(bytes);
    host.replies.protocol = this.#protocol;
    if (this.#kept.length === 0) {
      const rest = this.#run(view, start, end);
      if (rest < end && !this.#isClosing) this.#keep(view, rest, end);
    } else {
      this.#keep(view, start, end);
      if (!this.#isPaused && this.#kept.length >= this.#needed) this.#runKept();
    }
    this.#flush();
  }

  onDrain(): void {
    this.#overSoftSinceMs = undefined;
    if (!this.#isPaused || this.#isClosing) return;
    this.#isPaused = false;
    this.#host.replies.protocol = this.#protocol;
    this.#runKept();
    this.#flush();
    // Running what was kept may have filled the output again.
    if (!this.isPaused) this.#connection.resumeReading();
  }

  onClose(): void {
    this.#isClosing = true;
    this.#isEnded = true;
    const host = this.#host;
    host.options.clients.delete(this.id);
    host.wheel.delete(this);
    this.#kept.dropFirst(Infinity);
    if (!this.#wasAuthenticated) this.#owner.onAuthenticated();
    this.#callClosed();
    this.#owner.onEnd();
  }

  onDue(nowMs: number): void {
    const deadlineMs = this.#deadlineMs();
    if (nowMs < deadlineMs) {
      this.#host.wheel.set(this, deadlineMs);
      return;
    }
    if (this.#overSoftSinceMs !== undefined) this.#closeSlow();
    else {
      this.#host.counters.timeouts += 1;
      this.kill();
    }
  }

  /** Executes what `bytes[start … end)` has whole and returns where the rest begins. */
  #run(bytes: Buffer, start: number, end: number): number {
    const { parser, batch, replies, counters, options, wheel } = this.#host;
    let at = start;
    while (at < end) {
      // A command may authenticate, and the next one then has other limits.
      const commandsMax = this.#isAuthenticated ? batchCommandsMax : 1;
      const searched = at === start ? this.#needed : 0;
      const parsedEnd = parser.parse(bytes, at, end, this.#limits, commandsMax, searched);
      this.#needed = 0;
      if (batch.length === 0) {
        this.#needed = parser.needed;
        if (parser.fault === undefined) return parsedEnd;
        if (parser.isForeign) this.#dropForeign(parser.fault);
        else this.#failProtocol(parser.fault);
        return end;
      }
      const { outputBytesPause } = this.#limits;
      batch.begin(this, outputBytesPause);
      options.execute(batch);
      batch.finish();
      const executed = batch.executed;
      counters.commands += executed;
      this.#hasCommand = true;
      this.#lastCommandMs = wheel.nowMs;
      if (this.#isClosing) return end;
      assert(executed > 0, 'a batch was not executed');
      at = executed < batch.length ? (batch.ends[executed - 1] ?? end) : parsedEnd;
      if (replies.byteLength >= outputBytesPause) {
        this.#flush();
        if (this.isPaused) return at;
      } else assert(executed === batch.length, 'a batch was executed in part');
    }
    return end;
  }

  #runKept(): void {
    const kept = this.#kept;
    if (kept.length === 0 || this.#isClosing) return;
    kept.dropFirst(this.#run(kept.bytes, 0, kept.length));
  }

  #keep(bytes: Buffer, start: number, end: number): void {
    const { queryBufferBytesMax } = this.#limits;
    if (this.#kept.length + end - start > queryBufferBytesMax) {
      this.#failProtocol(`a command is larger than ${queryBufferBytesMax} bytes`);
    } else if (!this.#kept.append(bytes, start, end)) {
      this.#failProtocol('the unfinished commands of all clients are too large');
    }
  }

  #failProtocol(fault: string): void {
    this.#host.protocolError(this.remote, fault);
    this.#host.replies.error('ERR', `Protocol error: ${fault}`);
    this.closeAfterReply();
  }

  /** Whoever speaks HTTP or TLS does not understand an error of ours either. */
  #dropForeign(fault: string): void {
    this.#host.counters.foreignProtocols += 1;
    this.#host.protocolError(this.remote, fault);
    this.kill();
  }

  /** Sends the replies so far; ends the connection if that was the last of it. */
  #flush(): void {
    this.#send(this.#host.replies);
    if (!this.#isClosing || this.#isEnded) return;
    this.#isEnded = true;
    this.#kept.dropFirst(Infinity);
    this.#connection.end();
    this.#host.wheel.set(this, this.#deadlineMs());
  }

  #send(writer: ReplyWriter): void {
    if (writer.byteLength === 0) return;
    if (this.#isEnded || writer.hasOverflowed) {
      const hasOverflowed = writer.hasOverflowed;
      writer.reset();
      if (hasOverflowed) this.#closeSlow();
      return;
    }
    writer.flushTo(this.#connection);
    const buffered = this.#connection.bufferedBytes;
    if (buffered === 0) return;
    const { outputBytesPause, outputBytesSoft, outputBytesHard } = this.#limits;
    if (buffered > outputBytesHard) this.#closeSlow();
    else if (buffered > outputBytesSoft && this.#overSoftSinceMs === undefined) {
      this.#overSoftSinceMs = this.#host.wheel.nowMs;
      this.#host.wheel.set(this, this.#deadlineMs());
    }
    if (buffered >= outputBytesPause && !this.#isPaused) {
      this.#isPaused = true;
      this.#connection.pauseReading();
    }
  }

  #closeSlow(): void {
    if (this.#isEnded) return;
    this.#host.counters.outputOverflows += 1;
    this.#host.clientClosed(this.remote, 'it does not read its replies');
    this.kill();
  }

  /** When the connection is to be closed if nothing happens until then. */
  #deadlineMs(): number {
    const { firstCommandMs, idleMs, outputSoftMs } = this.#limits;
    if (this.#isClosing) return this.#closingSinceMs + firstCommandMs;
    let deadlineMs = this.#lastCommandMs + idleMs;
    if (this.isListening) deadlineMs = Infinity;
    if (!this.#hasCommand) deadlineMs = Math.min(deadlineMs, this.openedMs + firstCommandMs);
    if (!this.#isAuthenticated) {
      deadlineMs = Math.min(deadlineMs, this.#unauthenticatedSinceMs + idleMs);
    }
    if (this.#overSoftSinceMs !== undefined) {
      deadlineMs = Math.min(deadlineMs, this.#overSoftSinceMs + outputSoftMs);
    }
    return deadlineMs;
  }

  #callClosed(): void {
    const callbacks = this.#closedCallbacks;
    this.#closedCallbacks = [];
    for (const callback of callbacks) callback();
  }
}
