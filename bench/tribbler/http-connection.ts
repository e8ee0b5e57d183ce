import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/**
 * A kept connection that asks one thing after another and looks only at what it must of an answer: the load shares the machine with
 * what is measured.
 */
export class HttpConnection {
  readonly #socket: Socket;
  #onAnswer: ((status: number) => void) | undefined;
  #head = '';
  #status = 0;
  #bytesLeft = 0;

  static async open(port: number): Promise<HttpConnection> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    return new HttpConnection(socket);
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (bytes) => this.#take(bytes));
  }

  /** The status of the answer, once all of it is here. */
  ask(request: string): Promise<number> {
    return new Promise((resolve) => {
      this.#onAnswer = resolve;
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(bytes: Buffer): void {
    if (this.#bytesLeft > 0) {
      this.#bytesLeft -= bytes.length;
    } else {
      this.#head += bytes.toString('latin1');
      const end = this.#head.indexOf('\r\n\r\n');
      if (end < 0) return;
      this.#status = Number(this.#head.slice(9, 12));
      const length = /content-length: (\d+)/i.exec(this.#head.slice(0, end))?.[1] ?? '0';
      this.#bytesLeft = Number(length) - (this.#head.length - end - 4);
      this.#head = '';
    }
    if (this.#bytesLeft === 0) this.#onAnswer?.(this.#status);
  }
}
