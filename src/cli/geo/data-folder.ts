import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { AtollError } from '../../core/errors.ts';
import type { Outside } from '../../core/outside.ts';
import { randomHex } from '../../core/random.ts';
import { Origins } from '../../geo/server/origins.ts';
import { StoreJournal, type SnapshotSlices } from '../../geo/server/home/store-journal.ts';
import { EntryPackReader } from '../../geo/server/sync/entry-pack-reader.ts';
import { openDisk } from '../../platform/disk.ts';
import { createOutside } from '../../platform/outside.ts';

/** What a data folder was filled with. */
export interface FolderContent {
  readonly keys: number;
  readonly tombstones: number;
  readonly bytes: number;
}

/** Of the id of a cluster: as many as geo servers draw. */
const clusterIdBytes = 8;

/**
 * Fills an empty folder with entries, as the data folder of a server that has never run, of a cluster of its own: under
 * its old name it could join the old cluster, and what it has would beat deletes that are forgotten there.
 *
 * It is a snapshot, which was read back and checked, or nothing: what was begun is removed if it fails.
 * Rejects with `USAGE` if the folder is not empty.
 */
export async function fillDataFolder(
  folder: string,
  slices: SnapshotSlices,
  onProgress: (content: FolderContent) => void,
): Promise<FolderContent> {
  await mustBeEmpty(folder);
  try {
    return await fill(folder, slices, onProgress);
  } catch (error) {
    const names = await readdir(folder).catch(() => []);
    for (const name of names) await rm(join(folder, name), { force: true });
    throw error;
  }
}

async function mustBeEmpty(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const [some] = await readdir(folder);
  if (some === undefined) return;
  throw new AtollError('USAGE', `expected an empty folder, and in ${folder} there is ${some}`);
}

async function fill(
  folder: string,
  slices: SnapshotSlices,
  onProgress: (content: FolderContent) => void,
): Promise<FolderContent> {
  const outside = createOutside();
  const cluster = await openStore(folder, outside);
  cluster.appendCluster(randomHex(outside.random, clusterIdBytes), []);
  await cluster.close();
  // The snapshot takes the place of the log before it: were that still there, it could stand in for a damaged snapshot, and
  // has nothing in it.
  const journal = await openStore(folder, outside);
  let content: FolderContent = { keys: 0, tombstones: 0, bytes: 0 };
  async function* counted(): SnapshotSlices {
    const origins = new Origins();
    for await (const slice of slices) {
      if (slice.pack !== undefined) content = added(content, slice.pack, origins);
      onProgress(content);
      yield slice;
    }
  }
  try {
    await journal.snapshot(counted());
  } finally {
    await journal.close();
  }
  return content;
}

async function openStore(folder: string, outside: Outside): Promise<StoreJournal> {
  const { journal } = await StoreJournal.open({
    outside,
    disk: await openDisk(folder),
    durability: 'fsync',
    onIdentity: () => Promise.resolve(),
    onEntries: nothing,
    onMembers: nothing,
    onProgress: nothing,
    onDurable: nothing,
    // What comes of it, the next call rejects with.
    onFault: nothing,
    snapshotsKept: 1,
  });
  return journal;
}

const nothing = (): void => {};

/** Reads every entry: what cannot be read is noticed now, and not when it is needed. */
function added(content: FolderContent, pack: Uint8Array, origins: Origins): FolderContent {
  let { keys, tombstones } = content;
  const reader = new EntryPackReader(pack, origins);
  while (reader.next()) {
    if (reader.isTombstone) tombstones += 1;
    else keys += 1;
  }
  return { keys, tombstones, bytes: content.bytes + pack.length };
}
