import { once } from 'node:events';
import { connect as connectSocket, type Socket } from 'node:net';

/**
 * A connection that sends commands as they are and knows how many bytes their replies have: what it costs the machine is
 * little beside what it costs the server.
 */
export class RawSocket {
  readonly #socket: Socket;
  #received = 0;
  #wanted = 0;
  #wake: (() => void) | undefined;
  #fault: Error | undefined;

  static async open(port: number): Promise<RawSocket> {
    const socket = connectSocket({ host: '127.0.0.1', port, noDelay: true });
    await once(socket, 'connect');
    return new RawSocket(socket);
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    const fail = (fault: Error): void => {
      this.#fault ??= fault;
      this.#wake?.();
    };
    socket.on('data', (bytes: Buffer) => {
      if (bytes[0] === minus)
        fail(new Error(`the server says ${bytes.toString('latin1', 0, 200)}`));
      this.#received += bytes.length;
      if (this.#received >= this.#wanted) this.#wake?.();
    });
    socket.on('error', fail);
    socket.on('close', () => fail(new Error('the server closed the connection')));
  }

  /** Bytes of replies that are still to come. */
  get missing(): number {
    return this.#wanted - this.#received;
  }

  /** Sends commands whose replies have so many bytes, and waits for nothing. */
  send(commands: Uint8Array, replyBytes: number): void {
    if (this.#fault !== undefined) throw this.#fault;
    this.#wanted += replyBytes;
    this.#socket.write(commands);
  }

  /** Waits until all replies are there. */
  async drain(): Promise<void> {
    while (this.missing > 0 && this.#fault === undefined) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    if (this.#fault !== undefined) throw this.#fault;
  }

  close(): void {
    this.#socket.destroy();
  }
}

const minus = 0x2d;
