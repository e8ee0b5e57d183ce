import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { randomBelow } from '../random.ts';
import { SimRandom } from '../../sim/sim-random.ts';
import { Arena } from './arena.ts';
import { blockUnitsMax, sizeClassOf, sizeOfClass } from './size-classes.ts';
import { chunkBytes, chunkMask, slabUnits, unitBytes } from './units.ts';

const units = fc.oneof(
  fc.integer({ min: 1, max: 80 }),
  fc.integer({ min: 1, max: blockUnitsMax }),
  fc.constant(blockUnitsMax),
);
/** Take a block of so many units, or give back the one at this fraction of those in use. */
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ take: units }) },
  { weight: 2, arbitrary: fc.record({ give: fc.double({ min: 0, max: 0.999, noNaN: true }) }) },
);

test('a class holds what it is chosen for and wastes an eighth at most, or the rest of a slab', () => {
  for (let size = 1; size <= blockUnitsMax; size += 1) {
    const found = sizeOfClass(sizeClassOf(size));
    const fitted = slabUnits / Math.floor(slabUnits / found);
    assert.ok(found >= size && found <= Math.max(size * 1.125, Math.floor(fitted)), `${size}`);
  }
  for (const size of [0, blockUnitsMax + 1]) assert.throws(() => sizeClassOf(size), /no block/);
});

test('blocks keep what was written to them, whatever is taken and given back around them', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const arena = new Arena();
      const inUse: Owned[] = [];
      for (const [number, action] of steps.entries()) {
        if ('take' in action) {
          inUse.push(new Owned(arena, action.take, number + 1));
        } else if (inUse.length > 0) {
          const [owned] = inUse.splice(Math.floor(action.give * inUse.length), 1);
          owned?.check();
          if (owned !== undefined) arena.free(owned.block);
        }
        assert.deepEqual(arena.audit(), new Set(inUse.map(({ block }) => block)));
      }
      for (const owned of inUse) owned.check();
      for (const { block } of inUse) arena.free(block);
      assert.equal(arena.usedBytes, 0);
      assert.ok(arena.heldBytes <= chunkBytes, 'one empty chunk may stay');
    }),
  );
});

test('a size takes over the memory that another has given back', () => {
  const arena = new Arena();
  const fill = (size: number): number[] =>
    Array.from({ length: Math.floor((8 * chunkBytes) / (size * unitBytes)) }, () =>
      arena.allocate(size),
    );
  for (const size of [13, 25, 400, 7, 2_000]) {
    const blocks = fill(size);
    assert.ok(arena.heldBytes <= 9.5 * chunkBytes, `${arena.heldBytes} bytes with size ${size}`);
    for (const block of blocks) arena.free(block);
    assert.ok(arena.heldBytes <= chunkBytes, 'chunks without a block go back to the system');
  }
});

test('blocks that grow and shrink at random for long take less than twice their bytes', () => {
  const arena = new Arena();
  const random = new SimRandom(3);
  const size = (): number => 5 + randomBelow(random, random.chance(0.1) ? 500 : 40);
  const blocks = Array.from({ length: 20_000 }, () => arena.allocate(size()));
  for (let change = 0; change < 400_000; change += 1) {
    const at = randomBelow(random, blocks.length);
    arena.free(blocks[at] ?? 0);
    blocks[at] = arena.allocate(size());
  }
  assert.ok(arena.heldBytes < 2 * arena.usedBytes, `${arena.heldBytes} for ${arena.usedBytes}`);
});

test('a block that is not in use cannot be given back where that can be seen', () => {
  const arena = new Arena();
  const block = arena.allocate(4);
  arena.free(block);
  assert.throws(() => arena.free(block), /not in use/);
});

test('after clear, nothing is held and blocks can be taken again', () => {
  const arena = new Arena();
  for (let i = 0; i < 1_000; i += 1) arena.allocate(1_000);
  arena.clear();
  assert.deepEqual([arena.usedBytes, arena.heldBytes], [0, 0]);
  assert.deepEqual(arena.audit(), new Set());
  const block = arena.allocate(10);
  assert.deepEqual(arena.audit(), new Set([block]));
});

/** A block filled with a mark of its own. */
class Owned {
  readonly block: number;
  readonly #arena: Arena;
  readonly #units: number;
  readonly #mark: number;

  constructor(arena: Arena, size: number, mark: number) {
    this.block = arena.allocate(size);
    this.#arena = arena;
    this.#units = size;
    this.#mark = mark;
    this.#floats().fill(mark);
  }

  check(): void {
    assert.ok(
      this.#floats().every((value) => value === this.#mark),
      'somebody wrote into a block',
    );
  }

  #floats(): Float64Array {
    const start = this.block & chunkMask;
    return this.#arena.chunk(this.block).floats.subarray(start, start + this.#units);
  }
}
