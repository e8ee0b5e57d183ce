/** Messages told at once. */
export const burst = 100;

/** Runs `work` with so many bursts that it takes about so long; gives messages a second. */
export async function repeat(
  seconds: number,
  work: (bursts: number) => Promise<void>,
): Promise<number> {
  let bursts = 100;
  for (;;) {
    const startedMs = performance.now();
    await work(bursts);
    const tookMs = performance.now() - startedMs;
    if (tookMs >= seconds * 700) return (bursts * burst * 1_000) / tookMs;
    bursts = Math.ceil(bursts * Math.min(10, (seconds * 1_000) / Math.max(tookMs, 1)));
  }
}
