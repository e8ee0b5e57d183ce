import type { Client } from '../../../resp/client.ts';
import type { Storage } from '../storage/storage.ts';
import { writeOutcome, type Write } from '../storage/write.ts';

/**
 * Executes a write of a client that waits for its reply: now, or when nobody holds the key any more. Until then nothing
 * more of this client is executed, and other clients notice nothing.
 */
export function runWrite(storage: Storage, write: Write, client: Client): void {
  const outcome = storage.write(write, {
    client,
    deliver: (late) => client.answer((reply) => writeOutcome(reply, late)),
  });
  if (outcome === 'waits') client.suspend();
  else writeOutcome(client.reply, outcome);
}
