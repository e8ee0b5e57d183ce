import { createHmac } from 'node:crypto';
import type { Digest } from '../core/digest.ts';

/** OpenSSL's HMAC, by way of node. */
export class PlatformDigest implements Digest {
  hmacSha256(key: Uint8Array, bytes: Uint8Array): Uint8Array {
    return createHmac('sha256', key).update(bytes).digest();
  }
}
