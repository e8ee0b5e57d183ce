/**
 * A folder of files, as something that must not forget needs it: a file only grows at its end, and what
 * has to be there after a power cut is synced, the bytes and the names apart.
 *
 * What a disk promises is little. A write that is over is in the memory of the operating system, and after
 * a power cut any part of it may be missing. `sync` makes the bytes of a file durable; that a file is there
 * at all, under its name, is a matter of the folder and takes `syncFolder`. Who forgets one of the two has
 * a program that works until the first power cut.
 *
 * Results are promises: measured on a sync of 260 µs, a promise or a bare callback makes no difference, and
 * whoever commits in groups waits for one of them however many records there are.
 *
 * Faults: `DISK_FULL` where space or a quota is used up, `DISK_FAILED` for everything else that a disk or
 * its operating system does not do.
 */
export interface Disk {
  /** For messages: where the folder is. */
  readonly name: string;
  /**
   * Takes the folder for this program alone. Rejects with `DISK_LOCKED` while another one, or another part
   * of this one, has it. The lock of a program that ended in any way does not count.
   */
  lock(): Promise<DiskLock>;
  /** The names of the files, in order. The lock is not among them. */
  list(): Promise<string[]>;
  /** Makes an empty file and opens it; one that was there is emptied. */
  create(name: string, options?: CreateOptions): Promise<DiskFile>;
  /** Opens a file that is there. Rejects with `DISK_FAILED` if it is not. */
  open(name: string): Promise<DiskFile>;
  /** Gives a file another name, at once: whoever looks sees the one or the other. Replaces what is there. */
  rename(from: string, to: string): Promise<void>;
  /** Removes a file. Does nothing if it is not there. */
  remove(name: string): Promise<void>;
  /** All that was created, renamed and removed before this call is so after a power cut too. */
  syncFolder(): Promise<void>;
  /** What can still be written, about. */
  freeBytes(): Promise<number>;
}

export interface CreateOptions {
  /**
   * Every append will be followed by a sync: a disk that can do both at once does, and has nothing left to do in `sync`. Each
   * call that goes to the disk and comes back costs a commit some 40 µs of the processor, and there are two less of them.
   */
  readonly syncsAppends?: boolean;
}

/** The disks of one host, for any of its threads. */
export interface Disks {
  /**
   * The folder of that path, made if it is not there: it then is there after a power cut too. Two threads that open the
   * same one share it, and `lock` keeps them apart. Rejects with `DISK_FAILED` or `DISK_FULL`.
   */
  open(folder: string): Promise<Disk>;
}

export interface DiskLock {
  /** Gives the folder back. */
  release(): Promise<void>;
}

/** An open file. Requires: one `append` or `truncate` at a time; `read` and `sync` may overlap with it. */
export interface DiskFile {
  /** Bytes that were appended, as this opening knows it: after a fault there may be fewer or more. */
  readonly length: number;
  /**
   * Writes at the end. `bytes` are lent until the promise is settled. After a fault any part of them may
   * have been written.
   */
  append(bytes: Uint8Array): Promise<void>;
  /**
   * Makes durable what was appended before this call. After a rejection nobody knows what is durable, and a
   * later success does not say that it is: the operating system forgets what it could not write.
   */
  sync(): Promise<void>;
  /** Fills `into` from `at` on; resolves with how many bytes, fewer only where the file ends. */
  read(at: number, into: Uint8Array): Promise<number>;
  /** Cuts the file to `length` bytes, which are not more than it has. */
  truncate(length: number): Promise<void>;
  close(): Promise<void>;
}

/** Reads all of a file. Meant for small ones. */
export async function readWhole(disk: Disk, name: string): Promise<Uint8Array> {
  const file = await disk.open(name);
  try {
    const bytes = new Uint8Array(file.length);
    const count = await file.read(0, bytes);
    return bytes.subarray(0, count);
  } finally {
    await file.close();
  }
}
