import assert from 'node:assert/strict';
import { once } from 'node:events';

import { AtollProcess } from './atoll.ts';

/** A server of `atoll` in a process of its own, that can be killed and started again as it was. */
export class ServerProcess<Ready> {
  readonly ready: Ready;
  readonly #atoll: AtollProcess;
  readonly #words: readonly string[];

  static async start<Ready>(words: readonly string[]): Promise<ServerProcess<Ready>> {
    const atoll = new AtollProcess([...words, '--json']);
    await Promise.race([atoll.said('stdout', '\n'), once(atoll.child, 'close')]);
    assert.ok(atoll.stdout.includes('\n'), `${words.join(' ')}: ${atoll.stderr}`);
    return new ServerProcess<Ready>(atoll, words, JSON.parse(atoll.stdout) as Ready);
  }

  private constructor(atoll: AtollProcess, words: readonly string[], ready: Ready) {
    this.#atoll = atoll;
    this.#words = words;
    this.ready = ready;
  }

  async kill(): Promise<void> {
    this.#atoll.child.kill('SIGKILL');
    await this.#atoll.end();
  }

  async stop(): Promise<void> {
    this.#atoll.child.kill('SIGTERM');
    await this.#atoll.end();
  }

  /** Starts it again with the same words. Requires: it has ended, and its ports were chosen. */
  restart(): Promise<ServerProcess<Ready>> {
    return ServerProcess.start<Ready>(this.#words);
  }
}
