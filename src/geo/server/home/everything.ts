import { AtollError } from '../../../core/errors.ts';
import { geoLimits } from '../../../core/limits.ts';
import type { Timers } from '../../../core/timers.ts';
import type { VectorPairs } from '../../version-vector.ts';
import type { SnapshotSlices } from './store-journal.ts';

/** A piece of everything, from one table. */
export interface Slice {
  /** Whether all that is needed is there. If not, it is to be asked again. */
  readonly isThere: boolean;
  /** Where to go on; −1: that was all. */
  readonly place: number;
  /** What is known with the whole of it. */
  readonly known: VectorPairs;
  /** Empty: these places have nothing. */
  readonly pack: Uint8Array;
}

export const noSlice: Slice = { isThere: false, place: 0, known: [], pack: new Uint8Array(0) };

/** A slice whose pack is lent, for who keeps it: a backup and a snapshot may be read in turns. */
export function ownCopyOf(slice: Slice): Slice {
  return { ...slice, pack: new Uint8Array(slice.pack) };
}

export interface EverythingOptions {
  readonly timers: Timers;
  /** The next slice of one table, always the same: places mean something else in another. */
  readonly read: (place: number, known: VectorPairs) => Slice | Promise<Slice>;
  readonly isClosed: () => boolean;
}

/** Everything that a table has, slice by slice, once all that is needed is there; in between others have their turn. */
export async function* everything({ timers, read, isClosed }: EverythingOptions): SnapshotSlices {
  let place = 0;
  let known: VectorPairs = [];
  while (place >= 0) {
    const slice = await read(place, known);
    if (!slice.isThere) {
      if (isClosed()) throw new AtollError('SYSTEM_CLOSED', 'the server closes');
      await new Promise<void>((resolve) => timers.setTimer(geoLimits.snapshotWaitMs, resolve));
      continue;
    }
    const isFirst = place === 0;
    ({ place, known } = slice);
    const { pack } = slice;
    yield { ...(isFirst ? { known } : {}), ...(pack.length === 0 ? {} : { pack }) };
    await new Promise<void>((resolve) => timers.nextTurn(resolve));
  }
}
