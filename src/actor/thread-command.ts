import type { ErrorCode } from '../core/errors.ts';
import type { ThreadCounters } from './counters.ts';
import type { GatewayRef } from './gateway.ts';

/**
 * What the threads of one system tell each other besides actors' messages: messages to counter 0, which no
 * actor has. They travel in the same batches, so that a start is never overtaken by a tell that follows it.
 */
export type ThreadCommand =
  | { type: 'start actor'; kind: string; counter: number }
  /** A batch for another system: thread 0 has the links. */
  | { type: 'forward'; address: string; lane: number; count: number; batch: Uint8Array }
  /** The system at `from` sent a malformed batch: thread 0 ends its link. */
  | { type: 'reject'; from: string; reason: string }
  | { type: 'report'; report: ThreadReport }
  | MailCommand
  /** The following are answered with their `id`. */
  | { type: 'start gateway'; id: number; kind: string; options: unknown }
  | { type: 'count'; id: number }
  | { type: 'inspect'; id: number }
  | { type: 'close'; id: number }
  | { type: 'answer'; id: number; answer: ThreadAnswer };

/** Mail for the gateway of number `to` on the thread that gets it. */
export interface MailCommand {
  readonly type: 'mail';
  readonly to: number;
  readonly from: GatewayRef;
  readonly mail: unknown;
}

export type ThreadAnswer =
  | { type: 'gateway started'; ready: unknown }
  | { type: 'gateway failed'; code: ErrorCode; message: string }
  | { type: 'counted'; counters: ThreadCounters }
  | { type: 'inspected'; gateways: readonly unknown[] }
  | { type: 'closed' };

/** An error on its way to the system's `onError`. */
export interface ThreadReport {
  readonly code: ErrorCode;
  readonly message: string;
  /** The stack of what was thrown, for people; empty if nothing was. */
  readonly stack: string;
  /** `uid()` of the actor concerned; empty if none is. */
  readonly actor: string;
}

/** The counter of a thread itself. */
export const threadCounter = 0;
