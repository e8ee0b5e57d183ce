/** What servers tell each other of a server. */
export interface MemberCard {
  /** Drawn when its data folder was made, and kept for as long as that is. */
  readonly id: string;
  /** Which of its lives; each start counts one up. */
  readonly incarnation: number;
  /** Where its actor system listens: `host:port`. */
  readonly at: string;
  /** It keeps everything in memory: its data ends with its life, and it comes back under another id. */
  readonly isVolatile: boolean;
  /** It was away for too long, or an operator forgot it: nobody waits for it, and what it knows is not taken back. */
  readonly isRemoved: boolean;
}

/**
 * Which servers the cluster has: a set that only grows and knows the newest life of each. Any two servers that exchange what
 * they know agree, in whatever order they hear of others.
 *
 * A server that is away stays a member: tombstones wait for it. A removed one stays removed under its id, or servers that hear
 * of the removal in different orders would not agree; it comes back as a new server.
 */
export class Members {
  readonly #cards: Map<string, MemberCard> = new Map();

  /** Takes note; whether that was news. */
  add(card: MemberCard): boolean {
    const known = this.#cards.get(card.id);
    const merged = known === undefined ? card : mergeCards(known, card);
    if (known !== undefined && isSameCard(known, merged)) return false;
    this.#cards.set(card.id, merged);
    return true;
  }

  /** Nobody waits for it any more; whether it was a member. */
  remove(id: string): boolean {
    const known = this.#cards.get(id);
    return known !== undefined && this.add({ ...known, isRemoved: true });
  }

  /**
   * The server of this card speaks from its address itself: a volatile one that was there has ended, with all it had, since two
   * do not listen at one address. The ids of those.
   */
  endedBy({ id, at }: MemberCard): string[] {
    return this.present()
      .filter((other) => other.id !== id && other.at === at && other.isVolatile)
      .map((other) => other.id);
  }

  find(id: string): MemberCard | undefined {
    return this.#cards.get(id);
  }

  /** All that were ever heard of, the removed ones too. */
  cards(): MemberCard[] {
    return [...this.#cards.values()];
  }

  /** Those that count. */
  present(): MemberCard[] {
    return this.cards().filter(({ isRemoved }) => !isRemoved);
  }
}

function mergeCards(one: MemberCard, other: MemberCard): MemberCard {
  const isNewer =
    other.incarnation > one.incarnation ||
    (other.incarnation === one.incarnation && other.at > one.at);
  return { ...(isNewer ? other : one), isRemoved: one.isRemoved || other.isRemoved };
}

function isSameCard(one: MemberCard, other: MemberCard): boolean {
  return (
    one.incarnation === other.incarnation &&
    one.at === other.at &&
    one.isRemoved === other.isRemoved
  );
}
