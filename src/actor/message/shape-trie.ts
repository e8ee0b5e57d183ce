import { assert } from '../../core/assert.ts';
import { shapeNamesMax } from './batch-format.ts';
import { weights } from './plain-data.ts';

/**
 * Finds the shape of an object (its properties' names in their order) by walking from name to name, with
 * no string made and, for the shapes that come again and again, no hash table asked: each node remembers
 * the name that followed last.
 *
 * Shapes have numbers within one batch. The trie outlives the batch, the numbers do not.
 */
export class ShapeTrie {
  readonly root: ShapeNode = new ShapeNode([], 0);
  #nodeCount = 1;
  #batch = 1;
  /** The shapes of this batch by number. */
  readonly #defined: ShapeNode[] = [];

  /** How many shapes this batch has defined. */
  get count(): number {
    return this.#defined.length;
  }

  startBatch(): void {
    this.#batch += 1;
    this.#defined.length = 0;
  }

  isKnown(node: ShapeNode): boolean {
    return node.batch === this.#batch;
  }

  /** Gives the shape the next number of this batch. */
  define(node: ShapeNode): void {
    assert(!this.isKnown(node), 'the shape is defined already');
    node.batch = this.#batch;
    node.number = this.#defined.length;
    this.#defined.push(node);
  }

  /** Takes back the shapes with the number `first` and above. */
  forgetFrom(first: number): void {
    for (const node of this.#defined.splice(first)) node.batch = 0;
  }

  /**
   * The node behind `name`. Undefined if there are too many properties, shapes or a name that no object may
   * have: the object is then no record with fields but a dictionary, and is written as one.
   */
  follow(node: ShapeNode, name: string): ShapeNode | undefined {
    let next = node.next.get(name);
    if (next === undefined) {
      if (name === '__proto__' || name.length > nameLengthMax) return undefined;
      if (node.names.length >= shapeNamesMax || this.#nodeCount >= nodesMax) return undefined;
      const weight = node.weight + name.length * weights.character + weights.property;
      next = new ShapeNode([...node.names, name], weight);
      node.next.set(name, next);
      this.#nodeCount += 1;
    }
    node.likelyName = name;
    node.likelyNode = next;
    return next;
  }
}

export class ShapeNode {
  readonly names: readonly string[];
  /** What the names count for the size of a message. */
  readonly weight: number;
  readonly next: Map<string, ShapeNode> = new Map();
  likelyName: string | undefined = undefined;
  likelyNode: ShapeNode | undefined = undefined;
  /** The batch in which `number` holds. */
  batch = 0;
  number = 0;

  constructor(names: readonly string[], weight: number) {
    this.names = names;
    this.weight = weight;
  }
}

/** Objects used as dictionaries would fill the memory with shapes that never come again. */
const nodesMax = 4_096;
const nameLengthMax = 256;
