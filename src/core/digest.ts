/** Keyed hashing, for proving knowledge of a secret without sending it. */
export interface Digest {
  /** The HMAC-SHA-256 of `bytes` under `key`: 32 bytes. */
  hmacSha256(key: Uint8Array, bytes: Uint8Array): Uint8Array;
}
