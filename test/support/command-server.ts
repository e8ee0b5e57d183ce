import type { Connection, HostPort, Listener } from '../../src/core/network.ts';
import type { Outside } from '../../src/core/outside.ts';
import { ReplyParser } from '../../src/resp/reply-parser.ts';
import type { ReplyValue } from '../../src/resp/reply-value.ts';

/** One client of a `CommandServer`, as the test sees it. */
export class CommandPeer {
  readonly commands: string[][] = [];
  /** Called when the connection is over. */
  onClosed: () => void = () => undefined;
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Sends text, each character a byte, or bytes. */
  send(...parts: readonly (string | Uint8Array)[]): void {
    const buffers = parts.map((part) =>
      typeof part === 'string' ? Buffer.from(part, 'latin1') : part,
    );
    this.#connection.write(Buffer.concat(buffers));
  }

  destroy(): void {
    this.#connection.destroy();
  }
}

/** Called for every command but HELLO, with its arguments as bytes and as text. */
export type OnCommand = (
  peer: CommandPeer,
  words: string[],
  command: readonly Uint8Array[],
) => void;

export const okReply = '+OK\r\n';
export const nilReply = '_\r\n';

/** `text` as a bulk string. */
export function bulk(text: string): string {
  return `$${Buffer.byteLength(text, 'latin1')}\r\n${text}\r\n`;
}

/**
 * A server for tests of clients: reads commands, answers HELLO, and leaves the rest to the test. Commands are
 * arrays of strings, so the parser of replies reads them.
 */
export class CommandServer {
  readonly peers: CommandPeer[] = [];
  /** Hears nothing, though it takes connections. */
  isDeaf = false;
  #listener: Listener | undefined;

  async listen(outside: Outside, at: HostPort, onCommand: OnCommand): Promise<void> {
    this.#listener = await outside.network.listen(at, {}, (connection) => {
      const peer = new CommandPeer(connection);
      this.peers.push(peer);
      const parser = new ReplyParser({
        onReply: (value) => {
          if (!this.isDeaf) answer(peer, value, onCommand);
        },
        onPush: () => undefined,
      });
      parser.strings = 'bytes';
      return {
        onData: (bytes, start, end) => {
          if (parser.push(bytes, start, end) !== undefined) connection.destroy();
        },
        onClose: () => peer.onClosed(),
      };
    });
  }

  get address(): HostPort | undefined {
    return this.#listener?.address;
  }

  get lastPeer(): CommandPeer | undefined {
    return this.peers.at(-1);
  }

  /** Every command that any peer sent, HELLO aside. */
  get commands(): string[][] {
    return this.peers.flatMap((peer) => peer.commands);
  }

  close(): void {
    void this.#listener?.close();
    for (const peer of this.peers) peer.destroy();
  }
}

function answer(peer: CommandPeer, value: ReplyValue, onCommand: OnCommand): void {
  const command = value as readonly Uint8Array[];
  const words = command.map((word) => Buffer.from(word).toString('utf8'));
  if (words[0] === 'HELLO') {
    peer.send('%2\r\n', bulk('server'), bulk('redis'), bulk('proto'), ':3\r\n');
    return;
  }
  peer.commands.push(words);
  onCommand(peer, words, command);
}
