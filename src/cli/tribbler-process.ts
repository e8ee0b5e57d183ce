import { formatHostPort, mustParseHostPort } from '../core/network.ts';
import { createOutside } from '../platform/outside.ts';
import { argon2Hasher } from '../platform/password-hasher.ts';
import { RingLibstore } from '../ring/libstore/ring-libstore.ts';
import { createApi } from '../tribbler/server/api/api.ts';
import { AdminServer } from './admin-server.ts';
import { packageVersion } from './program.ts';
import { prometheusText } from './prometheus-text.ts';
import { processMetrics } from './server-metrics.ts';
import { untilStopped } from './stop-signals.ts';
import { HttpServer } from './tribbler/http-server.ts';
import { readPageFiles } from './tribbler/read-page-files.ts';
import { RequestCounter } from './tribbler/request-counter.ts';
import { tribblerMetrics } from './tribbler/tribbler-metrics.ts';

export interface TribblerProcessOptions {
  readonly ring: string;
  readonly host: string;
  readonly httpPort: number;
  readonly adminPort: number;
  readonly isBehindProxy: boolean;
}

/** Where an application server is reached, when it is ready. */
export interface TribblerProcessReady {
  readonly url: string;
  readonly httpPort: number;
  readonly adminPort: number;
}

/** Runs an application server of Tribbler in this process until a signal. `announce` is called once it answers. */
export async function runTribblerProcess(
  { ring, host, httpPort, adminPort, isBehindProxy }: TribblerProcessOptions,
  announce: (ready: TribblerProcessReady) => Promise<void>,
): Promise<void> {
  const coordinator = mustParseHostPort(ring);
  const stopped = untilStopped();
  const outside = createOutside();
  const files = await readPageFiles();
  const store = await RingLibstore.connect({ outside, coordinator });
  const api = createApi({ store, outside, hasher: argon2Hasher, files, version: packageVersion() });
  const counter = new RequestCounter();
  let isStopping = false;
  try {
    const http = await HttpServer.listen({
      at: { host, port: httpPort },
      api,
      counter,
      isBehindProxy,
    });
    try {
      const figures = (): Parameters<typeof tribblerMetrics>[0] => ({
        requests: counter.answered,
        requestsUnderWay: counter.underWay,
        streams: api.parts.streams.count,
        store: store.statistics(),
      });
      const admin = await AdminServer.listen(
        { host, port: adminPort },
        {
          unreadyReason: () => (isStopping ? 'it was told to stop' : undefined),
          metrics: () =>
            Promise.resolve(prometheusText([...tribblerMetrics(figures()), ...processMetrics()])),
          status: () => {
            const { requests, ...others } = figures();
            return Promise.resolve({
              atollVersion: packageVersion(),
              processId: process.pid,
              ring,
              requests: Object.fromEntries(requests),
              ...others,
            });
          },
        },
      );
      try {
        const url = `http://${formatHostPort({ host, port: http.port })}`;
        await announce({ url, httpPort: http.port, adminPort: admin.port });
        await stopped;
        isStopping = true;
      } finally {
        await admin.close();
      }
    } finally {
      await http.close();
    }
  } finally {
    await store.close();
  }
}
