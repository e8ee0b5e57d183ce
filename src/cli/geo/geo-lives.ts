import { setTimeout as delay } from 'node:timers/promises';

import { ActorSystem } from '../../actor.ts';
import { assert } from '../../core/assert.ts';
import { AtollError } from '../../core/errors.ts';
import type { Outside } from '../../core/outside.ts';
import { formatDescription, parseDescription } from '../../geo/server/description.ts';
import type { Durability } from '../../geo/server/geo-options.ts';
import { geoServerModules, startGeoServer, type GeoServer } from '../../geo/server/geo-server.ts';
import { openDisk } from '../../platform/disk.ts';
import type { AdminAnswers } from '../admin-server.ts';
import { bytesWords, countWords } from '../figures.ts';
import { giveUpStart } from '../give-up-start.ts';
import { geoMetrics, startMetrics, type StartFigures } from '../geo-metrics.ts';
import { packageVersion } from '../program.ts';
import { standardProgress, type Progress } from '../progress.ts';
import { prometheusText } from '../prometheus-text.ts';
import { processMetrics } from '../server-metrics.ts';
import { backupPieces } from './backup-stream.ts';
import { drain } from './drain.ts';
import type { GeoProcessOptions } from './geo-process-options.ts';
import { serverStatus, type GeoState, type GeoStatus } from './geo-status.ts';
import { setDataAside } from './stale-data.ts';

/** The start-up transfer is looked at so often. */
const transferLookMs = 250;

/** What a geo server says of itself when it is ready. */
export interface GeoReady {
  readonly description: string;
  readonly id: string;
  readonly incarnation: number;
  readonly durability: Durability;
  readonly systemAddress: string;
  readonly queryPorts: readonly number[];
}

/**
 * The lives of a geo server in one process: usually one. If the others have given the server up, what it has may be older than
 * deletes that they have forgotten: it sets its data aside and lives on as a new server, at the same ports.
 *
 * It answers for the server at the admin port all the time, also while there is none.
 */
export class GeoLives implements AdminAnswers {
  readonly #options: GeoProcessOptions;
  readonly #outside: Outside;
  #join: readonly string[];
  /** Who it was, if it begins anew because records were lost. */
  #lostId: string | undefined;
  #systemPort: number;
  #queryPorts: readonly number[];
  #onCorrupt: 'refuse' | 'quarantine';
  #state: GeoState = 'loading';
  #fault: string | undefined;
  #start: StartFigures = { isReady: false, doneBytes: 0, totalBytes: 0, keysHere: 0, keysThere: 0 };
  #life: { system: ActorSystem; server: GeoServer; startedAtMs: number } | undefined;

  constructor(options: GeoProcessOptions, join: readonly string[], outside: Outside) {
    const { port, actors, onCorrupt } = options;
    this.#options = options;
    this.#outside = outside;
    this.#join = join;
    this.#systemPort = port;
    this.#queryPorts = Array.from({ length: actors }, (_, i) => (port === 0 ? 0 : port + 1 + i));
    this.#onCorrupt = onCorrupt;
  }

