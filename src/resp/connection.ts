import { assert } from '../core/assert.ts';
import type { ClientLimits } from '../core/limits.ts';
import { formatHostPort, type Connection, type ConnectionEvents } from '../core/network.ts';
import { ClientDeadline } from './client-deadline.ts';
import { ClientInput, type InputOwner } from './client-input.ts';
import { ClientOutput, type OutputOwner } from './client-output.ts';
import type { ConnectedClient } from './client-registry.ts';
import type { ConnectionHost, Pusher } from './connection-host.ts';
import type { Deadlined } from './deadline-wheel.ts';
import type { Blocked } from './hold/blockade.ts';
import type { Reply } from './reply.ts';

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
export class RespConnection
  implements Blocked, ConnectedClient, ConnectionEvents, Deadlined, InputOwner, OutputOwner, Pusher
{
  readonly id: number;
  readonly remote: string;
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
  #limits: ClientLimits;
  #isClosing = false;
  #isEnded = false;
  /** Its suspended command is answered; it goes on at the end of the turn. */
  #isAnswered = false;
  readonly #deadline: ClientDeadline;
  readonly #output: ClientOutput;
  readonly #input: ClientInput;
  /** Replies that were written and not handed over yet. */
  #unsent = 0;
  #closedCallbacks: (() => void)[] = [];

  constructor(host: ConnectionHost, connection: Connection, owner: ConnectionOwner) {
    this.#host = host;
    this.#connection = connection;
    this.#owner = owner;
    this.id = host.options.clients.nextId();
    this.remote = formatHostPort(connection.remote);
    this.#deadline = new ClientDeadline(host.options.outside.clock.monotonicMs());
    this.#isAuthenticated = !host.options.needsAuthentication;
    this.#wasAuthenticated = this.#isAuthenticated;
    this.#limits = this.#host.limits(this.#isAuthenticated);
    this.#output = new ClientOutput(connection, host, this);
    this.#input = new ClientInput(host, connection, this);
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
    // What it was to be pushed would come behind this reply, and be taken for the next one.
    if (protocol === 2) this.#output.dropPushes();
  }

  get isAuthenticated(): boolean {
    return this.#isAuthenticated;
  }

  set isAuthenticated(isAuthenticated: boolean) {
    this.#isAuthenticated = isAuthenticated;
    this.#limits = this.#host.limits(this.#isAuthenticated);
    if (!isAuthenticated) {
      this.#deadline.unauthenticatedSinceMs = this.#host.wheel.nowMs;
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

  /** Too much waits for it, so it is not read from. */
  get isPaused(): boolean {
    return this.#output.isPaused;
  }

  get limits(): ClientLimits {
    return this.#limits;
  }

  get openedMs(): number {
    return this.#deadline.openedMs;
  }

  get lastCommandMs(): number {
    return this.#deadline.lastCommandMs;
  }

  get queryBytes(): number {
    return this.#input.byteLength;
  }

  get outputBytes(): number {
    return this.#connection.bufferedBytes + this.#output.heldBytes;
  }

  closeAfterReply(): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#deadline.closingSinceMs = this.#host.wheel.nowMs;
  }

  kill(): void {
    this.#isClosing = true;
    this.#isEnded = true;
    this.#output.end();
    this.#connection.destroy();
  }

  onUnread(reason: string): void {
    if (!this.#isEnded) {
      this.#host.counters.outputOverflows += 1;
      this.#host.clientClosed(this.remote, reason);
    }
    // Also one that is ending, and only has to read what is left.
    this.kill();
  }

  onOverSoft(): void {
    this.#host.wheel.set(this, this.#deadlineMs());
  }

  /** A watch that misses changes must begin anew, and the end of its connection is how it hears of that. */
  onPushesLost(reason: string): void {
    this.#host.clientClosed(this.remote, reason);
    this.kill();
  }

  closeForQuery(): void {
    if (this.#isEnded) return;
    this.#host.protocolError(this.remote, 'the unfinished commands of all clients are too large');
    this.kill();
  }

  /** Closes when the replies have left, between two read events. */
  end(): void {
    if (this.#isAnswered) this.#output.flushPushes();
    this.closeAfterReply();
    this.flush();
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
    if (!this.#isClosing) this.#output.push(write, this.#protocol);
  }

  suspend(): void {
    const { batch } = this.#host;
    assert(
      batch.isRunning && batch.client === this,
      'a client is suspended by a command of its own',
    );
    this.#input.suspend();
  }

  answer(write: (reply: Reply) => void): void {
    if (this.#isClosing) return;
    assert(this.#input.isSuspended && !this.#isAnswered, 'a suspended client is answered once');
    this.#isAnswered = true;
    // Not with the replies of the turn: whoever caused it is being executed, and they may be those of another client.
    this.#output.push(write, this.#protocol);
    this.#host.flushPushesSoon(this);
  }

  /** The turn in which it was answered is over, and its answer has left: that was asked for before. */
  flushPushes(): void {
    this.#isAnswered = false;
    this.#input.endSuspension();
    this.#deadline.lastCommandMs = this.#host.wheel.nowMs;
    this.goOn();
  }

  onData(bytes: Uint8Array, start: number, end: number): void {
    if (this.#isClosing) return;
    const host = this.#host;
    host.replies.protocol = this.#protocol;
    this.#input.take(host.viewOf(bytes), start, end);
    this.flush();
  }

  onDrain(): void {
    this.#output.drained();
    if (this.#output.endPause()) this.goOn();
  }

  onReleased(): void {
    // As in Redis, a reply is a sign of life too: the client was not silent, it waited.
    this.#deadline.lastCommandMs = this.#host.wheel.nowMs;
    if (this.#isClosing) this.flush();
    else if (this.#output.endPause()) this.goOn();
  }

  /** It is not read from until the blockade is down. Requires: it is up. */
  stop(): void {
    if (this.#isClosing) return;
    this.#host.blockade.add(this);
    this.#connection.pauseReading();
  }

  /** Executes what was kept and reads on, unless something else is, or comes, in the way. */
  goOn(): void {
    const { blockade, replies } = this.#host;
    if (this.isPaused || this.#isClosing || this.#input.isSuspended) return;
    replies.protocol = this.#protocol;
    this.#input.runKept();
    this.flush();
    if (this.isPaused || blockade.has(this) || this.#input.isHeldUp) return;
    this.#connection.resumeReading();
  }

  onExecuted(count: number): void {
    // One that suspended its client has not been answered.
    this.#unsent += this.#input.isSuspended ? count - 1 : count;
    this.#deadline.hasCommand = true;
    this.#deadline.lastCommandMs = this.#host.wheel.nowMs;
  }

  onProtocolError(fault: string): void {
    this.#host.protocolError(this.remote, fault);
    this.#host.replies.error('ERR', `Protocol error: ${fault}`);
    this.closeAfterReply();
  }

  /** Whoever speaks HTTP or TLS does not understand an error of ours either. */
  onForeignProtocol(fault: string): void {
    this.#host.counters.foreignProtocols += 1;
    this.#host.protocolError(this.remote, fault);
    this.kill();
  }

  /** Sends the replies so far; ends the connection if that was the last of it. */
  flush(): void {
    const { replies } = this.#host;
    if (this.#isEnded) replies.reset();
    else if (replies.byteLength > 0) this.#output.send(replies, this.#unsent);
    this.#unsent = 0;
    if (!this.#isClosing || this.#isEnded || this.#output.heldBytes > 0) return;
    this.#isEnded = true;
    this.#deadline.closingSinceMs = this.#host.wheel.nowMs;
    this.#input.drop();
    this.#connection.end();
    this.#host.wheel.set(this, this.#deadlineMs());
  }

  onClose(): void {
    this.#isClosing = true;
    this.#isEnded = true;
    const host = this.#host;
    host.options.clients.delete(this.id);
    host.wheel.delete(this);
    host.blockade.delete(this);
    this.#input.drop();
    this.#output.end();
    if (!this.#wasAuthenticated) this.#owner.onAuthenticated();
    this.#callClosed();
    this.#owner.onEnd();
  }

  onDue(nowMs: number): void {
    this.#output.measure();
    const deadlineMs = this.#deadlineMs();
    if (nowMs < deadlineMs) {
      this.#host.wheel.set(this, deadlineMs);
      return;
    }
    if (this.#output.deadlineMs <= nowMs) this.onUnread('it does not read its replies');
    else {
      this.#host.counters.timeouts += 1;
      this.kill();
    }
  }

  /** When the connection is to be closed if nothing happens until then. */
  #deadlineMs(): number {
    const { blockade, wheel } = this.#host;
    const { nowMs } = wheel;
    const answeredMs = this.#output.heldBytes > 0 ? nowMs : -Infinity;
    const waitsForUs = blockade.has(this) || this.#input.isSuspended;
    const servedMs = waitsForUs ? nowMs : blockade.servesSinceMs(nowMs);
    const deadlineMs = this.#deadline.deadlineMs(this, { answeredMs, servedMs });
    return this.#isClosing ? deadlineMs : Math.min(deadlineMs, this.#output.deadlineMs);
  }

  #callClosed(): void {
    const callbacks = this.#closedCallbacks;
    this.#closedCallbacks = [];
    for (const callback of callbacks) callback();
  }
}
