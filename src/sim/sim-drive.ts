import { randomBelow } from '../core/random.ts';
import { SimFile } from './sim-file.ts';
import type { SimRandom } from './sim-random.ts';

/** How a simulated disk behaves; chances are for each operation. */
export interface DriveConditions {
  /** A write fails, with a part of it done. */
  readonly writeFailChance: number;
  /** A sync fails, and what it should have written is never written. */
  readonly syncFailChance: number;
  /** A sync of the folder fails. */
  readonly folderSyncFailChance: number;
  /** An operation takes up to `stallMsMax`. */
  readonly stallChance: number;
  readonly stallMsMax: number;
  /** A write is done in several steps, with time between them. */
  readonly shortWriteChance: number;
  /** After a power cut, unsynced sectors are there or not each by itself, instead of up to some byte. */
  readonly isReordered: boolean;
  /** Bytes of all files together. */
  readonly capacityBytes: number;
}

const soundConditions: DriveConditions = {
  writeFailChance: 0,
  syncFailChance: 0,
  folderSyncFailChance: 0,
  stallChance: 0,
  stallMsMax: 5_000,
  shortWriteChance: 0.05,
  isReordered: false,
  capacityBytes: Infinity,
};

type NameChange =
  | { readonly kind: 'link'; readonly name: string; readonly file: SimFile }
  | { readonly kind: 'rename'; readonly from: string; readonly to: string }
  | { readonly kind: 'remove'; readonly name: string };

/**
 * The disk of a simulated node: it outlives the node's lives, and is what a test hurts.
 *
 * A process that ends loses nothing it wrote, for the operating system still has it. A power cut keeps of
 * each file what was synced and a part of the rest, and of the folder what was synced and a prefix of the
 * later changes: so an unsynced file vanishes or is there empty, and a rename is undone.
 */
export class SimDrive {
  readonly #random: SimRandom;
  readonly #files: Map<string, SimFile> = new Map();
  readonly #durableFiles: Map<string, SimFile> = new Map();
  #nameChanges: NameChange[] = [];
  #conditions: DriveConditions = soundConditions;

  constructor(random: SimRandom) {
    this.#random = random;
  }

  get conditions(): DriveConditions {
    return this.#conditions;
  }

  /** What is not given stays. */
  setConditions(conditions: Partial<DriveConditions>): void {
    this.#conditions = { ...this.#conditions, ...conditions };
  }

  /** Nothing fails any more; what was lost stays lost. */
  heal(): void {
    this.#conditions = soundConditions;
  }

  get names(): string[] {
    return [...this.#files.keys()].toSorted();
  }

  /** Whether something was written to a file and is not synced. */
  get hasPending(): boolean {
    return [...this.#files.values()].some((file) => file.hasPending);
  }

  get usedBytes(): number {
    let sum = 0;
    for (const file of this.#files.values()) sum += file.length;
    return sum;
  }

  get nameChangeCount(): number {
    return this.#nameChanges.length;
  }

  get(name: string): SimFile | undefined {
    return this.#files.get(name);
  }

  create(name: string): SimFile {
    const file = this.#files.get(name);
    if (file !== undefined) {
      file.truncate(0);
      return file;
    }
    const made = new SimFile();
    this.#change({ kind: 'link', name, file: made });
    return made;
  }

  rename(from: string, to: string): void {
    this.#change({ kind: 'rename', from, to });
  }

  remove(name: string): void {
    if (this.#files.has(name)) this.#change({ kind: 'remove', name });
  }

  /** The oldest `count` changes of names reach the platters. */
  syncNames(count: number): void {
    for (const change of this.#nameChanges.splice(0, count)) apply(change, this.#durableFiles);
  }

  /** Turns a bit of a file over: at `at`, or anywhere. Does nothing to an empty file. */
  flipBit(name: string, at?: number): void {
    const file = this.#files.get(name);
    if (file === undefined || file.length === 0) return;
    file.flipBit(at ?? randomBelow(this.#random, file.length), randomBelow(this.#random, 8));
  }

  /** All that the operating system had not written is lost, but for what the seed keeps. */
  cutPower(): void {
    const random = this.#random;
    const count = this.#nameChanges.length;
    this.syncNames(random.pick([0, count, randomBelow(random, count + 1)]));
    this.#nameChanges = [];
    this.#files.clear();
    for (const [name, file] of this.#durableFiles) {
      file.cutPower(random, this.#conditions.isReordered);
      this.#files.set(name, file);
    }
  }

  #change(change: NameChange): void {
    apply(change, this.#files);
    this.#nameChanges.push(change);
  }
}

function apply(change: NameChange, files: Map<string, SimFile>): void {
  switch (change.kind) {
    case 'link':
      files.set(change.name, change.file);
      return;
    case 'remove':
      files.delete(change.name);
      return;
    case 'rename': {
      const file = files.get(change.from);
      if (file === undefined) return;
      files.delete(change.from);
      files.set(change.to, file);
    }
  }
}
