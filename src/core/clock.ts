/**
 * Reads time. Two clocks, because the calendar jumps: an operator sets it, a leap second smears it, a
 * virtual machine wakes up. Durations and deadlines use `monotonicMs`; only stamps that people or
 * other machines read use `wallMs`.
 */
export interface Clock {
  /** Whole milliseconds since 1970-01-01 UTC. May jump forwards and backwards. */
  wallMs(): number;
  /** Milliseconds with fraction since some fixed moment, the same for all threads of a process. Never goes back. */
  monotonicMs(): number;
}
