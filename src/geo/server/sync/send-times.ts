import { geoLimits } from '../../../core/limits.ts';
import { inStep } from './step.ts';

const { syncIntervalMs, syncInStepMs, syncTenMs } = geoLimits;
const ten = 10;

/**
 * When the last messages to one peer left, and when the next one may.
 *
 * Messages that are a tenth of a second apart are ten in a second, but whoever is late once would be late for good: so one
 * that leaves in step may come sooner after a late one, as long as there are no more than ten in any second.
 *
 * Invariant: at most ten messages in any `syncTenMs` (A11, CMUD §5.1).
 */
export class SendTimes {
  /** The last ten, the oldest at `#next`. */
  readonly #times = new Float64Array(ten).fill(Number.NEGATIVE_INFINITY);
  #next = 0;

  get lastMs(): number {
    return this.#times[(this.#next + ten - 1) % ten] ?? Number.NEGATIVE_INFINITY;
  }

  add(nowMs: number): void {
    this.#times[this.#next] = nowMs;
    this.#next = (this.#next + 1) % ten;
  }

  /** When the next message may leave, and best does: in step if there is one. −Infinity before the first. */
  soonestMs(stepMs: number | undefined): number {
    const { lastMs } = this;
    const allowedMs = (this.#times[this.#next] ?? 0) + syncTenMs;
    const soonestMs = Math.max(lastMs + syncIntervalMs, allowedMs);
    if (stepMs === undefined || lastMs === Number.NEGATIVE_INFINITY) return soonestMs;
    return inStep(Math.max(lastMs + syncIntervalMs - syncInStepMs, allowedMs), {
      stepMs,
      soonestMs,
    });
  }
}
