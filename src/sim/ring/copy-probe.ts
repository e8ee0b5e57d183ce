import { assert } from '../../core/assert.ts';
import { LeaseCache } from '../../ring/libstore/lease-cache.ts';
import type { RingLibstore } from '../../ring/libstore/ring-libstore.ts';

/**
 * The copies of a Libstore. They are in nobody's reach but its own: so it is asked for a value while caches answer such a
 * question by telling who they are.
 */
export function copiesOf(libstore: RingLibstore): LeaseCache {
  const method = Object.getOwnPropertyDescriptor(LeaseCache.prototype, 'value');
  assert(method !== undefined, 'copies are asked for by key');
  const found: LeaseCache[] = [];
  Object.defineProperty(LeaseCache.prototype, 'value', {
    ...method,
    value(this: LeaseCache) {
      found.push(this);
      return { content: undefined };
    },
  });
  try {
    void libstore.get('');
  } finally {
    Object.defineProperty(LeaseCache.prototype, 'value', method);
  }
  const [copies] = found;
  assert(copies !== undefined, 'a Libstore asks its copies first');
  return copies;
}
