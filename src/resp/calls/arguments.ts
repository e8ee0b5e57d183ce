import { AtollError } from '../../core/errors.ts';
import { clientLimits } from '../../core/limits.ts';
import { utf8Length } from '../output-buffer.ts';

/**
 * What callers pass is checked here, before it costs a connection: a server answers a key that is too long
 * with an error, but closes the connection of a value that is far too large.
 *
 * Byte arrays are copied, so that a caller may use its own again at once, also while a call is repeated.
 */
export function checkKey(key: string | Uint8Array): string | Uint8Array {
  const length = byteLength(key);
  if (length === 0) throw new AtollError('USAGE', 'a key has at least 1 byte');
  return copyWithin('key', key, length, clientLimits.keyBytesMax);
}

/** As a key, but may be empty: everything starts with nothing. */
export function checkPrefix(prefix: string | Uint8Array): string | Uint8Array {
  return copyWithin('prefix', prefix, byteLength(prefix), clientLimits.keyBytesMax);
}

export function checkValue(value: string | Uint8Array): string | Uint8Array {
  return copyWithin('value', value, byteLength(value), clientLimits.valueBytesMax);
}

export function checkTimeoutMs(timeoutMs: number): number {
  if (timeoutMs > 0 && Number.isFinite(timeoutMs)) return timeoutMs;
  throw new AtollError('USAGE', `timeoutMs must be a number above 0, got ${timeoutMs}`);
}

export function checkTtlMs(ttlMs: number): number {
  if (ttlMs >= 1 && Number.isSafeInteger(ttlMs)) return ttlMs;
  throw new AtollError('USAGE', `ttlMs must be a whole number of at least 1, got ${ttlMs}`);
}

function byteLength(text: string | Uint8Array): number {
  return typeof text === 'string' ? utf8Length(text) : text.length;
}

function copyWithin(
  what: string,
  text: string | Uint8Array,
  length: number,
  bytesMax: number,
): string | Uint8Array {
  if (length > bytesMax) {
    throw new AtollError('USAGE', `a ${what} has at most ${bytesMax} bytes, this one ${length}`);
  }
  return typeof text === 'string' ? text : text.slice();
}
