import type { CreateOptions, Disk, DiskFile } from '../disk.ts';
import { AtollError } from '../errors.ts';
import { decodeFileHeader, fileHeaderBytes } from './format.ts';
import type { FileHeader, FileKind } from './format.ts';
import { temporaryName } from './file-names.ts';
import type { PlantedBugs } from './planted-bugs.ts';

/** What the files of one journal have in common, and how they come to be there. */
export class JournalFolder {
  readonly disk: Disk;
  readonly bugs: PlantedBugs;

  constructor(disk: Disk, bugs: PlantedBugs) {
    this.disk = disk;
    this.bugs = bugs;
  }

  /**
   * Makes a file that is whole as soon as it has its name: written under another, synced, renamed, and the
   * folder synced. The order is the point. A name before its bytes is an empty file after a power cut; a
   * rename before a sync of the folder is none.
   *
   * Resolves with the file, open, and with it in place. After a rejection it is there or not.
   */
  async makeWhole(
    name: string,
    fill: (file: DiskFile) => Promise<void>,
    options: CreateOptions = {},
  ): Promise<DiskFile> {
    const temporary = temporaryName(name);
    const file = await this.disk.create(temporary, options);
    try {
      await fill(file);
      if (!this.bugs.has('names a file before its bytes are synced')) await file.sync();
      await this.disk.rename(temporary, name);
      if (!this.bugs.has('does not sync the folder')) await this.disk.syncFolder();
    } catch (error) {
      // The first fault counts; what cannot be cleared away now is cleared away at the next start.
      await file.close().catch(ignoreFault);
      await this.disk.remove(temporary).catch(ignoreFault);
      throw error;
    }
    return file;
  }

  /** Opens a file of a journal and reads its header. Rejects with `JOURNAL_CORRUPT` if it has none. */
  async openFile(name: string, kind: FileKind): Promise<{ file: DiskFile; header: FileHeader }> {
    const file = await this.disk.open(name);
    try {
      const bytes = Buffer.alloc(fileHeaderBytes);
      const count = await file.read(0, bytes);
      const header = decodeFileHeader(bytes.subarray(0, count), name);
      if (header?.kind !== kind) throw corrupt(this.disk, name, 0, `expected a ${kind} file`);
      return { file, header };
    } catch (error) {
      await file.close();
      throw error;
    }
  }
}

/** A damaged file, with the place. */
export function corrupt(disk: Disk, name: string, at: number, what: string): AtollError {
  return new AtollError('JOURNAL_CORRUPT', `${disk.name}/${name} at byte ${at}: ${what}`);
}

export function isCorrupt(error: unknown): error is AtollError {
  return error instanceof AtollError && error.code === 'JOURNAL_CORRUPT';
}

/** For cleaning up after a fault that is already being reported. Bugs are not faults. */
export function ignoreFault(error: unknown): void {
  if (!(error instanceof AtollError)) throw error;
}
