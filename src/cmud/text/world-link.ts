import type { Outside } from '../../core/outside.ts';
import { cmudLimits } from '../../core/limits.ts';
import type { Timer } from '../../core/timers.ts';
import type { GeoStore } from '../../geo/client/geo-store.ts';
import { gameLimits } from '../rules/game-limits.ts';
import type { Happening } from '../rules/happening.ts';
import { onlineKey, onlinePrefix, parseKey, playersPrefix, problemsPrefix } from '../rules/keys.ts';
import { bePresent, settle } from '../rules/moves.ts';
import type { Seat, Write } from '../rules/moves.ts';
import type { Activity } from '../rules/values.ts';
import { World } from '../rules/world.ts';
import { Mirror } from './mirror.ts';
import type { Arrival } from './mirror.ts';
import { Outbox } from './outbox.ts';

export interface WorldLinkOptions {
  readonly store: GeoStore;
  readonly outside: Pick<Outside, 'clock' | 'timers'>;
  readonly seat: Seat;
  /** `isOwn`: this client did it, and its player has been or will be told in other words. */
  readonly onHappening: (happening: Happening, isOwn: boolean) => void;
  readonly onLost: (fault: unknown) => void;
  readonly onBack: () => void;
}

/**
 * Keeps the view and the store together: what others put comes into the view, what this client does goes
 * into the view at once and into the store until it is kept.
 *
 * Invariant: keys with this client's own id are never read from the store. A replica may lag behind what
 * was put through another one, and a total that went back would take coins away. When the store says
 * something else about such a key, it is told the total again.
 */
export class WorldLink {
  readonly world: World = new World();
  readonly outbox: Outbox;
  readonly #options: WorldLinkOptions;
  readonly #mirrors: readonly Mirror[];
  #activity: Activity = 'idle';
  #beat: Timer | undefined;
  #heal: Timer | undefined;
  readonly #toHeal: Set<string> = new Set();

  constructor(options: WorldLinkOptions) {
    this.#options = options;
    const { store, onLost, onBack } = options;
    const { timers } = options.outside;
    this.outbox = new Outbox({ store, timers, onLost, onBack });
    this.#mirrors = [playersPrefix, problemsPrefix, onlinePrefix].map(
      (prefix) =>
        new Mirror({
          store,
          timers,
          prefix,
          onPair: (key, value, arrival) => this.#onPair(key, value, arrival),
          onGone: (key) => this.#onGone(key),
          onRelisted: (keys) => this.#onRelisted(prefix, keys),
        }),
    );
  }

  /** Resolves when the world was seen once. Rejects with the store's fault if it cannot be. */
  async open(): Promise<void> {
    await Promise.all(this.#mirrors.map((mirror) => mirror.start()));
  }

  /** From now on the others see this player. */
  appear(): void {
    this.#bePresent();
    this.#beatLater();
  }

  setActivity(activity: Activity): void {
    this.#activity = activity;
    this.#bePresent();
  }

  /** Takes what this client does into the view at once; resolves when the store has all of it. */
  async write(writes: readonly Write[]): Promise<void> {
    this.#applyOwn(writes);
    await Promise.all(writes.map((write) => this.outbox.put(write)));
  }

  /** Writes what follows from the facts: solved rounds, the player's promotions. See `settle` of the rules. */
  settle(isEager: boolean): void {
    const { seat, outside } = this.#options;
    // A promotion leads to another problem, in which there may be something to settle: as often as ranks.
    for (let again = 0; again < 12; again++) {
      const writes = settle(this.world, seat.name, outside.clock.wallMs(), isEager);
      if (writes.length === 0) return;
      void this.write(writes); // Kept by the outbox, however long it takes.
    }
  }

  /** Forgets who was not heard of for too long. */
  expire(): void {
    const gone = this.world.online.expire(this.#options.outside.clock.monotonicMs());
    for (const happening of gone) this.#options.onHappening(happening, false);
  }

  /** Leaves the world: waits a little until all is kept. False if some of it is not. */
  async leave(): Promise<boolean> {
    const { store, seat } = this.#options;
    this.#beat?.cancel();
    this.#heal?.cancel();
    await Promise.all(this.#mirrors.map((mirror) => mirror.close()));
    const isKept = await this.outbox.drain(cmudLimits.goodbyeMs);
    this.outbox.close();
    // Without it the presence ends by itself half a minute later.
    if (isKept) {
      const key = onlineKey(seat.name, seat.writer);
      await store.delete(key, { timeoutMs: cmudLimits.goodbyeMs }).catch(() => false);
    }
    return isKept;
  }

  #applyOwn(writes: readonly Write[]): void {
    const nowMs = this.#options.outside.clock.monotonicMs();
    for (const { key, value } of writes) {
      for (const happening of this.world.apply(key, value, nowMs)) {
        this.#options.onHappening(happening, true);
      }
    }
  }

  #onPair(key: string, value: string, arrival: Arrival): void {
    const own = this.#ownKind(key);
    if (own !== undefined) {
      if (own !== 'online' && this.outbox.differs(key, value)) this.#healSoon(key);
      return;
    }
    const { clock } = this.#options.outside;
    const happenings = this.world.apply(key, value, clock.monotonicMs());
    this.#handle(happenings, arrival);
  }

  #onGone(key: string): void {
    if (this.#ownKind(key) !== undefined) {
      if (this.outbox.differs(key, undefined)) this.#healSoon(key);
      return;
    }
    this.#handle(this.world.remove(key), 'news');
  }

  /** What was there at login is no news; of what was missed only the great things are. */
  #handle(happenings: readonly Happening[], arrival: Arrival): void {
    for (const happening of happenings) {
      const isGreat = happening.kind === 'solved' || happening.kind === 'promoted';
      if (arrival === 'news' || (arrival === 'missed' && isGreat)) {
        this.#options.onHappening(happening, false);
      }
    }
    const matters = happenings.some(({ kind }) => kind === 'hit' || kind === 'solved');
    if (matters && arrival !== 'found') this.settle(false);
  }

  /** What this client put and the store has lost, it is told again. */
  #onRelisted(prefix: string, keys: ReadonlySet<string>): void {
    for (const key of this.outbox.keptKeys) {
      if (key.startsWith(prefix) && !keys.has(key)) this.outbox.putAgain(key);
    }
  }

  /** Of a key with this client's id: what it is. */
  #ownKind(key: string): 'ledger' | 'damage' | 'online' | undefined {
    const parsed = parseKey(key);
    if (parsed === undefined || !('writer' in parsed) || parsed.kind === 'chat') return undefined;
    const { name, writer } = this.#options.seat;
    return parsed.name === name && parsed.writer === writer ? parsed.kind : undefined;
  }

  /** Not at once: whoever writes our key again and again must not make us do the same. */
  #healSoon(key: string): void {
    this.#toHeal.add(key);
    this.#heal ??= this.#options.outside.timers.setTimer(cmudLimits.healMs, () => {
      this.#heal = undefined;
      for (const one of this.#toHeal) this.outbox.putAgain(one);
      this.#toHeal.clear();
    });
  }

  #bePresent(): void {
    void this.write([bePresent(this.#options.seat, this.#activity)]); // Its failure is a retry.
  }

  #beatLater(): void {
    this.#beat = this.#options.outside.timers.setTimer(gameLimits.presenceRefreshMs, () => {
      this.#bePresent();
      this.expire();
      this.#beatLater();
    });
  }
}
