/**
 * How bytes of the arena are counted and named.
 *
 * A block is named by its first unit, counted from the beginning of all chunks, so that 31 bits reach
 * 16 GiB. Unit 0 is never handed out: 0 means that there is no block.
 */

/** Blocks begin at multiples of so many bytes: a 64-bit number has to. */
export const unitBytes = 8;

/** A chunk is one ArrayBuffer: 1 MiB. Growth adds chunks and copies nothing. */
export const chunkShift = 17;
const chunkUnits: number = 1 << chunkShift;
export const chunkMask: number = chunkUnits - 1;
export const chunkBytes: number = chunkUnits * unitBytes;
/** 31 bits of units. */
export const chunksMax: number = 2 ** (31 - chunkShift);

/** A slab is a part of a chunk of which all blocks have one size: 64 KiB. */
export const slabShift = 13;
export const slabUnits: number = 1 << slabShift;
export const slabsPerChunk: number = chunkUnits / slabUnits;
