import type { ClientLimits } from '../core/limits.ts';

/** What a client's deadline depends on besides what it did. */
export interface DeadlineFacts {
  readonly limits: ClientLimits;
  readonly isClosing: boolean;
  readonly isListening: boolean;
  readonly isAuthenticated: boolean;
}

/** Until when a client had to wait for us; its own time runs from then. −∞: it had not to. */
export interface ServerWait {
  /** For replies that were held back. */
  readonly answeredMs: number;
  /** For the end of a blockade. */
  readonly servedMs: number;
}

/** What one client did last, and when it is to be closed if it does nothing more. */
export class ClientDeadline {
  readonly openedMs: number;
  lastCommandMs: number;
  hasCommand = false;
  unauthenticatedSinceMs: number;
  closingSinceMs = 0;

  constructor(nowMs: number) {
    this.openedMs = nowMs;
    this.lastCommandMs = nowMs;
    this.unauthenticatedSinceMs = nowMs;
  }

  /** When the connection is to be closed if nothing happens until then. */
  deadlineMs(client: DeadlineFacts, { answeredMs, servedMs }: ServerWait): number {
    const { firstCommandMs, idleMs } = client.limits;
    if (client.isClosing) return Math.max(this.closingSinceMs, answeredMs) + firstCommandMs;
    let deadlineMs = Math.max(this.lastCommandMs, answeredMs, servedMs) + idleMs;
    if (client.isListening) deadlineMs = Infinity;
    if (!this.hasCommand) {
      deadlineMs = Math.min(deadlineMs, Math.max(this.openedMs, servedMs) + firstCommandMs);
    }
    if (!client.isAuthenticated) {
      // Also if replies are held: it could keep that up for ever, by sending more.
      const sinceMs = Math.max(this.unauthenticatedSinceMs, servedMs);
      deadlineMs = Math.min(deadlineMs, sinceMs + idleMs);
    }
    return deadlineMs;
  }
}
