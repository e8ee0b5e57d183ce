import { Arena } from '../../../core/arena/arena.ts';
import { ringLimits } from '../../../core/limits.ts';
import { appendTo, createList, type ItemList } from './item-list.ts';

/** What a key leads to. A list is never empty. */
export type Entry = string | ItemList;

/** Of one entry, about: what the Map and the strings of key and value need besides their bytes. */
const bytesPerEntry = 72;
/** Of a list, about, besides its items. */
const bytesPerList = 64;

/**
 * The keys of a node. Keys, values and items are strings of which each character is one byte: V8's compact form, and what a
 * `Map` finds fastest.
 */
export class Table {
  readonly #entries: Map<string, Entry> = new Map();
  /** Of lists. */
  readonly #arena = new Arena();
  #byteLength = 0;
  #listCount = 0;

  get size(): number {
    return this.#entries.size;
  }

  /** Of the entries: those that are lists. */
  get listCount(): number {
    return this.#listCount;
  }

  /** What all entries take, about. */
  get byteLength(): number {
    return this.#byteLength;
  }

  get(key: string): Entry | undefined {
    return this.#entries.get(key);
  }

  /** All entries; whoever goes on with it later sees the ones of then. */
  entries(): IterableIterator<[key: string, entry: Entry]> {
    return this.#entries.entries();
  }

  /** False: it is a list. */
  set(key: string, value: string): boolean {
    const old = this.#entries.get(key);
    if (old === undefined) this.#byteLength += bytesPerEntry + key.length + value.length;
    else if (typeof old === 'string') this.#byteLength += value.length - old.length;
    else return false;
    this.#entries.set(key, value);
    return true;
  }

  /** Sets a value, whatever was there. */
  replace(key: string, value: string): void {
    if (this.set(key, value)) return;
    this.delete(key);
    this.set(key, value);
  }

  /** A value or a list; false: there was none. */
  delete(key: string): boolean {
    const old = this.#entries.get(key);
    if (old === undefined) return false;
    this.#byteLength -= entryBytes(key, old);
    this.#entries.delete(key);
    if (typeof old === 'string') return true;
    this.#listCount -= 1;
    old.release();
    return true;
  }

  append(key: string, item: string): 0 | 1 | 'wrong type' {
    let list = this.#entries.get(key);
    if (list === undefined) {
      list = createList(this.#arena, ringLimits);
      this.#entries.set(key, list);
      this.#listCount += 1;
      this.#byteLength += bytesPerEntry + bytesPerList + key.length;
    } else if (typeof list === 'string') return 'wrong type';
    const before = list.heldBytes;
    const grown = appendTo(list, item, ringLimits);
    if (grown === undefined) return 0;
    if (grown !== list) this.#entries.set(key, grown);
    this.#byteLength += grown.heldBytes - before;
    return 1;
  }

  remove(key: string, item: string): 0 | 1 | 'wrong type' {
    const list = this.#entries.get(key);
    if (list === undefined) return 0;
    if (typeof list === 'string') return 'wrong type';
    const before = list.heldBytes;
    if (!list.remove(item)) return 0;
    this.#byteLength += list.heldBytes - before;
    if (list.size === 0) {
      // An empty list is no list, as in Redis.
      this.#entries.delete(key);
      this.#listCount -= 1;
      this.#byteLength -= bytesPerEntry + bytesPerList + key.length;
      list.release();
    }
    return 1;
  }
}

/** What an entry takes, about. */
export function entryBytes(key: string, entry: Entry): number {
  const bytes = bytesPerEntry + key.length;
  return typeof entry === 'string' ? bytes + entry.length : bytes + bytesPerList + entry.heldBytes;
}
