/** What the way from one host to another is like. The way back is another link. */
export interface LinkConditions {
  readonly latencyMs: number;
  /** On top of the latency, up to this much at random. */
  readonly jitterMs: number;
  readonly bytesPerSecond: number;
  /** The probability that a segment resets its connection. */
  readonly resetChance: number;
}

export const localConditions: LinkConditions = {
  latencyMs: 0.02,
  jitterMs: 0.01,
  bytesPerSecond: Infinity,
  resetChance: 0,
};

export const defaultConditions: LinkConditions = {
  latencyMs: 0.5,
  jitterMs: 0.5,
  bytesPerSecond: Infinity,
  resetChance: 0,
};

/** The way from one host to another, shared by all streams that take it. */
export class SimLink {
  conditions: LinkConditions;
  /** Nothing passes. What is under way waits, as if sent again and again, until the link is whole. */
  isCut = false;
  #freeAtMs = 0;

  constructor(conditions: LinkConditions) {
    this.conditions = conditions;
  }

  /** When the last of `bytes` that are sent now, behind everything sent before, has left. */
  departureMs(bytes: number, nowMs: number): number {
    const { bytesPerSecond } = this.conditions;
    if (bytesPerSecond === Infinity) return nowMs;
    this.#freeAtMs = Math.max(this.#freeAtMs, nowMs) + (bytes * 1000) / bytesPerSecond;
    return this.#freeAtMs;
  }

  /** How long something takes that was sent now; `fraction` is at random. */
  travelMs(fraction: number): number {
    return this.conditions.latencyMs + this.conditions.jitterMs * fraction;
  }
}
