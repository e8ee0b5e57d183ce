import type { VectorPairs } from '../../version-vector.ts';
import { ChangeStream } from './change-stream.ts';
import type { Table } from '../table.ts';

/** A stream that leads to everything that a table has, and says what is known with it. */
export function streamOfAll(table: Table, known: VectorPairs): ChangeStream {
  const stream = new ChangeStream({ base: [] });
  for (let place = 0; place < table.placesEnd; place += 1) {
    if (table.atPlace(place) >= 0) stream.append(place);
  }
  stream.claim(known, 0);
  return stream;
}
