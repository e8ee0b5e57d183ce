/**
 * When a write counts as kept: `fsync`: when it is on the disk; `interval`: at once, and on the disk within a second;
 * `memory`: at once, and never on a disk.
 */
export type Durability = 'fsync' | 'interval' | 'memory';

/** A server over all its lives, and in one of them. No two lives have the same. */
export interface ServerIdentity {
  readonly id: string;
  readonly incarnation: number;
}
