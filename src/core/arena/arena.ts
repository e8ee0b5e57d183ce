import { assert } from '../assert.ts';
import { Chunk } from './chunk.ts';
import { sizeClassCount, sizeClassOf, sizeOfClass } from './size-classes.ts';
import { SlabTable } from './slab-table.ts';
import {
  chunkBytes,
  chunkMask,
  chunkShift,
  chunksMax,
  slabShift,
  slabsPerChunk,
  slabUnits,
  unitBytes,
} from './units.ts';

/** A cache line has 64 bytes. */
const lineInts = 16;
const allSlabsFree = 2 ** slabsPerChunk - 1;

/**
 * Memory in blocks, inside few large ArrayBuffers of which the collector sees nothing.
 *
 * The plain way, a free list for each size over all memory, never lets a size have what another has
 * given back: a table whose values grow from 100 bytes to 200 would take three times what it needs. Here each
 * size takes memory in slabs; a slab without a block in use is any size's again, and a chunk without a slab
 * in use goes back to the operating system.
 *
 * Invariant: a slab is in the list of its class exactly while some of its blocks are in use and some are not.
 */
export class Arena {
  readonly #chunks: (Chunk | undefined)[] = [];
  readonly #slabs = new SlabTable();
  /** A bit for each slab of each chunk that is free. */
  #freeSlabs: number[] = [];
  /** No chunk before this one has a free slab. */
  #firstRoomy = 0;
  /** One chunk may stay although it is empty: a table that breathes at the border does not thrash. */
  #spareChunk = -1;
  /** The first slab with room of each class; −1: none. */
  readonly #roomy: Int32Array = new Int32Array(sizeClassCount).fill(-1);
  /** What was read by `touch`: what is not kept need not be read. */
  readonly #touched = new Int32Array(1);
  #usedUnits = 0;
  #chunkCount = 0;

  /** Bytes of all blocks that are in use. */
  get usedBytes(): number {
    return this.#usedUnits * unitBytes;
  }

  /** Bytes of all chunks. */
  get heldBytes(): number {
    return this.#chunkCount * chunkBytes;
  }

  /** The chunk of a block. Its first unit there is `block & chunkMask`. */
  chunk(block: number): Chunk {
    const chunk = this.#chunks[block >>> chunkShift];
    if (chunk === undefined) throw new TypeError('no such block');
    return chunk;
  }

  /** A block of at least so many units, its content of no meaning. Requires: units ≤ `blockUnitsMax`. */
  allocate(units: number): number {
    const sizeClass = sizeClassOf(units);
    const slabs = this.#slabs;
    let slab = this.#roomy[sizeClass] ?? -1;
    if (slab < 0) {
      slab = this.#takeSlab(sizeClass);
      this.#link(slab, sizeClass);
    }
    const size = sizeOfClass(sizeClass);
    let block = slabs.firstFree[slab] ?? 0;
    if (block !== 0) {
      slabs.firstFree[slab] = this.chunk(block).ints[(block & chunkMask) << 1] ?? 0;
    } else {
      const cut = slabs.cut[slab] ?? 0;
      block = firstUnit(slab) + cut * size;
      slabs.cut[slab] = cut + 1;
    }
    const used = (slabs.used[slab] ?? 0) + 1;
    slabs.used[slab] = used;
    if (used === blocksPerSlab(slab, size)) this.#unlink(slab, sizeClass);
    this.#usedUnits += size;
    return block;
  }

  /** Gives a block back. Requires: it is in use. */
  free(block: number): void {
    const slabs = this.#slabs;
    const slab = block >>> slabShift;
    const sizeClass = slabs.sizeClass[slab] ?? -1;
    assert(sizeClass >= 0, 'a block is freed that is not in use');
    const size = sizeOfClass(sizeClass);
    const used = slabs.used[slab] ?? 0;
    if (used === blocksPerSlab(slab, size)) this.#link(slab, sizeClass);
    slabs.used[slab] = used - 1;
    this.#usedUnits -= size;
    this.chunk(block).ints[(block & chunkMask) << 1] = slabs.firstFree[slab] ?? 0;
    slabs.firstFree[slab] = block;
    if (used === 1) this.#releaseSlab(slab, sizeClass);
  }

  /** Reads of the first cache lines of a block, so that they are there when they are needed; 0: of none. */
  touch(block: number): void {
    if (block === 0) return;
    const { ints } = this.chunk(block);
    const at = (block & chunkMask) << 1;
    const last = ints.length - 1;
    const second = ints[Math.min(at + lineInts, last)] ?? 0;
    const third = ints[Math.min(at + 2 * lineInts, last)] ?? 0;
    this.#touched[0] = (ints[at] ?? 0) ^ second ^ third;
  }

  /** The same for the last two. */
  touchEnd(block: number): void {
    if (block === 0) return;
    const { ints } = this.chunk(block);
    const last = (((block & chunkMask) + this.unitsOf(block)) << 1) - 1;
    this.#touched[0] = (ints[last] ?? 0) ^ (ints[Math.max(0, last - lineInts)] ?? 0);
  }

