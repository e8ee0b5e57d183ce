import { assert } from '../assert.ts';
import { slabUnits, unitBytes } from './units.ts';

/** The largest block: four of them fill a slab. Larger values have memory of their own. */
export const blockUnitsMax: number = slabUnits / 4;

/** Up to here every size has a class of its own: 512 bytes. */
const exactUnitsMax = 512 / unitBytes;
/** Beyond, so many classes from one power of two to the next: an eighth of a block is wasted at most. */
const classesPerDoubling = 8;

const sizes = createSizes();
const classes = createClasses(sizes);

/** How many classes there are. */
export const sizeClassCount: number = sizes.length;

/** The smallest class whose blocks hold so many units. Requires: 0 < units ≤ `blockUnitsMax`. */
export function sizeClassOf(units: number): number {
  assert(units > 0 && units <= blockUnitsMax, 'no block has such a size');
  return classes[units] ?? 0;
}

/** How many units a block of this class has. */
export function sizeOfClass(sizeClass: number): number {
  return sizes[sizeClass] ?? 0;
}

/**
 * Classes between powers of two are enlarged to the largest size of which as many fit into a slab: what
 * would be left over at its end serves the blocks instead.
 */
function createSizes(): Int32Array {
  const found: number[] = [];
  for (let units = 1; units <= exactUnitsMax; units += 1) found.push(units);
  for (let from = exactUnitsMax; from < blockUnitsMax; from *= 2) {
    for (let step = 1; step <= classesPerDoubling; step += 1) {
      const units = from + (from / classesPerDoubling) * step;
      const fitted = Math.floor(slabUnits / Math.floor(slabUnits / units));
      if (fitted > (found.at(-1) ?? 0)) found.push(fitted);
    }
  }
  return Int32Array.from(found);
}

/** The class of each size. */
function createClasses(all: Int32Array): Uint8Array {
  const found = new Uint8Array(blockUnitsMax + 1);
  let sizeClass = 0;
  for (let units = 1; units <= blockUnitsMax; units += 1) {
    if (units > (all[sizeClass] ?? 0)) sizeClass += 1;
    found[units] = sizeClass;
  }
  return found;
}
