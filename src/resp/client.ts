import type { ClientLimits } from '../core/limits.ts';
import type { Reply } from './reply.ts';

/** The server's side of one connection, as command handlers see it. */
export interface Client {
  /** Unique while the server lives; never reused. */
  readonly id: number;
  /**
   * Where the reply of the command goes that is being executed. Shared by all clients of a thread: do
   * not keep it, and write to it only while the handler runs. Later, there is `push`.
   */
  readonly reply: Reply;
  /** Chosen by HELLO; RESP2 until then. */
  protocol: 2 | 3;
  /** CLIENT SETNAME; empty until then. */
  name: string;
  /** CLIENT SETINFO; empty until then. */
  libraryName: string;
  libraryVersion: string;
  /** True from the start where the server asks for no password. */
  isAuthenticated: boolean;
  /** Waits for pushes: the client may stay silent for as long as it likes. */
  isListening: boolean;
  /** Nothing of this client is executed any more. */
  readonly isClosing: boolean;
  /** Address and port of the other end. */
  readonly remote: string;
  /** What it may use: less before it is authenticated. */
  readonly limits: ClientLimits;
  /** Sends what was replied, then closes; commands behind this one are not executed. */
  closeAfterReply(): void;
  /**
   * Writes pushes out of turn: `write` is called at once with a reply of the client's own, and what it
   * wrote leaves after the replies of the turn. A client that does not read its pushes is closed.
   */
  push(write: (reply: Reply) => void): void;
  /**
   * The command that is being executed writes no reply now, and nothing more of this client is executed before
   * `answer`: as with blocking commands of Redis. Other clients notice nothing. Requires: one of its commands is
   * being executed.
   */
  suspend(): void;
  /**
   * Writes the reply of the suspended command: `write` is called at once, and what it wrote leaves at the end of the
   * turn, in order with pushes and held back like them. Then execution goes on. Does nothing if the client is over.
   * May be called while commands, of this client or of others, are being executed. Requires: it is suspended.
   */
  answer(write: (reply: Reply) => void): void;
  /** As if just connected: RESET. */
  reset(): void;
  /** Called once when the connection is over, or is made new by RESET: drop what you keep for it. */
  onClosed(callback: () => void): void;
}
