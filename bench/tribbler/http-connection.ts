import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** No head of an answer is longer. */
const headBytesMax = 2_048;

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
    const connection = new HttpConnection(port);
    await once(connection.#socket, 'connect');
    return connection;
  }

  private constructor(port: number) {
    const callback = (count: number, bytes: Uint8Array): boolean => {
      this.#take(bytes, count);
      return true;
    };
    // What was read is looked at at once, so all reads may use the same memory.
    const onread = { buffer: new Uint8Array(65_536), callback };
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true, onread });
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

  #take(bytes: Uint8Array, count: number): void {
    if (this.#bytesLeft > 0) this.#bytesLeft -= count;
    else {
      const headBytes = Math.min(count, headBytesMax);
      const begun = this.#head.length;
      this.#head += Buffer.from(bytes.buffer, 0, headBytes).toString('latin1');
      const end = this.#head.indexOf('\r\n\r\n');
      if (end < 0) return;
      this.#status = Number(this.#head.slice(9, 12));
      const length = /content-length: (\d+)/i.exec(this.#head.slice(0, end))?.[1] ?? '0';
      this.#bytesLeft = Number(length) - (begun + count - end - 4);
      this.#head = '';
    }
    if (this.#bytesLeft === 0) this.#onAnswer?.(this.#status);
  }
}
