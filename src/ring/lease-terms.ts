import { ringLimits } from '../core/limits.ts';

/** How long leases last: `docs/design/leases.md`. Milliseconds. */
export interface LeaseTerms {
  /** How long a client may use its copy, from when it sent the request. */
  readonly leaseMs: number;
  /** How much longer the owner waits, from when it granted. */
  readonly guardMs: number;
}

export const defaultLeaseTerms: LeaseTerms = {
  leaseMs: ringLimits.leaseMs,
  guardMs: ringLimits.leaseGuardMs,
};
