import { mkdir, open, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Moves the files of a data folder into a folder of its own in there, so that a server begins without them and nothing is
 * lost: what others do not take back may still be looked at. Resolves with the folder's path.
 *
 * Requires: no server uses the folder.
 */
export async function setDataAside(folder: string, now: Date): Promise<string> {
  const entries = await readdir(folder, { withFileTypes: true });
  const aside = join(folder, `stale-${now.toISOString().replaceAll(/[:.]/g, '-')}`);
  await mkdir(aside);
  for (const entry of entries) {
    if (entry.isFile()) await rename(join(folder, entry.name), join(aside, entry.name));
  }
  for (const path of [aside, folder]) {
    const handle = await open(path, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }
  return aside;
}
