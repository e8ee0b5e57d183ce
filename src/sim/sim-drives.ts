import { SimDrive, type DriveConditions } from './sim-drive.ts';
import { SimLock } from './sim-disk.ts';
import type { SimRandom } from './sim-random.ts';

/** The folder that a node has without asking for one. */
export const mainFolder = 'data';

/** A drive, and who has it for itself. */
export interface LockableDrive {
  readonly drive: SimDrive;
  readonly lock: SimLock;
}

/** All drives of a node, one for each folder that a program has opened: what hurts its disk hurts all of them. */
export class SimDrives {
  readonly #random: SimRandom;
  readonly #drives: Map<string, LockableDrive> = new Map();
  /** What those that are not made yet will have as well. */
  #conditions: Partial<DriveConditions> = {};

  constructor(random: SimRandom) {
    this.#random = random;
    this.of(mainFolder);
  }

  /** That of `folder`, empty if nobody had asked for it. */
  of(folder: string): LockableDrive {
    const there = this.#drives.get(folder);
    if (there !== undefined) return there;
    const name = folder === mainFolder ? 'drive' : `drive ${folder}`;
    const made = { drive: new SimDrive(this.#random.child(name)), lock: new SimLock() };
    made.drive.setConditions(this.#conditions);
    this.#drives.set(folder, made);
    return made;
  }

  /** Something was written and is not synced: what a power cut may take. */
  get hasPending(): boolean {
    return [...this.#drives.values()].some(({ drive }) => drive.hasPending);
  }

  /** What is not given stays. Each drive takes `roomBytes` more than it holds now, if they are given. */
  setConditions(conditions: Partial<DriveConditions>, roomBytes?: number): void {
    const room = (usedBytes: number): Partial<DriveConditions> =>
      roomBytes === undefined ? {} : { capacityBytes: usedBytes + roomBytes };
    this.#conditions = { ...this.#conditions, ...conditions, ...room(0) };
    for (const { drive } of this.#drives.values()) {
      drive.setConditions({ ...conditions, ...room(drive.usedBytes) });
    }
  }

  /** Nothing fails any more; what was lost stays lost. */
  heal(): void {
    this.#conditions = {};
    for (const { drive } of this.#drives.values()) drive.heal();
  }

  cutPower(): void {
    for (const { drive } of this.#drives.values()) drive.cutPower();
  }
}
