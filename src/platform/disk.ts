import { constants } from 'node:fs';
import { mkdir, open, readdir, rename, statfs, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { assert } from '../core/assert.ts';
import type { CreateOptions, Disk, DiskFile, DiskLock } from '../core/disk.ts';
import { AtollError } from '../core/errors.ts';
import { isLockName, lockFolder } from './disk-lock.ts';
import { faultWords } from './fault-words.ts';

/** A folder of the file system, made if it is not there. Rejects with `DISK_FAILED` or `DISK_FULL`. */
export async function openDisk(folder: string): Promise<Disk> {
  const path = resolve(folder);
  await orFault(`the folder ${path} cannot be used`, async () => {
    const made = await mkdir(path, { recursive: true });
    if (made === undefined) return;
    // A folder that was made is an entry of its parent, and as lost as a file if that is not synced.
    for (let parent = dirname(path); ; parent = dirname(parent)) {
      await syncPath(parent);
      if (parent === dirname(made) || parent === dirname(parent)) return;
    }
  });
  return new PlatformDisk(path);
}

class PlatformDisk implements Disk {
  readonly name: string;

  constructor(path: string) {
    this.name = path;
  }

  lock(): Promise<DiskLock> {
    return orFault(`the folder ${this.name} cannot be locked`, () => lockFolder(this.name));
  }

  list(): Promise<string[]> {
    return orFault(`${this.name} cannot be listed`, async () => {
      const entries = await readdir(this.name, { withFileTypes: true });
      const names = entries.filter((entry) => entry.isFile() && !isLockName(entry.name));
      return names.map((entry) => entry.name).toSorted();
    });
  }

  create(name: string, { syncsAppends = false }: CreateOptions = {}): Promise<DiskFile> {
    const isDataSync = syncsAppends && canWriteDurably;
    return this.#open(name, isDataSync ? createDataSync : 'w+', isDataSync);
  }

  open(name: string): Promise<DiskFile> {
    return this.#open(name, 'r+', false);
  }

  rename(from: string, to: string): Promise<void> {
    return orFault(`${this.#path(from)} cannot be renamed to ${to}`, () =>
      rename(this.#path(from), this.#path(to)),
    );
  }

  remove(name: string): Promise<void> {
    const path = this.#path(name);
    return orFault(`${path} cannot be removed`, () =>
      unlink(path).catch((error: unknown) => {
        if (codeOf(error) !== 'ENOENT') throw error;
      }),
    );
  }

  syncFolder(): Promise<void> {
    return orFault(`the folder ${this.name} cannot be synced`, () => syncPath(this.name));
  }

  freeBytes(): Promise<number> {
    return orFault(`${this.name} does not tell its free space`, async () => {
      const { bavail, bsize } = await statfs(this.name);
      return bavail * bsize;
    });
  }

  #open(name: string, flags: 'w+' | 'r+' | number, isDataSync: boolean): Promise<DiskFile> {
    const path = this.#path(name);
    return orFault(`${path} cannot be opened`, async () => {
      const handle = await open(path, flags);
      const { size } = await handle.stat();
      return new PlatformFile(path, handle, size, isDataSync);
    });
  }

  #path(name: string): string {
    assert(/^[\w-][\w.-]*$/.test(name), `${name} is not the name of a file`);
    return join(this.name, name);
  }
}

class PlatformFile implements DiskFile {
  readonly #path: string;
  readonly #handle: FileHandle;
  #length: number;
  /** What was changed is durable: with O_DSYNC, unless the file was cut. */
  #isDurable: boolean;
  #isChanging = false;

  constructor(path: string, handle: FileHandle, length: number, isDataSync: boolean) {
    this.#path = path;
    this.#handle = handle;
    this.#length = length;
    this.#isDurable = isDataSync;
  }

  get length(): number {
    return this.#length;
  }

  append(bytes: Uint8Array): Promise<void> {
    return this.#change(`${this.#path} cannot be written`, async () => {
      // The system may take less than it is given, and says so only by its count.
      for (let from = 0; from < bytes.length;) {
        const { bytesWritten } = await this.#handle.write(
          bytes,
          from,
          bytes.length - from,
          this.#length,
        );
        from += bytesWritten;
        this.#length += bytesWritten;
      }
    });
  }

  /** fdatasync: the bytes and the length, without the times that nobody needs; F_FULLFSYNC on macOS. */
  sync(): Promise<void> {
    if (this.#isDurable) return Promise.resolve();
    return orFault(`${this.#path} cannot be synced`, () => this.#handle.datasync());
  }

  read(at: number, into: Uint8Array): Promise<number> {
    return orFault(`${this.#path} cannot be read`, async () => {
      let count = 0;
      while (count < into.length) {
        const { bytesRead } = await this.#handle.read(into, count, into.length - count, at + count);
        if (bytesRead === 0) break;
        count += bytesRead;
      }
      return count;
    });
  }

  truncate(length: number): Promise<void> {
    assert(length <= this.#length, `${length} is not a length to cut ${this.#length} bytes to`);
    this.#isDurable = false;
    return this.#change(`${this.#path} cannot be cut`, async () => {
      await this.#handle.truncate(length);
      this.#length = length;
    });
  }

  close(): Promise<void> {
    return orFault(`${this.#path} cannot be closed`, () => this.#handle.close());
  }

  async #change(fault: string, change: () => Promise<void>): Promise<void> {
    assert(!this.#isChanging, `${this.#path} is being changed already`);
    this.#isChanging = true;
    try {
      await orFault(fault, change);
    } finally {
      this.#isChanging = false;
    }
  }
}

/**
 * A write to such a file returns when its bytes and the length are durable, as after an fdatasync. Only on Linux: elsewhere
 * there is no such flag, or it stops at the memory of the drive.
 */
const canWriteDurably = process.platform === 'linux';
const createDataSync = constants.O_RDWR | constants.O_CREAT | constants.O_TRUNC | constants.O_DSYNC;

async function syncPath(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Does it; what the operating system refuses becomes a coded fault. */
async function orFault<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (codeOf(error) === undefined || error instanceof AtollError) throw error;
    const isFull = codeOf(error) === 'ENOSPC' || codeOf(error) === 'EDQUOT';
    const code = isFull ? 'DISK_FULL' : 'DISK_FAILED';
    throw new AtollError(code, `${what}: ${faultWords(error)}`, { cause: error });
  }
}

/** The operating system's code. Undefined for a bug, which is none of its faults. */
function codeOf(error: unknown): string | undefined {
  const isCoded = error instanceof Error && 'code' in error && typeof error.code === 'string';
  return isCoded ? (error.code as string) : undefined;
}
