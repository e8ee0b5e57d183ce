import type { Libstore } from '../../src/ring/libstore/libstore.ts';

/** A store whose lists are the same arrays as long as they have not changed: copies under leases. */
export function withCopies(store: Libstore): Libstore {
  const copies: Map<string, readonly string[]> = new Map();
  const getList: Libstore['getList'] = async (key, options) => {
    const list = await store.getList(key, options);
    const name = `${key} ${options?.newest}`;
    const copy = copies.get(name);
    if (list === undefined || copy?.join() === list.join()) return list && copy;
    copies.set(name, Object.freeze(list));
    return list;
  };
  return {
    get: (key) => store.get(key),
    put: (key, value) => store.put(key, value),
    putIfAbsent: (key, value) => store.putIfAbsent(key, value),
    delete: (key) => store.delete(key),
    getList,
    appendToList: (key, item) => store.appendToList(key, item),
    removeFromList: (key, item) => store.removeFromList(key, item),
    getMany: (names) => store.getMany(names),
    getLists: (names, options) => Promise.all(names.map((name) => getList(name, options))),
    statistics: () => store.statistics(),
    close: () => store.close(),
  };
}
