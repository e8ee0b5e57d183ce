import { clientLimits } from '../core/limits.ts';

/** Why a key of so many bytes cannot be; undefined if it can. */
export function keyFault(byteLength: number): string | undefined {
  if (byteLength > 0 && byteLength <= clientLimits.keyBytesMax) return undefined;
  if (byteLength === 0) return `the key is empty, it has 1 to ${clientLimits.keyBytesMax} bytes`;
  return `the key has ${byteLength} bytes, at most ${clientLimits.keyBytesMax} are taken`;
}
