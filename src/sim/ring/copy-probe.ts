import { assert } from '../../core/assert.ts';
import { LeaseCache } from '../../ring/libstore/lease-cache.ts';
import type { RingLibstore } from '../../ring/libstore/ring-libstore.ts';

/**
 * The copies of a Libstore. They are in nobody's reach but its own: it is asked for a value while caches answer by telling
 * who they are.
 */
export function copiesOf(libstore: RingLibstore): LeaseCache {
  const { value } = LeaseCache.prototype;
  let found: LeaseCache | undefined;
  LeaseCache.prototype.value = function (this: LeaseCache) {
    // oxlint-disable-next-line
    found = this;
    return { content: undefined } as ReturnType<LeaseCache['value']>;
  };
  try {
    void libstore.get('');
  } finally {
    LeaseCache.prototype.value = value;
  }
  assert(found !== undefined, 'a Libstore asks its copies first');
  return found;
}
