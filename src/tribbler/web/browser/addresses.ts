/** What the history keeps of an entry: its number, by which the place where it was read is found again. */
interface EntryState {
  readonly entry: number;
}

/** How the reader came to an address. */
export type Arrival = 'start' | 'followed' | 'returned';

/**
 * The address line and the way back. We put the reader back to where they were ourselves: the browser would try it before the page is
 * drawn.
 */
export class Addresses {
  readonly #tell: (path: string, query: string, arrival: Arrival) => void;
  readonly #scrollByEntry: Map<number, number> = new Map();
  #entry = 0;

  constructor(tell: (path: string, query: string, arrival: Arrival) => void) {
    this.#tell = tell;
  }

  /** Starts to listen, and tells where we are. */
  start(): void {
    history.scrollRestoration = 'manual';
    history.replaceState({ entry: this.#entry } satisfies EntryState, '');
    window.addEventListener('popstate', (event) => {
      this.#scrollByEntry.set(this.#entry, window.scrollY);
      this.#entry = (event.state as EntryState | null)?.entry ?? 0;
      this.#tell(location.pathname, location.search, 'returned');
    });
    document.addEventListener('click', (event) => this.#followLink(event));
    this.#tell(location.pathname, location.search, 'start');
  }

  /** Goes to an address of ours. */
  go(address: string): void {
    this.#scrollByEntry.set(this.#entry, window.scrollY);
    this.#entry = Math.max(this.#entry, ...this.#scrollByEntry.keys()) + 1;
    history.pushState({ entry: this.#entry } satisfies EntryState, '', address);
    this.#tell(location.pathname, location.search, 'followed');
  }

  /** Changes the address without going anywhere. */
  rename(address: string): void {
    history.replaceState({ entry: this.#entry } satisfies EntryState, '', address);
  }

  /** Puts the reader where this entry of the history was left. */
  restoreScroll(): void {
    window.scrollTo({ top: this.#scrollByEntry.get(this.#entry) ?? 0, behavior: 'instant' });
  }

  /** Links within the page lead on without loading it anew; all that the reader asks otherwise is left to the browser. */
  #followLink(event: MouseEvent): void {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    if (link === null || link.target !== '' || link.origin !== location.origin) return;
    if (link.getAttribute('href')?.startsWith('#') === true) return;
    event.preventDefault();
    this.go(link.pathname + link.search);
  }
}
