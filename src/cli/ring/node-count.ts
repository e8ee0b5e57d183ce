import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';

import { AtollError } from '../../core/errors.ts';

const fileName = 'ring.json';

/**
 * How many nodes have their data in a folder; undefined: it is not one of a server of the ring yet. With fewer, keys of those
 * left out would be out of reach while the server looks well.
 */
export async function readNodeCount(folder: string): Promise<number | undefined> {
  const path = join(folder, fileName);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  const nodes = parseNodes(text);
  if (typeof nodes === 'number' && Number.isSafeInteger(nodes) && nodes > 0) return nodes;
  throw new AtollError('USAGE', `${path} does not say how many nodes have their data beside it`);
}

/** Writes it down, whole or not at all. Requires: nodes begin afterwards. */
export async function keepNodeCount(folder: string, nodes: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, fileName);
  const file = await open(`${path}.new`, 'w');
  try {
    await file.writeFile(`${JSON.stringify({ nodes })}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
  const directory = await open(folder, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function parseNodes(text: string): unknown {
  try {
    return (JSON.parse(text) as { readonly nodes?: unknown } | null)?.nodes;
  } catch {
    return undefined;
  }
}
