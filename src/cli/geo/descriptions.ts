import { readFile } from 'node:fs/promises';

import { AtollError } from '../../core/errors.ts';
import { formatHostPort } from '../../core/network.ts';
import { parseDescription } from '../../geo/server/description.ts';
import { faultWords } from '../../platform/fault-words.ts';
import type { GeoProcessOptions } from './geo-process-options.ts';

/** The servers to join, as their ready lines describe them. Rejects with `USAGE` for what describes none, or this one. */
export async function readDescriptions({
  host,
  port,
  join,
}: GeoProcessOptions): Promise<readonly string[]> {
  const descriptions = await Promise.all(join.map((text) => readDescription(text)));
  const own = formatHostPort({ host, port });
  for (const text of descriptions) {
    const { at } = parseDescription(text);
    if (at !== own) continue;
    throw new AtollError('USAGE', `--join names this server itself, ${own}: name another one`);
  }
  return descriptions;
}

/** A description as it is, or the one in a file: alone, or as part of a ready line. */
async function readDescription(text: string): Promise<string> {
  if (!text.startsWith('@')) return text;
  try {
    return describedBy((await readFile(text.slice(1), 'utf8')).trim());
  } catch (error) {
    const what = `the description in ${text.slice(1)} cannot be read: ${faultWords(error)}`;
    throw new AtollError('USAGE', what, { cause: error });
  }
}

function describedBy(text: string): string {
  try {
    const { description } = JSON.parse(text) as { readonly description?: unknown };
    return typeof description === 'string' ? description : text;
  } catch {
    return text;
  }
}
