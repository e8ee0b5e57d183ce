import { tribblerLimits } from '../../core/limits.ts';
import type { Libstore, LibstoreCallOptions, ReadyReads } from '../../ring/libstore/libstore.ts';

const { storeReadMs, storeWriteMs } = tribblerLimits;
const read: LibstoreCallOptions = { timeoutMs: storeReadMs };
const write: LibstoreCallOptions = { timeoutMs: storeWriteMs };

/**
 * A Libstore whose calls have the deadlines of an application server, where they name none. Reads give up soon, since an answer can
 * be partial. Writes do not: one of a key whose copy an application server held that was killed waits until that lease is over,
 * and would be done a little later, after somebody was told that it may not be.
 */
export function withDeadlines(store: Libstore): Libstore & { readonly ready: ReadyReads } {
  const ready: ReadyReads = store.ready ?? store;
  return {
    ready: {
      get: (key, options) => ready.get(key, readIn(options)),
      getList: (key, options) => ready.getList(key, readIn(options)),
      getLists: (keys, options) => ready.getLists(keys, readIn(options)),
    },
    get: (key, options) => store.get(key, readIn(options)),
    getList: (key, options) => store.getList(key, readIn(options)),
    getMany: (keys, options) => store.getMany(keys, readIn(options)),
    getLists: (keys, options) => store.getLists(keys, readIn(options)),
    put: (key, value, options) => store.put(key, value, writeIn(options)),
    putIfAbsent: (key, value, options) => store.putIfAbsent(key, value, writeIn(options)),
    delete: (key, options) => store.delete(key, writeIn(options)),
    appendToList: (key, item, options) => store.appendToList(key, item, writeIn(options)),
    removeFromList: (key, item, options) => store.removeFromList(key, item, writeIn(options)),
    statistics: () => store.statistics(),
    close: () => store.close(),
  };
}

function readIn<Options extends LibstoreCallOptions>(options?: Options): Options {
  return within(read, options);
}

function writeIn<Options extends LibstoreCallOptions>(options?: Options): Options {
  return within(write, options);
}

/** Options that name a deadline are passed on as they are: who asks often has some that do, and no others are made for each call. */
function within<Options extends LibstoreCallOptions>(
  deadline: LibstoreCallOptions,
  options: Options | undefined,
): Options {
  if (options?.timeoutMs !== undefined) return options;
  return (options === undefined ? deadline : { ...options, ...deadline }) as Options;
}
