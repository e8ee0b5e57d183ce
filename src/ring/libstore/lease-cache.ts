import { ringLimits } from '../../core/limits.ts';
import type { QueryTimes } from './query-counter.ts';

/** What a node said about a key, and for how long. */
export interface Grant {
  readonly leaseId: number;
  /** By the monotonic clock, from the moment of sending. */
  readonly expiresMs: number;
  /** A value, or the items of a list; undefined: there is none. */
  readonly content: string | readonly string[] | undefined;
  /** Of a list: how many of the newest items were asked for; `Infinity`: all. Undefined: a value was. */
  readonly newest: number | undefined;
  /** The connection that carried it. */
  readonly source: object;
  readonly times: QueryTimes;
}

/** A copy of what a key holds. */
export interface Copy extends Grant {
  readonly bytes: number;
  /** Whether the cache has it: only then it may be used. */
  isKept: boolean;
}

/** A request for a lease that is under way. */
export interface Asking {
  readonly key: string;
  /** As of `Grant`. */
  readonly newest: number | undefined;
  /** Who waits for its end, since the copy that it may bring would do as well. */
  readonly joined: (() => void)[];
  /** This client wrote the key after it asked. */
  isSpoiled: boolean;
  /** Leases of the key up to this id are revoked. */
  revokedId: number;
}

export interface CacheBounds {
  readonly entriesMax: number;
  readonly bytesMax: number;
}

const defaultBounds: CacheBounds = {
  entriesMax: ringLimits.cacheEntriesMax,
  bytesMax: ringLimits.cacheBytesMax,
};

/** What a copy costs besides its text: entries of maps, objects. */
const copyBytes = 200;

/**
 * The copies that this client holds leases for: `docs/design/leases.md`, "The client".
 *
 * Invariant: no copy is older than a write of its key that this client has sent, or than a revocation it has seen.
 * Copies stand in the order of their grants, so those that end first are first.
 */
export class LeaseCache {
  readonly #bounds: CacheBounds;
  readonly #copies: Map<string, Copy> = new Map();
  readonly #asking: Map<string, Set<Asking>> = new Map();
  #bytes = 0;

  constructor(bounds: CacheBounds = defaultBounds) {
    this.#bounds = bounds;
  }

  get size(): number {
    return this.#copies.size;
  }

  /** The copy of a key, whatever it is of, if it may be used at `nowMs`. */
  find(key: string, nowMs: number): Copy | undefined {
    const copy = this.#copies.get(key);
    return copy !== undefined && nowMs < copy.expiresMs ? copy : undefined;
  }

  /** The copy of a value, if it may be used at `nowMs`. */
  value(key: string, nowMs: number): Copy | undefined {
    const copy = this.find(key, nowMs);
    if (copy === undefined || copy.newest !== undefined) return undefined;
    copy.times.note(nowMs);
    return copy;
  }

  /** The copy of a value, or of a list if `newest` is given, for a query that was counted when it was asked. */
  copy(key: string, newest: number | undefined, nowMs: number): Copy | undefined {
    const copy = this.find(key, nowMs);
    if (newest !== undefined) return hasNewest(copy, newest) ? copy : undefined;
    return copy?.newest === undefined ? copy : undefined;
  }

  /**
   * The copy of a list, if it may be used at `nowMs` and holds the `newest` items. `before` is the copy that was found the last time:
   * while it is kept it is the one, and the key need not be looked up.
   */
  list(key: string, newest: number, nowMs: number, before?: Copy): Copy | undefined {
    const isSame = before?.isKept === true && nowMs < before.expiresMs;
    const copy = isSame ? before : this.find(key, nowMs);
    if (!hasNewest(copy, newest)) return undefined;
    copy.times.note(nowMs);
    return copy;
  }

  /** A request for a lease is sent. Ends with `keep` or `abandon`. */
  ask(key: string, newest?: number): Asking {
    const asking: Asking = { key, newest, joined: [], isSpoiled: false, revokedId: 0 };
    const others = this.#asking.get(key);
    if (others === undefined) this.#asking.set(key, new Set([asking]));
    else others.add(asking);
    return asking;
  }

