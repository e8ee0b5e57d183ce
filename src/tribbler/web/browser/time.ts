/** Calendar time, in milliseconds since 1970. */
export function nowMs(): number {
  return Date.now();
}

/** RFC 3339, as the API has times, as milliseconds since 1970. */
export function parseTime(time: string): number {
  return Date.parse(time);
}

/** Milliseconds since 1970 as RFC 3339. */
export function formatTime(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

/** Calls `act` once, later; the function that it gives takes that back. */
export function later(delayMs: number, act: () => void): () => void {
  const timer = window.setTimeout(act, delayMs);
  return () => window.clearTimeout(timer);
}

/** Calls `act` every so often while the page can be seen, and when it is seen again. */
export function everyWhileSeen(intervalMs: number, act: () => void): void {
  const actIfSeen = (): void => {
    if (document.visibilityState === 'visible') act();
  };
  window.setInterval(actIfSeen, intervalMs);
  document.addEventListener('visibilitychange', actIfSeen);
}

/** Calls `act` when the page is about to go. */
export function onLeave(act: () => void): void {
  window.addEventListener('pagehide', act);
}
