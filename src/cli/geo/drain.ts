import { setTimeout as delay } from 'node:timers/promises';

import { geoLimits } from '../../core/limits.ts';
import type { GeoServer } from '../../geo/server/geo-server.ts';

/** A server that stops waits so long at most until others have its last writes. Two ways around the world, and what is in line. */
const drainMs = 2_000;
const lookMs = 50;

/**
 * Waits until the servers that are there have what clients were told. What is on the disk would come to them at the next
 * start; what is only in memory would not come at all.
 */
export async function drain(server: GeoServer): Promise<void> {
  // What query actors took last is on its way to the remote-sync actor for so long.
  let waitMs: number = geoLimits.syncIntervalMs;
  for (let leftMs = drainMs; leftMs > 0; leftMs -= waitMs, waitMs = lookMs) {
    const { members } = await server.inspectServer();
    const others = members.filter(({ state }) => state === 'up' || state === 'meeting');
    const isFirst = leftMs === drainMs;
    if (others.every(({ dirtyKeys }) => dirtyKeys === 0) && (!isFirst || others.length === 0)) {
      return;
    }
    await delay(waitMs);
  }
}
