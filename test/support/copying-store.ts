import type { Libstore, ReadLists, ReadyReads } from '../../src/ring/libstore/libstore.ts';

/**
 * A store whose lists are the same arrays as long as they have not changed, and whose reads are at hand until their key is written here:
 * copies under leases. Requires: nobody else writes.
 */
export function withCopies(store: Libstore): Libstore {
  const lists: Map<string, readonly string[]> = new Map();
  /** By key, and how many of the newest. */
  const held: Map<string, Map<number, Held>> = new Map();
  const hold = <Content extends Held>(key: string, newest: number, content: Content): Content => {
    held.set(key, (held.get(key) ?? new Map<number, Held>()).set(newest, content));
    return content;
  };
  const get: Libstore['get'] = async (key) => hold(key, 0, await store.get(key));
  const getList: Libstore['getList'] = async (key, { newest = Infinity } = {}) => {
    const list = await store.getList(key, { newest });
    const name = `${key} ${newest}`;
    const before = lists.get(name);
    if (list === undefined || before?.join() === list.join()) {
      return hold(key, newest, list && before);
    }
    lists.set(name, Object.freeze(list));
    return hold(key, newest, list);
  };
  const readyList: ReadyReads['getList'] = (key, options) => {
    const newest = options?.newest ?? Infinity;
    const copies = held.get(key);
    return copies?.has(newest) === true
      ? (copies.get(newest) as readonly string[] | undefined)
      : getList(key, options);
  };
  const write = <Result>(key: string, result: Promise<Result>): Promise<Result> => {
    held.delete(key);
    return result;
  };
  return {
    ready: {
      get: (key) =>
        held.get(key)?.has(0) === true ? (held.get(key)?.get(0) as string | undefined) : get(key),
      getList: readyList,
      getLists: (names, options) => {
        const found = names.map((name) => readyList(name, options));
        return found.some((list) => list instanceof Promise)
          ? Promise.all(found.map((list) => Promise.resolve(list)))
          : (found as ReadLists);
      },
    },
    get,
    put: (key, value) => write(key, store.put(key, value)),
    putIfAbsent: (key, value) => write(key, store.putIfAbsent(key, value)),
    delete: (key) => write(key, store.delete(key)),
    getList,
    appendToList: (key, item) => write(key, store.appendToList(key, item)),
    removeFromList: (key, item) => write(key, store.removeFromList(key, item)),
    getMany: (names) => store.getMany(names),
    getLists: (names, options) => Promise.all(names.map((name) => getList(name, options))),
    statistics: () => store.statistics(),
    close: () => store.close(),
  };
}

type Held = string | readonly string[] | undefined;
