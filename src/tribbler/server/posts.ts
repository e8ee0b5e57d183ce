import { tribblerLimits } from '../../core/limits.ts';
import type { Libstore } from '../../ring/libstore/libstore.ts';
import type { Tribble } from '../api-types.ts';
import { isPostKey, type PostRef } from '../post-key.ts';
import { isUserName } from '../user-name.ts';
import { keys } from './keys.ts';
import { done, no, ok, type Outcome } from './outcome.ts';
import type { PostMaker } from './post-maker.ts';
import type { TribbleReader } from './tribble-reader.ts';

/** What `USER:once_KEY` holds: the Tribble that a request with that key made, and whether it is all there. */
interface OnceRecord {
  readonly tribble: Tribble;
  readonly isDone: boolean;
}

/**
 * Tribbles, one by one: each is a value of its own, and its key is in the list of its user (Tribbler §3.1, storage efficiency).
 *
 * Invariant: what is listed was written before. So a post is written, then listed; a deleted one is taken off the list, then
 * removed.
 */
export class Posts {
  readonly #store: Libstore;
  readonly #maker: PostMaker;
  readonly #reader: TribbleReader;

  constructor(store: Libstore, maker: PostMaker, reader: TribbleReader) {
    this.#store = store;
    this.#maker = maker;
    this.#reader = reader;
  }

  /** Tribbler §3.1, PostTribble. With `onceKey`, a repeated call makes nothing new and gives the same Tribble. */
  async post(
    user: string,
    text: string,
    onceKey?: string,
  ): Promise<Outcome<Tribble, 'NoSuchUser' | 'OnceKeyReused'>> {
    if (!isUserName(user)) return no('NoSuchUser');
    if ((await this.#store.get(keys.user(user))) === undefined) return no('NoSuchUser');
    const fresh = this.#maker.make(user, text);
    if (onceKey === undefined) {
      await this.#write(fresh);
      return ok(fresh);
    }
    const record = await this.#claim(user, onceKey, fresh);
    if (record.tribble.text !== text) return no('OnceKeyReused');
    if (!record.isDone) {
      await this.#write(record.tribble);
      await this.#settle(user, onceKey, record.tribble);
    }
    return ok(record.tribble);
  }

  /** Tribbler §3.1, DeleteTribble. */
  async delete(ref: PostRef): Promise<Outcome<undefined, 'NoSuchUser' | 'NoSuchPost'>> {
    if (!isUserName(ref.user)) return no('NoSuchUser');
    if (!isPostKey(ref.key)) return no('NoSuchPost');
    const [record, wasListed] = await Promise.all([
      this.#store.get(keys.user(ref.user)),
      this.#store.removeFromList(keys.posts(ref.user), ref.key),
    ]);
    if (record === undefined) return no('NoSuchUser');
    // Also if it was not listed: a crash may have come in between, here or when it was posted.
    const wasThere = await this.#store.delete(keys.post(ref));
    return wasListed || wasThere ? done : no('NoSuchPost');
  }

  /** One Tribble, as JSON. */
  async find(ref: PostRef): Promise<string | undefined> {
    if (!isUserName(ref.user) || !isPostKey(ref.key)) return undefined;
    return await this.#store.get(keys.post(ref));
  }

  async #write(tribble: Tribble): Promise<void> {
    const text = JSON.stringify(tribble);
    await this.#store.put(keys.post(tribble), text);
    await this.#store.appendToList(keys.posts(tribble.user), tribble.key);
    this.#reader.keep(tribble, text);
  }

  /** What the first request with this key makes, or has made. */
  async #claim(user: string, onceKey: string, fresh: Tribble): Promise<OnceRecord> {
    const key = keys.once(user, onceKey);
    // Listed first: a claim that is not in the list would never be forgotten.
    await this.#store.appendToList(keys.onceList(user), onceKey);
    const record: OnceRecord = { tribble: fresh, isDone: false };
    if (await this.#store.putIfAbsent(key, JSON.stringify(record))) return record;
    const text = await this.#store.get(key);
    // It was forgotten in this moment, a hundred keys later: as good as new.
    if (text === undefined) return record;
    return JSON.parse(text) as OnceRecord;
  }

  /** Notes that the Tribble is all there, so that a late repetition brings none back that was deleted; forgets the oldest keys. */
  async #settle(user: string, onceKey: string, tribble: Tribble): Promise<void> {
    const record: OnceRecord = { tribble, isDone: true };
    await this.#store.put(keys.once(user, onceKey), JSON.stringify(record));
    const known = (await this.#store.getList(keys.onceList(user))) ?? [];
    const { idempotencyKeysKept } = tribblerLimits;
    const forgotten = known.slice(0, Math.max(0, known.length - idempotencyKeysKept));
    for (const old of forgotten) {
      await this.#store.delete(keys.once(user, old));
      await this.#store.removeFromList(keys.onceList(user), old);
    }
  }
}
