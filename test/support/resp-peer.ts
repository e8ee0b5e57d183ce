import type { Connection, HostPort } from '../../src/core/network.ts';
import { CommandWriter, type CommandArgument } from '../../src/resp/command-writer.ts';
import { ReplyParser } from '../../src/resp/reply-parser.ts';
import { ReplyError, type ReplyValue } from '../../src/resp/reply-value.ts';
import type { Simulation } from '../../src/sim/simulation.ts';

/** A client that waits for each answer. Strings are latin1, a character for each byte. */
export class RespPeer {
  /** What was pushed so far. */
  readonly pushes: ReplyValue[] = [];
  isClosed = false;
  readonly #simulation: Simulation;
  readonly #connection: Connection;
  readonly #writer = new CommandWriter();
  readonly #replies: ReplyValue[] = [];

  constructor(simulation: Simulation, at: HostPort, app = 'app') {
    this.#simulation = simulation;
    const parser = new ReplyParser({
      onReply: (value) => this.#replies.push(plain(value)),
      onPush: (values) => this.pushes.push(plain(values)),
    });
    parser.strings = 'bytes';
    const { network } = simulation.node(app).outside;
    this.#connection = network.connect(
      at,
      {},
      {
        onData: (bytes, start, end) => void parser.push(bytes, start, end),
        onClose: () => (this.isClosed = true),
      },
    );
  }

  /** Asks and waits. Errors come as `-CODE message`, nil as null, maps as objects. */
  async ask(...parts: readonly CommandArgument[]): Promise<ReplyValue> {
    const [reply = null] = await this.askAll([parts]);
    return reply;
  }

  /** Sends all at once, then waits for all. A part that is a string is latin1. */
  async askAll(commands: readonly (readonly CommandArgument[])[]): Promise<readonly ReplyValue[]> {
    this.send(...commands);
    await this.#simulation.reach(
      'an answer to each command',
      () => this.isClosed || this.#replies.length >= commands.length,
    );
    return this.#replies.splice(0);
  }

  /** Sends all at once and waits for nothing: `takeReplies` gives what came. */
  send(...commands: readonly (readonly CommandArgument[])[]): void {
    for (const parts of commands) {
      const bytes = parts.map((part) => {
        return typeof part === 'string' ? Buffer.from(part, 'latin1') : part;
      });
      this.#writer.command(...bytes);
    }
    this.#writer.flushTo(this.#connection);
  }

  /** Replies that came and that nobody waited for. */
  takeReplies(): readonly ReplyValue[] {
    return this.#replies.splice(0);
  }

  /** A line as one types it: words between spaces. */
  say(line: string): Promise<ReplyValue> {
    return this.ask(...line.split(' '));
  }

  /** `say` for an answer that is one text. */
  async sayText(line: string): Promise<string> {
    const reply = await this.say(line);
    if (typeof reply !== 'string') throw new Error(`${line}: expected a text`);
    return reply;
  }

  close(): void {
    this.#connection.end();
  }
}

function plain(value: ReplyValue): ReplyValue {
  if (value instanceof ReplyError) return `-${value.code} ${value.message}`;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
  if (isMap(value)) return [...value].flatMap(([key, each]) => [plain(key), plain(each)]);
  if (Array.isArray(value)) return value.map((each: ReplyValue) => plain(each));
  return value;
}

function isMap(value: ReplyValue): value is ReadonlyMap<ReplyValue, ReplyValue> {
  return value instanceof Map;
}
