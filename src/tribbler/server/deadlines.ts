import { tribblerLimits } from '../../core/limits.ts';
import type { Libstore } from '../../ring/libstore/libstore.ts';

const { storeReadMs, storeWriteMs } = tribblerLimits;
const read = { timeoutMs: storeReadMs } as const;
const write = { timeoutMs: storeWriteMs } as const;

/**
 * A Libstore whose calls have the deadlines of an application server, where they name none. Reads give up soon, since an answer can
 * be partial. Writes do not: one of a key whose copy an application server held that was killed waits until that lease is over,
 * and would be done a little later, after somebody was told that it may not be.
 */
export function withDeadlines(store: Libstore): Libstore {
  return {
    get: (key, options) => store.get(key, options === undefined ? read : { ...read, ...options }),
    getList: (key, options) =>
      store.getList(key, options === undefined ? read : { ...read, ...options }),
    getMany: (keys, options) =>
      store.getMany(keys, options === undefined ? read : { ...read, ...options }),
    getLists: (keys, options) =>
      store.getLists(keys, options === undefined ? read : { ...read, ...options }),
    put: (key, value, options) =>
      store.put(key, value, options === undefined ? write : { ...write, ...options }),
    putIfAbsent: (key, value, options) =>
      store.putIfAbsent(key, value, options === undefined ? write : { ...write, ...options }),
    delete: (key, options) =>
      store.delete(key, options === undefined ? write : { ...write, ...options }),
    appendToList: (key, item, options) =>
      store.appendToList(key, item, options === undefined ? write : { ...write, ...options }),
    removeFromList: (key, item, options) =>
      store.removeFromList(key, item, options === undefined ? write : { ...write, ...options }),
    statistics: () => store.statistics(),
    close: () => store.close(),
  };
}
