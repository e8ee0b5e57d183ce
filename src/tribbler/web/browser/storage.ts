// What the browser keeps for us between visits. A browser may refuse (private windows, full disk); then nothing is kept, and nothing
// fails.

/** What was kept under `name`. */
export function recall(name: string): string | undefined {
  try {
    return localStorage.getItem(`tribbler.${name}`) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Keeps `value` under `name`, or with undefined nothing. */
export function keep(name: string, value: string | undefined): void {
  try {
    if (value === undefined) localStorage.removeItem(`tribbler.${name}`);
    else localStorage.setItem(`tribbler.${name}`, value);
  } catch {
    // Refused: see above.
  }
}
