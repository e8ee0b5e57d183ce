import assert from 'node:assert/strict';
import type { Outside } from '../../src/core/outside.ts';
import { CommandWriter, type CommandArgument } from '../../src/resp/command-writer.ts';
import { ReplyParser } from '../../src/resp/reply-parser.ts';
import type { ReplyValue } from '../../src/resp/reply-value.ts';
import { Simulation } from '../../src/sim/simulation.ts';
import { FakeNetwork, type FakeConnection } from './fake-network.ts';
import {
  listenInMemory,
  type MemoryServer,
  type MemoryServerOptions,
} from './memory-resp-server.ts';

/** A RESP server in memory on simulated time, and whoever dials it. */
export class RespWorld {
  readonly simulation: Simulation = new Simulation({ seed: 1 });
  readonly network: FakeNetwork = new FakeNetwork();
  readonly warnings: string[] = [];
  readonly outside: Pick<Outside, 'clock' | 'timers' | 'network' | 'log'>;

  constructor() {
    const { clock, timers } = this.simulation.node('server').outside;
    const warn = (event: string, fields?: unknown): void => {
      this.warnings.push(`${event} ${JSON.stringify(fields)}`);
    };
    const log = { info: () => {}, warn, error: () => {} };
    this.outside = { clock, timers, network: this.network, log };
  }

  listen(options?: MemoryServerOptions): Promise<MemoryServer> {
    return listenInMemory(this.outside, options);
  }

  dial(host?: string): RespPeer {
    return new RespPeer(this.network.dial(host));
  }
}

/** A client of the world's server, as a test plays it. */
export class RespPeer {
  readonly connection: FakeConnection;
  readonly pushes: (readonly ReplyValue[])[] = [];
  #replies: ReplyValue[] = [];
  readonly #writer: CommandWriter = new CommandWriter();
  readonly #parser: ReplyParser;

  constructor(connection: FakeConnection) {
    this.connection = connection;
    this.#parser = new ReplyParser({
      onReply: (value) => void this.#replies.push(value),
      onPush: (values) => void this.pushes.push(values),
    });
  }

  /** Sends one command and gives its reply. */
  ask(...words: readonly CommandArgument[]): ReplyValue {
    this.#writer.command(...words);
    this.#writer.flushTo({
      write: (bytes) => {
        this.connection.receive(bytes);
        return true;
      },
    });
    const replies = this.takeReplies();
    assert.equal(replies.length, 1, `${String(words[0])} got ${replies.length} replies`);
    return replies[0] ?? null;
  }

  /** What the server has sent since the last call. */
  takeReplies(): ReplyValue[] {
    const bytes = Buffer.from(this.connection.takeSent(), 'latin1');
    const fault = this.#parser.push(bytes, 0, bytes.length);
    assert.equal(fault, undefined);
    const replies = this.#replies;
    this.#replies = [];
    return replies;
  }
}

/** Words as clients send them. */
export function encode(...words: readonly string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`;
}