  /**
   * Calls `onEnd` when a request under way may have brought a copy that does for these items too; whether there is one then must be
   * looked at. False: there is no such request.
   */
  join(key: string, newest: number | undefined, onEnd: () => void): boolean {
    for (const asking of this.#asking.get(key) ?? []) {
      if (asking.isSpoiled || asking.revokedId > 0 || !includes(asking.newest, newest)) continue;
      asking.joined.push(onEnd);
      return true;
    }
    return false;
  }

  abandon(asking: Asking): void {
    this.#forget(asking);
    for (const onEnd of asking.joined.splice(0)) onEnd();
  }

  /** The lease was granted. Its copy is not kept if it was revoked meanwhile, or written by this client. */
  keep(asking: Asking, grant: Grant, nowMs: number): void {
    if (!asking.isSpoiled && grant.leaseId > asking.revokedId && nowMs < grant.expiresMs) {
      this.#store(asking.key, grant, nowMs);
    }
    this.abandon(asking);
  }

  /** The owner wants the lease back. */
  revoke(key: string, leaseId: number): void {
    this.#drop(key);
    for (const asking of this.#asking.get(key) ?? []) {
      asking.revokedId = Math.max(asking.revokedId, leaseId);
    }
  }

  /** This client sends a write: the owner does not ask the writer. */
  written(key: string): void {
    this.#drop(key);
    for (const asking of this.#asking.get(key) ?? []) asking.isSpoiled = true;
  }

  /** The connection that carried these grants is over. */
  sourceOver(source: object): void {
    for (const [key, copy] of this.#copies) if (copy.source === source) this.#drop(key);
  }

  /** Empties the cache and gives what could still be used. */
  takeAll(nowMs: number): Map<string, Copy> {
    const held = new Map([...this.#copies].filter(([, copy]) => nowMs < copy.expiresMs));
    for (const copy of this.#copies.values()) copy.isKept = false;
    this.#copies.clear();
    this.#bytes = 0;
    return held;
  }

  #forget(asking: Asking): void {
    const all = this.#asking.get(asking.key);
    all?.delete(asking);
    if (all?.size === 0) this.#asking.delete(asking.key);
  }

  #store(key: string, grant: Grant, nowMs: number): void {
    this.#drop(key);
    const bytes = copyBytes + key.length + lengthOf(grant.content);
    if (bytes > this.#bounds.bytesMax) return;
    const { leaseId, expiresMs, content, newest, source, times } = grant;
    // Named one by one, so that all copies have the same shape: they are looked at a hundred thousand times a second.
    const isKept = true;
    this.#copies.set(key, { leaseId, expiresMs, content, newest, source, times, bytes, isKept });
    this.#bytes += bytes;
    this.#makeRoom(nowMs);
  }

  #drop(key: string): void {
    const copy = this.#copies.get(key);
    if (copy === undefined) return;
    copy.isKept = false;
    this.#bytes -= copy.bytes;
    this.#copies.delete(key);
  }

  /** Copies that are over go, and those that end first while there are too many. */
  #makeRoom(nowMs: number): void {
    for (const [key, copy] of this.#copies) {
      const isFull =
        this.#copies.size > this.#bounds.entriesMax || this.#bytes > this.#bounds.bytesMax;
      if (!isFull && nowMs < copy.expiresMs) return;
      this.#drop(key);
    }
  }
}

/** Whether so many of the newest items of a list, or a value, are among what was asked for. */
function includes(asked: number | undefined, wanted: number | undefined): boolean {
  if (asked === undefined || wanted === undefined) return asked === wanted;
  return asked >= wanted;
}

/** Two bytes for a character at most, and what an item of a list costs. */
function lengthOf(content: Grant['content']): number {
  if (content === undefined) return 0;
  if (typeof content === 'string') return content.length * 2;
  let total = 0;
  for (const item of content) total += 32 + item.length * 2;
  return total;
}

/** Whether it is a copy of a list that has the newest items. */
function hasNewest(copy: Copy | undefined, newest: number): copy is Copy {
  if (copy?.newest === undefined) return false;
  // A list that had fewer items than were asked for is there whole.
  return copy.newest >= newest || (copy.content?.length ?? 0) < copy.newest;
}
