import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';

/**
 * Resolves when `holds` does, with how long that took: for what no event tells. Asked again and again; fails after
 * `deadlineMs` with what it was about and what `holds` said last.
 */
export async function until(
  what: string,
  deadlineMs: number,
  holds: () => Promise<boolean | string> | boolean | string,
): Promise<number> {
  const beganMs = performance.now();
  for (;;) {
    const outcome = await holds();
    const tookMs = performance.now() - beganMs;
    if (outcome === true) return Math.round(tookMs);
    const words = outcome === false ? '' : `: ${outcome}`;
    assert.ok(tookMs < deadlineMs, `${what}: not within ${deadlineMs} ms${words}`);
    await wait(20);
  }
}
