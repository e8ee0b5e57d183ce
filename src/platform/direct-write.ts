import type { Socket } from 'node:net';
import { getSystemErrorName } from 'node:util';

import { tryOnLoopback } from './loopback-trial.ts';

/**
 * Writes to plain sockets past their streams.
 *
 * A stream is for many writes that wait. Of a reply that the kernel takes at once, which is nearly every one, it costs 1 µs of
 * the 11 that a short request takes: a request object, callbacks, a tick. Node's own handle of a socket does the rest of
 * the work: it tries at once, keeps what the kernel does not take, in order, and shuts down behind it.
 *
 * The handle and its binding are not documented; therefore all of this is in this module, tried out once in each thread
 * before it is relied on, and streams are the fall-back.
 */
interface StreamHandle {
  /** Below 0: a fault. The request is in use only if the write `wasAsync`. */
  writeBuffer(request: WriteRequest, bytes: Uint8Array): number;
  /** Bytes that the kernel has not taken. */
  readonly writeQueueSize: number;
}

interface WriteRequest {
  oncomplete?: (status: number) => void;
  /** Keeps them from the collector. */
  bytes?: Uint8Array;
}

interface StreamBinding {
  readonly WriteWrap: new () => WriteRequest;
  readonly streamBaseState: Int32Array;
  readonly kLastWriteWasAsync: number;
}

let binding: StreamBinding | undefined;
/** Serves one write after another, as long as the kernel takes them at once. */
let idleRequest: WriteRequest | undefined;

/** The writes of one socket. Requires: `canWriteDirectly`, and nobody writes to the stream. */
export class DirectWriter {
  readonly #socket: Socket;
  readonly #handle: StreamHandle;
  readonly #binding: StreamBinding;
  readonly #onDrain: () => void;
  /** Writes that the kernel has not taken whole. */
  #waiting = 0;

  /** `onDrain`: nothing waits any more. A fault destroys the socket. */
  constructor(socket: Socket, onDrain: () => void) {
    this.#socket = socket;
    this.#handle = handleOf(socket);
    this.#binding = mustGetBinding();
    this.#onDrain = onDrain;
  }

  get bufferedBytes(): number {
    return this.#waiting === 0 ? 0 : this.#handle.writeQueueSize;
  }

  /** As `Connection.write`. */
  write(bytes: Uint8Array): boolean {
    const { WriteWrap, streamBaseState, kLastWriteWasAsync } = this.#binding;
    const request = (idleRequest ??= new WriteWrap());
    const status = this.#handle.writeBuffer(request, bytes);
    if (status === 0 && streamBaseState[kLastWriteWasAsync] === 0) return true;
    // Somebody else's from now on, or nobody knows.
    idleRequest = undefined;
    if (status !== 0) {
      this.#fail(status);
      return true;
    }
    request.bytes = bytes;
    request.oncomplete = this.#onComplete;
    this.#waiting += 1;
    return false;
  }

  readonly #onComplete = (status: number): void => {
    this.#waiting -= 1;
    if (status < 0) this.#fail(status);
    else if (this.#waiting === 0 && !this.#socket.destroyed) this.#onDrain();
  };

  #fail(status: number): void {
    if (this.#socket.destroyed) return;
    const code = getSystemErrorName(status);
    this.#socket.destroy(Object.assign(new Error(`write ${code}`), { code, errno: status }));
  }
}

let trial: Promise<boolean> | undefined;

/** Whether a `DirectWriter` works here. */
export function canWriteDirectly(): Promise<boolean> {
  // On Windows, which no test runs on, a write is another thing.
  trial ??= process.platform === 'win32' ? Promise.resolve(false) : tryOut();
  return trial;
}

/** Sends a few bytes to ourselves and sees whether they arrive. */
function tryOut(): Promise<boolean> {
  const sent = 'direct write';
  return tryOnLoopback({
    onAccepted: (accepted, finish) => {
      accepted.on('error', () => finish(false));
      accepted.on('close', () => finish(false));
      const writer = new DirectWriter(accepted, () => {});
      const bytes = Buffer.from(sent);
      // One request for both.
      const isAtOnce = writer.write(bytes.subarray(0, 6)) && writer.write(bytes.subarray(6));
      if (!isAtOnce || writer.bufferedBytes !== 0) finish(false);
    },
    onClient: (client, finish) => {
      let received = '';
      client.on('data', (bytes) => {
        received += bytes.toString('latin1');
        if (received.length >= sent.length) finish(received === sent);
      });
    },
  });
}

function handleOf(socket: Socket): StreamHandle {
  return (socket as unknown as { readonly _handle: StreamHandle })._handle;
}

/** Throws where there is none. */
function mustGetBinding(): StreamBinding {
  if (binding !== undefined) return binding;
  const found = (process as unknown as NodeInternals).binding('stream_wrap');
  if (!(found.streamBaseState instanceof Int32Array) || !(found.kLastWriteWasAsync >= 0)) {
    throw new TypeError('the binding of sockets is another one');
  }
  binding = found;
  return found;
}

interface NodeInternals {
  binding(name: 'stream_wrap'): StreamBinding;
}
