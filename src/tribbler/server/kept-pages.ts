import { AtollError } from '../../core/errors.ts';
import { tribblerLimits } from '../../core/limits.ts';
import { whenThere } from '../../core/when-there.ts';
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
  /** Where it is written, if it is kept. */
  readonly joined?: JoinedBytes;
}

/** Such a page, and what it was made of. */
interface KeptPage {
  page: NewestPage;
  lists: readonly ReadKeys[];
  readonly limit: number;
  readonly joined: JoinedBytes;
}

/** What lists have more, and the keys that are not among the newest any more. */
interface Changes {
  readonly added: PostRef[];
  readonly passed: string[];
  /** Whether there may be older keys than were read. */
  isCut: boolean;
}

const { pageItemsMax } = tribblerLimits;

/**
 * The first pages of timelines, for when they are asked for again. Whoever looks often finds a few new Tribbles before those that
 * were there: to merge all lists for that would cost ten times as much.
 *
 * Invariant: a page is what a merge of the lists gives that were read just now. A list that is the same array is the same list; one
 * of which anything was removed makes the page be merged anew.
 */
export class KeptPages {
  readonly #reader: TribbleReader;
  /** By the users, and as long as somebody has them. */
  readonly #pages: WeakMap<readonly string[], KeptPage> = new WeakMap();

  constructor(reader: TribbleReader) {
    this.#reader = reader;
  }

  /** Requires: `lists` are of `users`, which nobody changes, and give `page`. */
  keep(
    users: readonly string[],
    lists: readonly ReadKeys[],
    limit: number,
    page: NewestPage,
  ): NewestPage {
    const joined = this.#pages.get(users)?.joined ?? new JoinedBytes();
    const kept: KeptPage = { page: { ...page, joined }, lists, limit, joined };
    this.#pages.set(users, kept);
    return kept.page;
  }

  /** The page that these lists give, if it differs from what is kept only in what was added. */
  renew(
    users: readonly string[],
    lists: readonly ReadKeys[],
    limit: number,
  ): NewestPage | undefined | Promise<NewestPage | undefined> {
    const kept = this.#pages.get(users);
    if (kept?.limit !== limit) return undefined;
    const before = kept.lists;
    const changes: Changes = { added: [], passed: [], isCut: false };
    for (let index = 0; index < lists.length; index += 1) {
      if (lists[index] === before[index]) continue;
      const user = users[index] ?? '';
      if (!addNew(before[index], lists[index], { user, changes })) return undefined;
    }
    const { added } = changes;
    if (added.length === 0) {
      kept.lists = lists;
      return kept.page;
    }
    if (added.length > 1) added.sort(compareNewestFirst);
    // What was posted here is at hand.
    return whenThere(this.#reader.find(added) ?? this.#reader.read(added), (texts) => {
      // It does not fit what was renewed meanwhile.
      if (kept.lists !== before) return undefined;
      const page = insert(kept, changes, texts);
      if (page === undefined) return undefined;
      kept.page = page;
      kept.lists = lists;
      return page;
    });
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
    changes.isCut = true;
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

/** Puts what was added at its place; undefined: not all of it could be read, or the page may have lost something. */
function insert(
  { page, limit, joined }: KeptPage,
  { added, passed, isCut }: Changes,
  texts: Awaited<ReturnType<TribbleReader['read']>>,
): NewestPage | undefined {
  const refs: PostRef[] = [];
  const tribbles: Uint8Array[] = [];
  let old = 0;
  for (const [index, ref] of added.entries()) {
    for (; ; old += 1) {
      const [other, text] = [page.refs[old], page.tribbles[old]];
      if (other === undefined || text === undefined || compareNewestFirst(ref, other) < 0) break;
      refs.push(other);
      tribbles.push(text);
    }
    const text = texts[index];
    if (!(text instanceof Uint8Array)) return undefined;
    refs.push(ref);
    tribbles.push(text);
  }
  const all = { refs: goOn(refs, page.refs, old), tribbles: goOn(tribbles, page.tribbles, old) };
  const hasMore = page.hasMore || isCut || all.refs.length > limit;
  if (all.refs.length > limit) all.refs.length = all.tribbles.length = limit;
  // Whether what was not read any more is still there nobody knows.
  const oldest = all.refs.at(-1)?.key ?? '';
  return passed.some((key) => key >= oldest) ? undefined : { ...all, hasMore, joined };
}

/** What is new, and the old from a place on. */
function goOn<Item>(items: Item[], old: readonly Item[], from: number): Item[] {
  return items.concat(from === 0 ? old : old.slice(from));
}
