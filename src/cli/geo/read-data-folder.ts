import { AtollError } from '../../core/errors.ts';
import { readJournal } from '../../core/journal/read-journal.ts';
import { decodeJournalRecord } from '../../geo/server/home/journal-record.ts';
import type { SnapshotSlices } from '../../geo/server/home/store-journal.ts';
import { VersionVector } from '../../geo/version-vector.ts';
import { openDisk } from '../../platform/disk.ts';

/**
 * Everything in the data folder of a server that does not run, or in a backup, and changes nothing of it. All of it is in
 * memory before the first slice: as it will be in the server that begins with it.
 * Rejects with `DISK_LOCKED`, and as damaged journals do.
 */
export async function* readDataFolder(
  folder: string,
  onRead: (doneBytes: number, totalBytes: number) => void,
): SnapshotSlices {
  const packs: Uint8Array[] = [];
  const known = new VersionVector();
  let hasRecords = false;
  const take = (bytes: Buffer, start: number, end: number): void => {
    hasRecords = true;
    const record = decodeJournalRecord(bytes.subarray(start, end));
    if (record.kind !== 'entries') return;
    known.raiseAll(record.claims);
    // A copy: what a `Buffer` calls a slice is none, and the bytes are lent.
    if (record.pack.length > 0) packs.push(new Uint8Array(record.pack));
  };
  await readJournal({
    disk: await openDisk(folder),
    onProgress: onRead,
    loadSnapshot: take,
    loadRecord: take,
  });
  if (!hasRecords) throw new AtollError('USAGE', `there is nothing to restore in ${folder}`);
  yield { known: [...known.pairs()] };
  for (const pack of packs) yield { pack };
}
