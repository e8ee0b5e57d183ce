import { geoLimits } from '../../../core/limits.ts';

const { syncPeriodMs, syncInStepMs, syncStepMs } = geoLimits;
/** Who has sent nothing for so long has no step. */
const rememberedMs = 4 * syncPeriodMs;

/**
 * When in the course of a period messages to a peer leave while there is always something to tell.
 *
 * A change passes three waits of up to a tenth of a second: from a query actor to the remote-sync actor, to the other server, and
 * there to the query actors. Left to themselves these are where chance put them, and the longest way takes all three.
 * In step there is one: all query actors of a server tell at the same moment, and a remote-sync actor passes
 * on shortly after what it passes on has come (`passOnBehind`).
 *
 * `stepMs` is the moment within the period, by a clock that is the same for all actors of a server. What may leave from `allowedMs` on,
 * and would at `soonestMs`, leaves at its moment if that is near, and at `soonestMs` otherwise: then it is nearer the next time, since
 * a period is a little longer than the interval between two messages.
 */
export function inStep(
  allowedMs: number,
  { stepMs, soonestMs }: { readonly stepMs: number; readonly soonestMs: number },
): number {
  const behindMs = (allowedMs - stepMs) % syncPeriodMs;
  const dueMs = allowedMs + (behindMs > 0 ? syncPeriodMs - behindMs : -behindMs);
  return dueMs <= soonestMs + syncInStepMs ? dueMs : soonestMs;
}

/**
 * What `sources` send, each in a step of its own, is passed on to `targets` shortly behind that one of them after whom nothing comes for
 * longest. With sources in one step there is no wait, with two steps half a period at most.
 */
export function passOnBehind(
  sources: Iterable<{ readonly heardMs: number }>,
  targets: Iterable<{ stepMs: number | undefined }>,
  nowMs: number,
): void {
  const stepMs = stepBehind(
    Array.from(sources, ({ heardMs }) => heardMs),
    nowMs,
  );
  for (const target of targets) target.stepMs = stepMs;
}

/** The moment of the period shortly behind the one of `heardMs` that is followed by the longest silence. */
export function stepBehind(heardMs: readonly number[], nowMs: number): number {
  const steps = heardMs
    .filter((atMs) => nowMs - atMs < rememberedMs)
    .map((atMs) => atMs % syncPeriodMs)
    .toSorted((a, b) => a - b);
  const first = steps[0] ?? 0;
  let best = { stepMs: first, quietMs: Number.NEGATIVE_INFINITY };
  for (const [at, stepMs] of steps.entries()) {
    const quietMs = (steps[at + 1] ?? first + syncPeriodMs) - stepMs;
    if (quietMs > best.quietMs) best = { stepMs, quietMs };
  }
  return (best.stepMs + syncStepMs) % syncPeriodMs;
}
