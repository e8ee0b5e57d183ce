/** Calls back later. The three kinds differ in who goes first; nothing else may be assumed. */
export interface Timers {
  /** Calls `callback` once, no earlier than `delayMs` (≥ 0) of monotonic time from now. */
  setTimer(delayMs: number, callback: () => void): Timer;
  /** Calls `callback` when the running callback has returned, before any I/O or timer. In order. */
  microtask(callback: () => void): void;
  /** Calls `callback` after pending I/O and due timers had their turn. In order. */
  nextTurn(callback: () => void): void;
}

export interface Timer {
  /** The callback is not called any more. Does nothing after it was called or cancelled. */
  cancel(): void;
}
