import { assert } from '../core/assert.ts';
import type { Disk, DiskFile, DiskLock } from '../core/disk.ts';
import { AtollError } from '../core/errors.ts';
import { randomBelow } from '../core/random.ts';
import type { Scheduler } from './scheduler.ts';
import type { SimDrive } from './sim-drive.ts';
import type { SimFile } from './sim-file.ts';
import type { SimLife } from './sim-life.ts';
import type { SimRandom } from './sim-random.ts';

/** How long operations take on a disk that is well. */
const quickMs = { from: 0.005, to: 0.1 };
const syncMs = { from: 0.1, to: 2 };

export interface SimDiskOptions {
  readonly scheduler: Scheduler;
  readonly random: SimRandom;
  readonly life: SimLife;
  readonly drive: SimDrive;
  /** Whether the lock is free, and taking and giving it; it goes with the life. */
  readonly lock: SimLock;
  /** The path of the folder that the drive is. */
  readonly folder: string;
}

/** Who has the folder of a drive. */
export class SimLock {
  #holder: { readonly life: SimLife } | undefined;

  /** Undefined if somebody who lives has it. */
  take(life: SimLife): (() => void) | undefined {
    if (this.#holder !== undefined && !this.#holder.life.isOver) return undefined;
    const holder = { life };
    this.#holder = holder;
    return () => {
      if (this.#holder === holder) this.#holder = undefined;
    };
  }
}

/**
 * The disk of a node as one life of it sees it. An operation takes its effect at one moment after the call,
 * or at several if it is a write, and is known to be over some time later still; a life that ends in
 * between never learns. Bytes to write are read when they are written: who touches them before is found out.
 */
export class SimDisk implements Disk {
  readonly name: string;
  readonly #options: SimDiskOptions;

  constructor(options: SimDiskOptions) {
    this.#options = options;
    this.name = `${options.life.host}:${options.folder}`;
  }

  /** Gives itself, in a while. */
  opened(): Promise<Disk> {
    return this.operate('open folder', quickMs, () => this);
  }

  lock(): Promise<DiskLock> {
    const { lock, life } = this.#options;
    return this.operate('lock', quickMs, () => {
      const release = lock.take(life);
      if (release === undefined) {
        throw new AtollError('DISK_LOCKED', `${this.name} is in use by ${life.host}`);
      }
      return { release: () => this.operate('unlock', quickMs, release) };
    });
  }

  list(): Promise<string[]> {
    return this.operate('list', quickMs, () => this.#options.drive.names);
  }

  create(name: string): Promise<DiskFile> {
    return this.operate('create', quickMs, () => {
      const file = this.#options.drive.create(name);
      return new SimOpenFile(this, name, file);
    });
  }

  open(name: string): Promise<DiskFile> {
    return this.operate('open', quickMs, () => new SimOpenFile(this, name, this.#find(name)));
  }

  rename(from: string, to: string): Promise<void> {
    return this.operate('rename', quickMs, () => {
      this.#find(from);
      this.#options.drive.rename(from, to);
    });
  }

  remove(name: string): Promise<void> {
    return this.operate('remove', quickMs, () => this.#options.drive.remove(name));
  }

  syncFolder(): Promise<void> {
    const { drive, random } = this.#options;
    const count = drive.nameChangeCount;
    return this.operate('sync folder', syncMs, () => {
      if (random.chance(drive.conditions.folderSyncFailChance)) throw failed('sync of the folder');
      drive.syncNames(count);
    });
  }

  freeBytes(): Promise<number> {
    return this.operate('free', quickMs, () => this.room);
  }

  /** Bytes that can still be written. */
  get room(): number {
    const { drive } = this.#options;
    return Math.max(0, drive.conditions.capacityBytes - drive.usedBytes);
  }

  get drive(): SimDrive {
    return this.#options.drive;
  }

  get random(): SimRandom {
    return this.#options.random;
  }

  /** Lets `effect` happen in a while, and hands on what it gave or threw later. */
  operate<T>(
    kind: string,
    duration: { readonly from: number; readonly to: number },
    effect: () => T,
  ): Promise<T> {
    const { scheduler, random, life, drive } = this.#options;
    const { stallChance, stallMsMax } = drive.conditions;
    let ms = random.between(duration.from, duration.to);
    if (random.chance(stallChance)) ms += random.between(0, stallMsMax);
    return new Promise((resolve, reject) => {
      scheduler.after(ms, `disk ${kind}`, life.name, () => {
        // What had not begun when the process ended is not done.
        if (life.isOver) return;
        let settle: () => void;
        try {
          const result = effect();
          settle = () => resolve(result);
        } catch (error) {
          if (!(error instanceof AtollError)) throw error;
          settle = () => reject(error);
        }
        const laterMs = random.between(quickMs.from, quickMs.to);
        scheduler.after(laterMs, `disk ${kind} over`, life.name, () => life.run(settle));
      });
    });
  }

  #find(name: string): SimFile {
    const file = this.#options.drive.get(name);
    if (file === undefined) {
      throw new AtollError('DISK_FAILED', `${name} cannot be opened: there is no such file`);
    }
    return file;
  }
}

class SimOpenFile implements DiskFile {
  readonly #disk: SimDisk;
  readonly #name: string;
  readonly #file: SimFile;
  #isChanging = false;
  #isClosed = false;

  constructor(disk: SimDisk, name: string, file: SimFile) {
    this.#disk = disk;
    this.#name = name;
    this.#file = file;
  }

  get length(): number {
    return this.#file.length;
  }

  append(bytes: Uint8Array): Promise<void> {
    return this.#change(async () => {
      let rest = bytes;
      const { random, drive } = this.#disk;
      while (random.chance(drive.conditions.shortWriteChance) && rest.length > 1) {
        const count = 1 + randomBelow(random, rest.length - 1);
        await this.#write(rest.subarray(0, count));
        rest = rest.subarray(count);
      }
      await this.#write(rest);
    });
  }

  sync(): Promise<void> {
    this.#mustBeOpen();
    const { random, drive } = this.#disk;
    const count = this.#file.pendingCount;
    return this.#disk.operate('sync', syncMs, () => {
      if (random.chance(drive.conditions.syncFailChance)) {
        this.#file.dropPending(count);
        throw failed(`sync of ${this.#name}`);
      }
      this.#file.sync(count);
    });
  }

  read(at: number, into: Uint8Array): Promise<number> {
    this.#mustBeOpen();
    return this.#disk.operate('read', quickMs, () => this.#file.read(at, into));
  }

  truncate(length: number): Promise<void> {
    return this.#change(() =>
      this.#disk.operate('truncate', quickMs, () => this.#file.truncate(length)),
    );
  }

