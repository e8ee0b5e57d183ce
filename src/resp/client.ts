import type { Reply } from './reply.ts';

/** The server's side of one connection, as command handlers see it. */
export interface Client {
  /** Unique while the server lives; never reused. */
  readonly id: number;
  readonly reply: Reply;
  /** Chosen by HELLO; RESP2 until then. */
  protocol: 2 | 3;
  /** CLIENT SETNAME; empty until then. */
  name: string;
  readonly remote: string;
  /** Sends what was replied, then closes; commands behind this one are not executed. */
  closeAfterReply(): void;
  /** Writes pushes out of turn: call, write with `reply.push`, and they leave soon. */
  push(write: (reply: Reply) => void): void;
  /** Called once when the connection is over. */
  onClosed(callback: () => void): void;
}