  /** How many units a block has: what was asked for, or a little more. */
  unitsOf(block: number): number {
    return sizeOfClass(this.#slabs.sizeClass[block >>> slabShift] ?? 0);
  }

  /** Whether a block is just of the size that `units` would get. */
  isOfClass(block: number, units: number): boolean {
    return this.#slabs.sizeClass[block >>> slabShift] === sizeClassOf(units);
  }

  /** Forgets all blocks and lets go of all memory. */
  clear(): void {
    this.#chunks.length = 0;
    this.#freeSlabs = [];
    this.#firstRoomy = 0;
    this.#spareChunk = -1;
    this.#roomy.fill(-1);
    this.#usedUnits = 0;
    this.#chunkCount = 0;
    this.#slabs.sizeClass.fill(-1);
  }

  /** Checks everything that must hold and returns all blocks that are in use. Slow: for tests. */
  audit(): Set<number> {
    const inUse = new Set<number>();
    let usedUnits = 0;
    const slabs = this.#slabs;
    for (let slab = 0; slab < this.#chunks.length * slabsPerChunk; slab += 1) {
      const chunk = Math.floor(slab / slabsPerChunk);
      const isFree = ((this.#freeSlabs[chunk] ?? 0) & (1 << (slab % slabsPerChunk))) !== 0;
      const sizeClass = slabs.sizeClass[slab] ?? -1;
      if (this.#chunks[chunk] === undefined) assert(isFree, 'a slab in use has memory');
      assert(isFree === sizeClass < 0, 'a slab is free or has a class');
      if (isFree) continue;
      const blocks = this.#auditSlab(slab, sizeClass);
      for (const block of blocks) inUse.add(block);
      usedUnits += blocks.size * sizeOfClass(sizeClass);
    }
    assert(usedUnits === this.#usedUnits, 'all blocks in use together are as large as counted');
    assert(
      this.#chunkCount === this.#chunks.filter((chunk) => chunk !== undefined).length,
      'as many chunks as counted',
    );
    return inUse;
  }

  #auditSlab(slab: number, sizeClass: number): Set<number> {
    const slabs = this.#slabs;
    const size = sizeOfClass(sizeClass);
    const cut = slabs.cut[slab] ?? 0;
    const used = slabs.used[slab] ?? 0;
    const blocks = new Set<number>();
    for (let i = 0; i < cut; i += 1) blocks.add(firstUnit(slab) + i * size);
    for (let block = slabs.firstFree[slab] ?? 0; block !== 0;) {
      assert(blocks.delete(block), 'a free block is one of its slab, and free once');
      block = this.chunk(block).ints[(block & chunkMask) << 1] ?? 0;
    }
    assert(
      blocks.size === used && used > 0,
      'a slab has as many blocks in use as counted, and one',
    );
    assert(cut <= blocksPerSlab(slab, size), 'blocks are cut from inside the slab');
    let isListed = false;
    for (let at = this.#roomy[sizeClass] ?? -1; at >= 0; at = slabs.next[at] ?? -1) {
      isListed ||= at === slab;
    }
    assert(isListed === used < blocksPerSlab(slab, size), 'a slab with room is in its list');
    return blocks;
  }

  #takeSlab(sizeClass: number): number {
    const chunks = this.#chunks;
    let chunk = this.#firstRoomy;
    while (chunk < chunks.length && this.#freeSlabs[chunk] === 0) chunk += 1;
    this.#firstRoomy = chunk;
    if (chunk === chunks.length) this.#addChunk();
    if (chunks[chunk] === undefined) {
      chunks[chunk] = new Chunk();
      this.#chunkCount += 1;
    }
    if (chunk === this.#spareChunk) this.#spareChunk = -1;
    const free = this.#freeSlabs[chunk] ?? 0;
    const bit = free & -free;
    this.#freeSlabs[chunk] = free ^ bit;
    const slab = chunk * slabsPerChunk + 31 - Math.clz32(bit);
    const slabs = this.#slabs;
    slabs.sizeClass[slab] = sizeClass;
    slabs.used[slab] = 0;
    slabs.cut[slab] = 0;
    slabs.firstFree[slab] = 0;
    return slab;
  }

  #addChunk(): void {
    const count = this.#chunks.length + 1;
    assert(count <= chunksMax, 'an arena has 16 GiB at most');
    this.#chunks.push(undefined);
    this.#freeSlabs.push(allSlabsFree);
    this.#slabs.grow(count * slabsPerChunk);
  }

  #releaseSlab(slab: number, sizeClass: number): void {
    // A class of which every slab holds one block has its slab full as soon as it is taken.
    this.#unlink(slab, sizeClass);
    this.#slabs.sizeClass[slab] = -1;
    const chunk = Math.floor(slab / slabsPerChunk);
    const free = (this.#freeSlabs[chunk] ?? 0) | (1 << (slab % slabsPerChunk));
    this.#freeSlabs[chunk] = free;
    this.#firstRoomy = Math.min(this.#firstRoomy, chunk);
    if (free !== allSlabsFree) return;
    const spare = this.#spareChunk;
    this.#spareChunk = chunk;
    if (spare < 0) return;
    this.#chunks[spare] = undefined;
    this.#chunkCount -= 1;
  }

  #link(slab: number, sizeClass: number): void {
    const slabs = this.#slabs;
    const next = this.#roomy[sizeClass] ?? -1;
    slabs.previous[slab] = -1;
    slabs.next[slab] = next;
    if (next >= 0) slabs.previous[next] = slab;
    this.#roomy[sizeClass] = slab;
  }

  #unlink(slab: number, sizeClass: number): void {
    const slabs = this.#slabs;
    const previous = slabs.previous[slab] ?? -1;
    const next = slabs.next[slab] ?? -1;
    if (previous >= 0) slabs.next[previous] = next;
    else this.#roomy[sizeClass] = next;
    if (next >= 0) slabs.previous[next] = previous;
  }
}

/** Unit 0 of all is left out. */
function firstUnit(slab: number): number {
  return slab === 0 ? 1 : slab << slabShift;
}

function blocksPerSlab(slab: number, size: number): number {
  return Math.floor((slab === 0 ? slabUnits - 1 : slabUnits) / size);
}