  close(): Promise<void> {
    this.#mustBeOpen();
    this.#isClosed = true;
    return this.#disk.operate('close', quickMs, () => {});
  }

  #write(bytes: Uint8Array): Promise<void> {
    const disk = this.#disk;
    const { random, drive } = disk;
    return disk.operate('write', quickMs, () => {
      if (random.chance(drive.conditions.writeFailChance)) {
        this.#file.append(bytes.subarray(0, randomBelow(random, bytes.length + 1)));
        throw failed(`write of ${this.#name}`);
      }
      const fitting = bytes.subarray(0, disk.room);
      this.#file.append(fitting);
      if (fitting.length < bytes.length) {
        throw new AtollError('DISK_FULL', `${this.#name} cannot be written: no space is left`);
      }
    });
  }

  async #change(change: () => Promise<void>): Promise<void> {
    this.#mustBeOpen();
    assert(!this.#isChanging, `${this.#name} is being changed already`);
    this.#isChanging = true;
    try {
      await change();
    } finally {
      this.#isChanging = false;
    }
  }

  #mustBeOpen(): void {
    assert(!this.#isClosed, `${this.#name} is closed`);
  }
}

function failed(what: string): AtollError {
  return new AtollError('DISK_FAILED', `${what}: the disk reports an error`);
}
