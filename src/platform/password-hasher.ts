import { hash, verify } from '@node-rs/argon2';

/** Argon2id with what OWASP recommends: 19 MiB, two passes, one lane. On a thread of node's pool. */
export const argon2Hasher = {
  hash: (password: string): Promise<string> =>
    hash(password, { memoryCost: 19_456, timeCost: 2, parallelism: 1 }),
  /** False also for what is no hash. */
  async verify(hashed: string, password: string): Promise<boolean> {
    try {
      return await verify(hashed, password);
    } catch {
      return false;
    }
  },
} as const;
