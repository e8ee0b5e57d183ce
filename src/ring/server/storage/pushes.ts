import type { Client } from '../../../resp/client.ts';
import { writeOutcome, type WriteOutcome } from './write.ts';

/** Asks a holder to give a lease back: it answers with `REVOKED key lease-id`. */
export function pushRevoke(client: Client, key: string, leaseId: number, epoch: number): void {
  client.push((reply) => {
    reply.push(4);
    reply.bulkLatin1('revoke');
    reply.bulkLatin1(key);
    reply.integer(leaseId);
    reply.integer(epoch);
  });
}

/** Tells a Libstore what became of a write that had been answered `+WAITING`. */
export function pushApplied(client: Client, sequence: number, outcome: WriteOutcome): void {
  client.push((reply) => {
    reply.push(3);
    reply.bulkLatin1('applied');
    reply.integer(sequence);
    writeOutcome(reply, outcome);
  });
}
