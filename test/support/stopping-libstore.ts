import { AtollError } from '../../src/core/errors.ts';
import type { Libstore, LibstoreStatistics } from '../../src/ring/libstore/libstore.ts';

/** A Libstore of an application server that ends after so many writes: later ones do not happen. */
export function stopAfter(store: Libstore, writesMax: number): Libstore {
  let writes = 0;
  const write = async <Result>(doIt: () => Promise<Result>): Promise<Result> => {
    if (writes === writesMax) throw new AtollError('CLIENT_CLOSED', 'the application server ended');
    writes += 1;
    return await doIt();
  };
  return {
    get: (key, options) => store.get(key, options),
    getList: (key, options) => store.getList(key, options),
    getMany: (keys, options) => store.getMany(keys, options),
    getLists: (keys, options) => store.getLists(keys, options),
    put: (key, value, options) => write(() => store.put(key, value, options)),
    putIfAbsent: (key, value, options) => write(() => store.putIfAbsent(key, value, options)),
    delete: (key, options) => write(() => store.delete(key, options)),
    appendToList: (key, item, options) => write(() => store.appendToList(key, item, options)),
    removeFromList: (key, item, options) => write(() => store.removeFromList(key, item, options)),
    statistics: (): LibstoreStatistics => store.statistics(),
    close: () => store.close(),
  };
}
