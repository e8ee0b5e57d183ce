import assert from 'node:assert/strict';
import { createConnection, type Socket } from 'node:net';

export interface RespWriterOptions {
  readonly port: number;
  /** All its keys begin with it, and nobody else's do: what is there of them is its work. */
  readonly prefix: string;
  /** It writes so many keys again and again. */
  readonly keys: number;
  /** Commands under way at once. */
  readonly depth?: number;
  readonly valueBytes?: number;
  /** All its values begin with it: tells them from those of an earlier writer of the same keys. */
  readonly label?: string;
  /** It stops by itself after so many. */
  readonly count?: number;
}

/**
 * A client that writes as fast as it is answered, and remembers what was acknowledged: numbered values to some keys, and now
 * and then a delete. Replies come in the order of the commands, so how many came says which.
 */
export class RespWriter {
  readonly prefix: string;
  readonly #options: Required<RespWriterOptions>;
  readonly #socket: Socket;
  readonly #filler: string;
  #sent = 0;
  #acknowledged = 0;
  #refusal: string | undefined;
  #isStopping = false;
  #text = '';
  readonly #ended: Promise<void>;
  readonly #waits: { readonly count: number; readonly resolve: () => void }[] = [];

  constructor(options: RespWriterOptions) {
    this.#options = { depth: 1, valueBytes: 20, label: '', count: Infinity, ...options };
    this.prefix = options.prefix;
    this.#filler = 'v'.repeat(this.#options.valueBytes);
    this.#socket = createConnection(options.port, '127.0.0.1').setEncoding('latin1');
    this.#socket.on('error', () => undefined);
    this.#socket.on('data', (part: string) => this.#onReplies(part));
    this.#ended = new Promise((resolve) => this.#socket.once('close', () => resolve()));
    void this.#ended.then(() => {
      for (const { resolve } of this.#waits) resolve();
    });
    this.#fill();
  }

  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** The error that it was answered, if it was one: then it stopped. */
  get refusal(): string | undefined {
    return this.#refusal;
  }

  /** Resolves when so many writes are acknowledged, or the connection is closed. */
  async hasAcknowledged(count: number): Promise<void> {
    if (this.#acknowledged >= count || this.#socket.destroyed) return;
    await new Promise<void>((resolve) => this.#waits.push({ count, resolve }));
  }

  /** Resolves when the connection is closed: by the server, or because it is done. */
  async end(): Promise<void> {
    await this.#ended;
  }

  /** Sends nothing more; resolves when all is answered. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#endIfDone();
    await this.#ended;
  }

  /**
   * Asserts that what is there of its keys is what was acknowledged or sent later, and where nothing was acknowledged yet,
   * or what was there before; gives the number of keys.
   */
  check(found: ReadonlyMap<string, string>, before?: ReadonlyMap<string, string>): number {
    const { keys } = this.#options;
    for (let key = 0; key < Math.min(keys, this.#sent); key += 1) {
      const value = found.get(`${this.prefix}${key}`);
      const last = this.#lastOf(key, this.#acknowledged);
      const possible: (string | undefined)[] =
        last < 0 ? [before?.get(`${this.prefix}${key}`)] : [this.#valueOf(last)];
      const firstOpen = last < 0 ? key : last + keys;
      for (let number = firstOpen; number < this.#sent; number += keys) {
        possible.push(this.#valueOf(number));
      }
      const words = `${this.prefix}${key}: ${value?.slice(0, 20) ?? 'nothing'} is there, write ${last} was acknowledged`;
      assert.ok(possible.includes(value), words);
    }
    return Math.min(keys, this.#sent);
  }

  /** The last of the first `count` writes that was of this key; −1: none. */
  #lastOf(key: number, count: number): number {
    if (count <= key) return -1;
    const { keys } = this.#options;
    return key + keys * Math.floor((count - 1 - key) / keys);
  }

  /** What write `number` leaves; undefined: it is a delete. */
  #valueOf(number: number): string | undefined {
    return number % 11 === 10 ? undefined : `${this.#options.label}${number}:${this.#filler}`;
  }

  #fill(): void {
    const { depth, keys, count } = this.#options;
    if (this.#isStopping || this.#refusal !== undefined) return this.#endIfDone();
    let commands = '';
    while (this.#sent - this.#acknowledged < depth && this.#sent < count) {
      const key = `${this.prefix}${this.#sent % keys}`;
      const value = this.#valueOf(this.#sent);
      commands += value === undefined ? `DEL ${key}\r\n` : bulks('SET', key, value);
      this.#sent += 1;
    }
    if (commands !== '') this.#socket.write(commands, 'latin1');
    if (this.#sent >= count) this.#isStopping = true;
    this.#endIfDone();
  }

  #onReplies(part: string): void {
    this.#text += part;
    for (;;) {
      const end = this.#text.indexOf('\r\n');
      if (end < 0) break;
      const reply = this.#text.slice(0, end);
      this.#text = this.#text.slice(end + 2);
      if (reply.startsWith('-')) this.#refusal ??= reply.slice(1);
      else if (this.#refusal === undefined) this.#acknowledged += 1;
      else assert.fail('a write was acknowledged after one was refused');
    }
    for (const { count, resolve } of this.#waits) if (this.#acknowledged >= count) resolve();
    this.#fill();
  }

  #endIfDone(): void {
    const isDone = this.#acknowledged === this.#sent || this.#refusal !== undefined;
    if ((this.#isStopping || this.#refusal !== undefined) && isDone) this.#socket.end();
  }
}

function bulks(...words: readonly string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`;
}
