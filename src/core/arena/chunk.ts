import { chunkBytes } from './units.ts';

/** A MiB of the arena, seen in each of the ways in which blocks are read and written. */
export class Chunk {
  readonly ints: Int32Array;
  readonly floats: Float64Array;
  readonly bytes: Buffer;
  readonly view: DataView;

  constructor() {
    const buffer = new ArrayBuffer(chunkBytes);
    this.ints = new Int32Array(buffer);
    this.floats = new Float64Array(buffer);
    this.bytes = Buffer.from(buffer);
    this.view = new DataView(buffer);
  }
}
