import type { ActorSystem } from '../actor.ts';
import { AtollError } from '../core/errors.ts';

/**
 * Ends a system on which a server is starting. That may take minutes, and it has acknowledged nothing to anybody, so nobody
 * has to wait for the end of it.
 */
export async function giveUpStart(system: ActorSystem, starting: Promise<unknown>): Promise<void> {
  await system.close();
  await starting.catch((error: unknown) => {
    // What else would have kept it from starting: to stop was what it was told.
    if (!(error instanceof AtollError)) throw error;
  });
}
