import type { Arena } from '../../../core/arena/arena.ts';
import { assert } from '../../../core/assert.ts';
import type { Entries } from './entries.ts';
import { ItemIndex } from './item-index.ts';
import { LongList } from './long-list.ts';

/** So many items of lists that are no more, each write lets go of: of one segment, mostly. */
const droppedItems = 64;

/** The long lists of a table: where new ones come from, and what becomes of those that are deleted. */
export class LongLists {
  readonly #entries: Entries;
  readonly #index: ItemIndex;
  readonly #segmentItems: number;
  /** Those that are no more, and have segments yet. */
  readonly #dropped: LongList[] = [];
  #lastNumber = 0;

  constructor(arena: Arena, entries: Entries, segmentItems: number) {
    this.#entries = entries;
    this.#index = new ItemIndex(arena, entries);
    this.#segmentItems = segmentItems;
  }

  /** A list with the items of a short one, which stays what it is. */
  create(block: number): LongList {
    this.#lastNumber += 1;
    const [entries, index, segmentItems] = [this.#entries, this.#index, this.#segmentItems];
    const long = new LongList({ entries, index, segmentItems }, this.#lastNumber);
    entries.forBytes(block, (hash, view, start, end) => long.append(hash, view, start, end));
    return long;
  }

  /** A list is no more. */
  drop(list: LongList): void {
    if (list.size > 0) this.#dropped.push(list);
  }

  /** Nobody waits until a hundred thousand items are out of the index: each write takes some out. */
  dropSome(): void {
    const dropped = this.#dropped.at(-1);
    if (dropped !== undefined && !dropped.dropSome(droppedItems)) this.#dropped.pop();
  }

  /**
   * Checks that the index knows the items of these lists and of those that are no more, and calls back for each block. Returns
   * how many items are still to be let go of. For tests.
   */
  audit(lists: readonly LongList[], onBlock: (block: number) => void): number {
    const all = [...lists, ...this.#dropped];
    const items = new Set<string>();
    for (const list of all) {
      list.audit(onBlock, (hash, segment) => void items.add(`${hash} ${segment}`));
    }
    let count = 0;
    this.#index.audit(onBlock, (hash, segment) => {
      assert(items.has(`${hash} ${segment}`), 'what the index knows is in the segment');
      count += 1;
    });
    const inLists = all.reduce((sum, { size }) => sum + size, 0);
    assert(count === inLists, 'the index knows each item of a long list');
    return this.#dropped.reduce((sum, { size }) => sum + size, 0);
  }
}
