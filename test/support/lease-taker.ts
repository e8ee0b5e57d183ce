import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';

/** A client of a node that takes leases, as fast as it is answered, and never gives one back. */
export class LeaseTaker {
  readonly #socket: Socket;
  #text = '';
  #replies: number[] = [];
  #onReplies: () => void = () => {};

  static async connect(port: number): Promise<LeaseTaker> {
    const socket = createConnection(port, '127.0.0.1').setEncoding('latin1');
    await once(socket, 'connect');
    const taker = new LeaseTaker(socket);
    const hello = once(socket, 'data');
    socket.write('HELLO 3\r\n');
    await hello;
    taker.#text = '';
    socket.on('data', (part: string) => taker.#onData(part));
    return taker;
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('error', () => undefined);
  }

  /** Asks for leases of keys that are not there; the ids of those that were granted, 0 for none. */
  async take(keys: readonly string[]): Promise<readonly number[]> {
    this.#replies = [];
    const all = new Promise<void>((resolve) => {
      this.#onReplies = () => {
        if (this.#replies.length >= keys.length) resolve();
      };
    });
    this.#socket.write(keys.map((key) => `GETLEASE ${key}\r\n`).join(''));
    await all;
    return this.#replies;
  }

  close(): void {
    this.#socket.destroy();
  }

  #onData(part: string): void {
    this.#text += part;
    // What is there, which is nothing or a text, then the id and the milliseconds. Pushes are not listened to.
    const reply = /\*3\r\n(?:_|\$\d+\r\n[^\r]*)\r\n:(\d+)\r\n:\d+\r\n/g;
    let end = 0;
    for (let match = reply.exec(this.#text); match !== null; match = reply.exec(this.#text)) {
      this.#replies.push(Number(match[1]));
      end = reply.lastIndex;
    }
    this.#text = this.#text.slice(end);
    this.#onReplies();
  }
}
