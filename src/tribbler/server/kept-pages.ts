import { AtollError } from '../../core/errors.ts';
import { tribblerLimits } from '../../core/limits.ts';
import { compareNewestFirst, type PostRef } from '../post-key.ts';
import { JoinedBytes } from './joined-bytes.ts';
import type { TribbleReader } from './tribble-reader.ts';

/** Lists of post keys as a Libstore gives them. */
export type ReadKeys = readonly string[] | undefined | AtollError;

/** The newest Tribbles of some users, all of them readable. */
export interface NewestPage {
  /** Latest first, and the text of each. */
  readonly refs: readonly PostRef[];
  readonly tribbles: readonly Uint8Array[];
  readonly hasMore: boolean;
}

interface KeptPage extends NewestPage {
  readonly limit: number;
  /** What it was made of. */
  readonly lists: readonly ReadKeys[];
  readonly joined: JoinedBytes;
}

/** What lists have more, and the keys that are not among the newest any more. */
interface Changes {
  readonly added: PostRef[];
  readonly passed: string[];
}

const { pageItemsMax, pagesKept } = tribblerLimits;

/**
 * The first pages of timelines, for when they are asked for again. Whoever looks often finds a few new Tribbles before those that
 * were there: to merge all lists for that would cost ten times as much.
 *
 * Invariant: a page is what a merge of the lists gives that were read just now. A list that is the same array is the same list; one
 * of which anything was removed makes the page be merged anew.
 */
export class KeptPages {
  readonly #reader: TribbleReader;
  readonly #pagesMax: number;
  /** By the list of the users. They last as long as its copy does, so the one that was kept first goes first. */
  readonly #pages: Map<readonly string[], KeptPage> = new Map();

  constructor(reader: TribbleReader, pagesMax: number = pagesKept) {
    this.#reader = reader;
    this.#pagesMax = pagesMax;
  }

  /** Requires: `lists` are of `users`, and `page` is what they give. Gives the book of how it is written. */
  keep(
    users: readonly string[],
    lists: readonly ReadKeys[],
    { limit, ...page }: NewestPage & { readonly limit: number },
  ): JoinedBytes {
    const joined = this.#pages.get(users)?.joined ?? new JoinedBytes();
    this.#pages.set(users, { ...page, limit, lists, joined });
    if (this.#pages.size > this.#pagesMax) {
      for (const [oldest] of this.#pages) {
        this.#pages.delete(oldest);
        break;
      }
    }
    return joined;
  }

  /** The page that these lists give, if it differs from what is kept only in what was added. */
  async renew(
    users: readonly string[],
    lists: readonly ReadKeys[],
    limit: number,
  ): Promise<NewestPage | undefined> {
    const kept = this.#pages.get(users);
    if (kept?.limit !== limit) return undefined;
    const changes: Changes = { added: [], passed: [] };
    const { added, passed } = changes;
    for (const [index, now] of lists.entries()) {
      const before = kept.lists[index];
      if (now === before) continue;
      if (!addNew(before, now, { user: users[index] ?? '', changes })) return undefined;
    }
    if (added.length === 0) return kept;
    added.sort(compareNewestFirst);
    const page = insert(kept, added, await this.#reader.read(added));
    // Whether what was not read any more is still there nobody knows.
    const oldest = page?.refs.at(-1)?.key ?? '';
    return passed.some((key) => key >= oldest) ? undefined : page;
  }
}

/** Collects what `now` has more than `before`. False: it may have lost something that a page had. */
function addNew(
  before: ReadKeys,
  now: ReadKeys,
  { user, changes }: { readonly user: string; readonly changes: Changes },
): boolean {
  if (before instanceof AtollError || now instanceof AtollError || now === undefined) return false;
  const count = before?.length ?? 0;
  const end = count === 0 ? 0 : now.lastIndexOf(before?.[count - 1] ?? '') + 1;
  const passed = count - end;
  if (now.length < pageItemsMax) {
    // It is whole: it has lost nothing if its last key stands where it stood.
    if (passed !== 0) return false;
  } else {
    // Older ones have passed out of what was read. The others must all be there.
    if (end === 0 || passed < 0) return false;
    for (let place = 0; place < end; place += 1) {
      if (now[place] !== before?.[passed + place]) return false;
    }
    for (let place = 0; place < passed; place += 1) changes.passed.push(before?.[place] ?? '');
  }
  for (let place = end; place < now.length; place += 1) {
    changes.added.push({ user, key: now[place] ?? '' });
  }
  return true;
}

/** Puts what was added at its place; undefined: not all of it could be read. */
function insert(
  kept: KeptPage,
  added: readonly PostRef[],
  texts: Awaited<ReturnType<TribbleReader['read']>>,
): NewestPage | undefined {
  const refs: PostRef[] = [];
  const tribbles: Uint8Array[] = [];
  let old = 0;
  for (const [index, ref] of added.entries()) {
    for (; ; old += 1) {
      const [other, text] = [kept.refs[old], kept.tribbles[old]];
      if (other === undefined || text === undefined || compareNewestFirst(ref, other) < 0) break;
      refs.push(other);
      tribbles.push(text);
    }
    const text = texts[index];
    if (!(text instanceof Uint8Array)) return undefined;
    refs.push(ref);
    tribbles.push(text);
  }
  const { limit, hasMore } = kept;
  const count = refs.length + kept.refs.length - old;
  return {
    refs: [...refs, ...kept.refs.slice(old)].slice(0, limit),
    tribbles: [...tribbles, ...kept.tribbles.slice(old)].slice(0, limit),
    hasMore: hasMore || count > limit,
  };
}
