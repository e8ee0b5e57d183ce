/** Who follows whom among those who listen: for each user that is followed, the listeners. Users without any are forgotten. */
export class FollowIndex<Listener> {
  readonly #listeners: Map<string, Set<Listener>> = new Map();

  /** All users that somebody follows. */
  get users(): readonly string[] {
    return [...this.#listeners.keys()];
  }

  has(user: string): boolean {
    return this.#listeners.has(user);
  }

  listenersOf(user: string): Iterable<Listener> {
    return this.#listeners.get(user) ?? [];
  }

  /** The listener follows these users now, and those no more. */
  move(listener: Listener, before: ReadonlySet<string>, now: ReadonlySet<string>): void {
    for (const user of before) if (!now.has(user)) this.#remove(listener, user);
    for (const user of now) {
      const listeners = this.#listeners.get(user) ?? new Set();
      this.#listeners.set(user, listeners.add(listener));
    }
  }

  #remove(listener: Listener, user: string): void {
    const listeners = this.#listeners.get(user);
    listeners?.delete(listener);
    if (listeners?.size === 0) this.#listeners.delete(user);
  }
}
