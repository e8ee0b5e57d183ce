import { once } from 'node:events';

/** Writes to stdout and waits while whoever reads it is slow. */
export async function writeOut(data: string | Uint8Array): Promise<void> {
  if (!process.stdout.write(data)) await once(process.stdout, 'drain');
}

/** Writes one JSON object as a line. */
export function writeJsonLine(value: object): Promise<void> {
  return writeOut(`${JSON.stringify(value)}\n`);
}

/**
 * Bytes as fields of a JSON object: `name` if they are text in UTF-8, `nameBase64` if not, so that nothing
 * is lost and text stays readable.
 */
export function jsonBytes(name: string, bytes: Uint8Array): Record<string, string> {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return { [name]: text };
  } catch {
    return { [`${name}Base64`]: Buffer.from(bytes).toString('base64') };
  }
}
