import { connect, type Libstore } from '../../src/ring.ts';

/**
 * A client that appends numbered items to a list through a Libstore, one after another, and goes on while its server is killed
 * and comes back: what the Libstore does not know, it asks again.
 */
export class ListAppender {
  readonly key: string;
  readonly #store: Libstore;
  #acknowledged = 0;
  /** What was answered wrongly: an item that nobody else appends cannot have been there. */
  #doubled = 0;
  #isStopping = false;
  readonly #ended: Promise<void>;

  static async start(ring: string, key: string): Promise<ListAppender> {
    return new ListAppender(await connect({ ring, timeoutMs: 30_000 }), key);
  }

  private constructor(store: Libstore, key: string) {
    this.#store = store;
    this.key = key;
    this.#ended = this.#append();
  }

  get acknowledged(): number {
    return this.#acknowledged;
  }

  get doubled(): number {
    return this.#doubled;
  }

  /** The items that were acknowledged, in their order. */
  get items(): readonly string[] {
    return Array.from({ length: this.#acknowledged }, (_, index) => `item ${index}`);
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    try {
      await this.#ended;
    } finally {
      await this.#store.close();
    }
  }

  async #append(): Promise<void> {
    while (!this.#isStopping) {
      const isNew = await this.#store.appendToList(this.key, `item ${this.#acknowledged}`);
      if (!isNew) this.#doubled += 1;
      this.#acknowledged += 1;
    }
  }
}
