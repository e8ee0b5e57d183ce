/** What the allocator knows of each slab: columns by slab number, grown by doubling. They stay small. */
export class SlabTable {
  /** Its size class; −1: the slab is free. */
  sizeClass: Int16Array = new Int16Array(0);
  /** How many of its blocks are in use. */
  used: Int32Array = new Int32Array(0);
  /** How many blocks were ever cut from it; behind them nothing is in use. */
  cut: Int32Array = new Int32Array(0);
  /** The first of its blocks that were given back, each of which names the next; 0: there is none. */
  firstFree: Int32Array = new Int32Array(0);
  /** Neighbours in the list of slabs of the same class with room; −1: none. */
  previous: Int32Array = new Int32Array(0);
  next: Int32Array = new Int32Array(0);

  get length(): number {
    return this.used.length;
  }

  /** Makes room for slab numbers below `count`. */
  grow(count: number): void {
    if (count <= this.length) return;
    const length = Math.max(count, this.length * 2);
    this.sizeClass = filled(new Int16Array(length), this.sizeClass);
    this.used = filled(new Int32Array(length), this.used);
    this.cut = filled(new Int32Array(length), this.cut);
    this.firstFree = filled(new Int32Array(length), this.firstFree);
    this.previous = filled(new Int32Array(length), this.previous);
    this.next = filled(new Int32Array(length), this.next);
  }
}

/** Slabs that are not there yet are free ones. */
function filled<Column extends Int16Array | Int32Array>(column: Column, old: Column): Column {
  column.fill(-1);
  column.set(old);
  return column;
}
