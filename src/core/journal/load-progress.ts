import type { Disk } from '../disk.ts';
import { segmentName, segmentsOf, snapshotName, snapshotsOf } from './file-names.ts';

/** How much of a journal is read, over all its files and both readings. It never goes back. */
export class LoadProgress {
  readonly #tell: (doneBytes: number, totalBytes: number) => void | Promise<void>;
  #totalBytes: number;
  #doneBytes = 0;
  /** How far the file is read that is being read. */
  #at = 0;

  constructor(
    totalBytes: number,
    tell: (doneBytes: number, totalBytes: number) => void | Promise<void>,
  ) {
    this.#totalBytes = totalBytes;
    this.#tell = tell;
  }

  /** A file is read up to `at`; less than before: another one. Reading waits for what it returns. */
  onRead(at: number): void | Promise<void> {
    this.#doneBytes += at < this.#at ? at : at - this.#at;
    this.#at = at;
    this.#totalBytes = Math.max(this.#totalBytes, this.#doneBytes);
    return this.#tell(this.#doneBytes, this.#totalBytes);
  }
}

/** What will be read, in both readings, if nothing is damaged. */
export async function bytesToLoad(disk: Disk, names: readonly string[]): Promise<number> {
  const snapshot = snapshotsOf(names).at(-1);
  const base = snapshot ?? 0;
  const segments = segmentsOf(names);
  const first = segments.findLast((sequence) => sequence <= base + 1) ?? 0;
  const needed = segments.filter((sequence) => sequence >= first).map(segmentName);
  if (snapshot !== undefined) needed.push(snapshotName(snapshot));
  let sum = 0;
  for (const name of needed) {
    const file = await disk.open(name);
    sum += 2 * file.length;
    await file.close();
  }
  return sum;
}
