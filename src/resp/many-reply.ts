import { serverLimits } from '../core/limits.ts';
import type { Reply } from './reply.ts';

/** What is asked for has so many bytes together that it is refused: it was answered so. `hint` says what to do instead. */
export function refuseManyBytes(
  reply: Reply,
  { byteLength, what, hint }: { byteLength: number; what: string; hint: string },
): boolean {
  const bytesMax = serverLimits.manyReplyBytesMax;
  if (byteLength <= bytesMax) return false;
  const text = `the ${what} have ${byteLength} bytes together, at most ${bytesMax} are sent at once`;
  reply.error('ERR', `${text}: ${hint}`);
  return true;
}
