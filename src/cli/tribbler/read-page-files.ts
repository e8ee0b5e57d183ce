import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { PageFile, PageFiles } from '../../tribbler/server/api/page-files.ts';

const mediaTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.txt': 'text/plain; charset=utf-8',
  '.woff2': 'font/woff2',
};

/** Where the build puts the page of Tribbler, and where the package has it. */
const pageFolder: string = fileURLToPath(new URL('../../../page/tribbler', import.meta.url));

/** Reads all files of the page into memory: they are few and small. Without a page there are none. */
export async function readPageFiles(folder: string = pageFolder): Promise<PageFiles> {
  const files: Map<string, PageFile> = new Map();
  for (const path of await listFiles(folder)) {
    const mediaType = mediaTypes[extname(path)];
    // What browsers would have to guess is not for them: source maps, for one.
    if (mediaType === undefined) continue;
    const bytes = new Uint8Array(await readFile(path));
    const name = `/${relative(folder, path).split(sep).join('/')}`;
    const digest = createHash('sha256').update(bytes).digest('base64url');
    const isImmutable = name.startsWith('/assets/');
    files.set(name, { bytes, mediaType, etag: `"${digest.slice(0, 27)}"`, isImmutable });
  }
  return files;
}

async function listFiles(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
