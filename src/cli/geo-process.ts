import { createOutside } from '../platform/outside.ts';
import { AdminServer } from './admin-server.ts';
import { readDescriptions } from './geo/descriptions.ts';
import { checkGeoOptions, type GeoProcessOptions } from './geo/geo-process-options.ts';
import { GeoLives, type GeoReady } from './geo/geo-lives.ts';
import { untilStopped } from './stop-signals.ts';

/** Where an operator reaches the server, with what it says of itself when it is ready. */
export interface GeoProcessReady extends GeoReady {
  readonly adminPort: number;
}

/**
 * Runs a geo server in this process until a signal: actor system, query ports, admin port. Whatever of it cannot start takes
 * the rest with it. `announce` is called once everything answers; the admin port answers before that, so that whoever waits
 * can see for what.
 */
export async function runGeoProcess(
  options: GeoProcessOptions,
  announce: (ready: GeoProcessReady) => Promise<void>,
): Promise<void> {
  checkGeoOptions(options);
  const { host, adminPort } = options;
  const stopped = untilStopped();
  const lives = new GeoLives(options, await readDescriptions(options), createOutside());
  const admin = await AdminServer.listen({ host, port: adminPort }, lives);
  try {
    await lives.run(stopped, (ready) => announce({ ...ready, adminPort: admin.port }));
  } finally {
    await admin.close();
  }
}