  /** Until `stopped`. `announce` hears of the first life that is ready. */
  async run(stopped: Promise<void>, announce: (ready: GeoReady) => Promise<void>): Promise<void> {
    const { data } = this.#options;
    let isFirst = true;
    for (;;) {
      const end = await this.#live(stopped, async (ready) => {
        if (isFirst) await announce(ready);
        else this.#outside.log.info('ready as a new server', { id: ready.id });
        isFirst = false;
      });
      if (end === 'stopped') return;
      const aside = data === undefined ? undefined : await setDataAside(data, new Date());
      this.#outside.log.warn('begins as a new server, and gets everything from the others', {
        'data set aside in': aside,
      });
      this.#onCorrupt = 'refuse';
    }
  }

  unreadyReason(): string | undefined {
    const { doneBytes, totalBytes, keysHere, keysThere } = this.#start;
    switch (this.#state) {
      case 'loading':
        return `reading the disk: ${doneBytes} of ${totalBytes} bytes`;
      case 'joining':
        return keysThere === 0
          ? 'waiting for the other servers'
          : `getting what the other servers have: ${keysHere} of ${keysThere} keys`;
      case 'failed':
        return `no write is taken any more: ${this.#fault ?? 'the journal failed'}`;
      case 'removed':
        return 'the other servers gave this one up: it begins as a new one';
      case 'stopping':
        return 'it was told to stop';
      case 'ready':
        return undefined;
    }
  }

  async metrics(): Promise<string> {
    const starts = startMetrics(this.#start);
    if (this.#life === undefined) return prometheusText(starts);
    const { system, server } = this.#life;
    const [counters, ports, home] = [
      await system.counters(),
      await server.inspect(),
      await server.inspectServer(),
    ];
    return prometheusText([...geoMetrics(counters, ports, home), ...processMetrics(), ...starts]);
  }

  async status(): Promise<GeoStatus> {
    const life = this.#life;
    const data = this.#options.data ?? null;
    const nowMs = this.#outside.clock.wallMs();
    const server =
      life === undefined
        ? null
        : await serverStatus(life.server, { startedAtMs: life.startedAtMs, nowMs, data });
    const reason = this.unreadyReason() ?? null;
    const atollVersion = packageVersion();
    return { atollVersion, processId: process.pid, state: this.#state, reason, server };
  }

  forget(id: string): boolean {
    return this.#mustGetServer().forget(id);
  }

  async *backup(): AsyncGenerator<Uint8Array> {
    if (this.#state !== 'ready' && this.#state !== 'failed') {
      throw new AtollError('USAGE', `there is nothing whole to back up: ${this.unreadyReason()}`);
    }
    yield* backupPieces(this.#mustGetServer());
  }

  async #live(
    stopped: Promise<void>,
    onReady: (ready: GeoReady) => Promise<void>,
  ): Promise<'stopped' | 'removed'> {
    const { host, linkLatencyMs, actors } = this.#options;
    this.#state = 'loading';
    const system = await ActorSystem.create({
      host,
      port: this.#systemPort,
      threads: actors + 1,
      modules: geoServerModules,
      linkLatencyMs,
    });
    const isStopped = stopped.then(() => 'stopped' as const);
    try {
      const starting = this.#startServer(system).catch((error: unknown) => {
        if (error instanceof AtollError && error.code === 'DATA_INCOMPLETE') return undefined;
        throw error;
      });
      const server = await Promise.race([starting, isStopped]);
      if (server === 'stopped') {
        this.#state = 'stopping';
        await giveUpStart(system, starting);
        return 'stopped';
      }
      // As if the others had given it up: what is left here may not be brought to them.
      if (server === undefined) return 'removed';
      this.#life = { system, server, startedAtMs: this.#outside.clock.wallMs() };
      void server.failed.then(({ message }) => this.#onFailed(message));
      const isRemoved = server.removed.then(() => 'removed' as const);
      this.#state = 'joining';
      let end = await this.#untilReady(server, isRemoved, isStopped);
      if (end === 'ready') {
        this.#start = { ...this.#start, isReady: true };
        if (this.#lostId !== undefined) server.forget(this.#lostId);
        this.#state = this.#fault === undefined ? 'ready' : 'failed';
        await onReady(readyOf(server));
        end = await Promise.race([isRemoved, isStopped]);
      }
      await this.#leave(end, server);
      return end;
    } finally {
      this.#life = undefined;
      await system.close();
    }
  }

  async #startServer(system: ActorSystem): Promise<GeoServer> {
    const { host, data, durability } = this.#options;
    const disk = data === undefined ? undefined : await openDisk(data);
    const progress = this.#progress('loading');
    try {
      const server = await startGeoServer(system, {
        host,
        queryPorts: this.#queryPorts,
        atollVersion: packageVersion(),
        disk,
        durability,
        join: this.#join,
        onCorrupt: this.#onCorrupt,
        onIncomplete: (others, id) => {
          this.#join = others;
          this.#lostId = id;
        },
        onLoading: (doneBytes, totalBytes) => {
          this.#start = { ...this.#start, doneBytes, totalBytes };
          const words = `${bytesWords(doneBytes)} of ${bytesWords(totalBytes)}`;
          progress.update(doneBytes, totalBytes, words);
        },
      });
      this.#queryPorts = server.queryPorts;
      const { at } = parseDescription(server.description);
      this.#systemPort = Number(at.slice(at.lastIndexOf(':') + 1));
      return server;
    } finally {
      progress.end();
    }
  }

  /** Shows how the start-up transfer goes. */
  async #untilReady(
    server: GeoServer,
    isRemoved: Promise<'removed'>,
    isStopped: Promise<'stopped'>,
  ): Promise<'ready' | 'removed' | 'stopped'> {
    const progress = this.#progress('getting what the others have');
    const end = Promise.race([isRemoved, isStopped, server.ready.then(() => 'ready' as const)]);
    try {
      for (;;) {
        const first = await Promise.race([end, delay(transferLookMs)]);
        if (first !== undefined) return first;
        const { keysThere, replica } = await server.inspectServer();
        this.#start = { ...this.#start, keysHere: replica.keys, keysThere };
        const words =
          keysThere === 0
            ? 'waiting for the other servers'
            : `${countWords(replica.keys)} of ${countWords(keysThere)} keys, ${bytesWords(replica.bytes)}`;
        progress.update(replica.keys, keysThere, words);
      }
    } finally {
      progress.end();
    }
  }

  async #leave(end: 'stopped' | 'removed', server: GeoServer): Promise<void> {
    this.#start = { ...this.#start, isReady: false };
    if (end === 'stopped') {
      this.#state = 'stopping';
      return await drain(server);
    }
    this.#state = 'removed';
    const { clusterId, id } = parseDescription(server.description);
    this.#outside.log.error('the other servers have given this one up', { id });
    const { members } = await server.inspectServer();
    const others = members.filter(({ state }) => state !== 'self' && state !== 'removed');
    this.#join = others.map((one) => formatDescription({ clusterId, id: one.id, at: one.at }));
  }

  #onFailed(message: string): void {
    this.#fault = message;
    if (this.#state === 'ready') this.#state = 'failed';
  }

  #progress(what: string): Progress {
    return standardProgress(what, this.#options.saysPlainly);
  }

  #mustGetServer(): GeoServer {
    if (this.#life === undefined) {
      throw new AtollError('USAGE', `the server does not run: ${this.unreadyReason()}`);
    }
    return this.#life.server;
  }
}

function readyOf(server: GeoServer): GeoReady {
  const { description, identity, durability, systemAddress, queryPorts } = server;
  assert(queryPorts.length > 0, 'a server has query ports');
  return { description, ...identity, durability, systemAddress, queryPorts };
}
