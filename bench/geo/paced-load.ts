import { loadedKeys } from '../harness/redis-benchmark.ts';
import { okBytes, setCommand } from './keys.ts';
import { RawSocket } from './socket.ts';

const tickMs = 2;

export interface PacedLoadOptions {
  readonly port: number;
  /** SETs a second, of keys by chance. */
  readonly rate: number;
  /** SETs that are sent together. */
  readonly depth: number;
  readonly connections: number;
}

/** SETs at a rate, whatever the server makes of it: what it is late with it gets later, all of it. */
export class PacedLoad {
  readonly #options: PacedLoadOptions;
  readonly #sockets: readonly RawSocket[];
  readonly #timer: NodeJS.Timeout;
  readonly #startMs: number = performance.now();
  #sent = 0;
  #turn = 0;

  static async start(options: PacedLoadOptions): Promise<PacedLoad> {
    const { port, connections } = options;
    const opened = Array.from({ length: connections }, () => RawSocket.open(port));
    return new PacedLoad(options, await Promise.all(opened));
  }

  private constructor(options: PacedLoadOptions, sockets: readonly RawSocket[]) {
    this.#options = options;
    this.#sockets = sockets;
    this.#timer = setInterval(() => this.#tick(), tickMs);
  }

  /** Ends it, and says how many SETs a second were acknowledged. */
  async stop(): Promise<number> {
    clearInterval(this.#timer);
    for (const socket of this.#sockets) await socket.drain();
    const seconds = (performance.now() - this.#startMs) / 1_000;
    for (const socket of this.#sockets) socket.close();
    return this.#sent / seconds;
  }

  #tick(): void {
    const { rate, depth } = this.#options;
    const due = ((performance.now() - this.#startMs) / 1_000) * rate;
    while (this.#sent + depth <= due) {
      let commands = '';
      for (let index = 0; index < depth; index += 1) {
        commands += setCommand(Math.floor(Math.random() * loadedKeys));
      }
      this.#sockets[this.#turn]?.send(Buffer.from(commands, 'latin1'), depth * okBytes);
      this.#turn = (this.#turn + 1) % this.#sockets.length;
      this.#sent += depth;
    }
  }
}
