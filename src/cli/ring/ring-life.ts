import { setTimeout as delay } from 'node:timers/promises';

import { ActorSystem } from '../../actor.ts';
import type { AtollError } from '../../core/errors.ts';
import { formatHostPort, mustParseHostPort } from '../../core/network.ts';
import type { Outside } from '../../core/outside.ts';
import type { RingView } from '../../ring/ring-view.ts';
import type { Durability } from '../../ring/server/ring-options.ts';
import {
  ringServerModules,
  startRingServer,
  type RingServer,
} from '../../ring/server/ring-server.ts';
import type { AdminAnswers } from '../admin-server.ts';
import { bytesWords } from '../figures.ts';
import { giveUpStart } from '../give-up-start.ts';
import { packageVersion } from '../program.ts';
import { standardProgress, type Progress } from '../progress.ts';
import { prometheusText } from '../prometheus-text.ts';
import { ringMetrics, ringStartMetrics } from '../ring-metrics.ts';
import { processMetrics } from '../server-metrics.ts';
import { dealVirtualIds, type RingProcessOptions } from './ring-process-options.ts';
import { ringServerStatus, type RingState, type RingStatus } from './ring-status.ts';

/** While the ring is not complete it is said so often why. */
const lookMs = 250;

/** A node, for whoever is to reach it. */
export interface ReadyNode {
  readonly id: string;
  readonly at: string;
  readonly virtualIds: readonly number[];
}

/** What a server of the ring says of itself when it is ready. */
export interface RingReady {
  readonly durability: Durability;
  /** The first node of the coordinator, also if it is this server's. */
  readonly coordinator: string;
  /** A port for each node of this server. */
  readonly ports: readonly number[];
  /** The view of the ring. */
  readonly epoch: number;
  readonly nodes: readonly ReadyNode[];
}

/** The life of a server of the ring in a process. It answers for the server at the admin port, also while there is none. */
export class RingLife implements AdminAnswers {
  readonly #options: RingProcessOptions;
  readonly #nodeCount: number;
  readonly #outside: Outside;
  #state: RingState = 'loading';
  #fault: AtollError | undefined;
  /** Why the ring is not complete. */
  #waitsFor: string;
  #view: RingView | undefined;
  #doneBytes = 0;
  #totalBytes = 0;
  #running: { system: ActorSystem; server: RingServer; startedAtMs: number } | undefined;

  constructor(options: RingProcessOptions, nodeCount: number, outside: Outside) {
    this.#options = options;
    this.#nodeCount = nodeCount;
    this.#outside = outside;
    const { coordinator } = options;
    this.#waitsFor = coordinator === undefined ? 'servers' : `the coordinator at ${coordinator}`;
  }

  /** Until `stopped`. Rejects with what keeps it from starting, and if the ring does not take it. */
  async run(stopped: Promise<void>, announce: (ready: RingReady) => Promise<void>): Promise<void> {
    const { host } = this.#options;
    const system = await ActorSystem.create({
      host,
      threads: this.#nodeCount + 1,
      modules: ringServerModules,
    });
    const isStopped = stopped.then(() => 'stopped' as const);
    try {
      const starting = this.#startServer(system);
      const server = await Promise.race([starting, isStopped]);
      if (server === 'stopped') {
        this.#state = 'stopping';
        return await giveUpStart(system, starting);
      }
      this.#running = { system, server, startedAtMs: this.#outside.clock.wallMs() };
      this.#state = 'waiting';
      const failed = server.failed.then((fault) => {
        this.#onFailed(fault);
        return 'failed' as const;
      });
      const end = await this.#untilComplete(server, [failed, isStopped]);
      if (end === 'failed' && this.#fault !== undefined) throw this.#fault;
      if (end === 'complete') {
        this.#state = this.#fault === undefined ? 'ready' : 'failed';
        await announce(this.#readyOf(server));
        await Promise.race([isStopped, failed]);
        // With a failed disk it goes on for readers; in a ring that is not its own for nobody.
        if (this.#fault?.code === 'RING_REFUSED') throw this.#fault;
        await isStopped;
      }
      this.#state = 'stopping';
    } finally {
      this.#running = undefined;
      await system.close();
    }
  }

  unreadyReason(): string | undefined {
    switch (this.#state) {
      case 'loading':
        return `reading the disk: ${this.#doneBytes} of ${this.#totalBytes} bytes`;
      case 'waiting':
        return `the ring is not complete: ${this.#waitsFor}`;
      case 'failed':
        return `no write is taken any more: ${this.#fault?.message ?? 'the journal failed'}`;
      case 'stopping':
        return 'it was told to stop';
      case 'ready':
        return undefined;
    }
  }

  async metrics(): Promise<string> {
    const starts = ringStartMetrics({
      isReady: this.#state === 'ready',
      doneBytes: this.#doneBytes,
      totalBytes: this.#totalBytes,
    });
    if (this.#running === undefined) return prometheusText(starts);
    const { system, server } = this.#running;
    const [counters, nodes] = [await system.counters(), await server.inspect()];
    return prometheusText([...ringMetrics(counters, nodes), ...processMetrics(), ...starts]);
  }

  async status(): Promise<RingStatus> {
    const { coordinator, terms, data } = this.#options;
    const running = this.#running;
    const nowMs = this.#outside.clock.wallMs();
    const server =
      running === undefined
        ? null
        : await ringServerStatus(running.server, {
            coordinator,
            terms,
            data,
            nowMs,
            startedAtMs: running.startedAtMs,
            view: this.#view,
          });
    return {
      atollVersion: packageVersion(),
      processId: process.pid,
      state: this.#state,
      reason: this.unreadyReason() ?? null,
      server,
    };
  }

  async #startServer(system: ActorSystem): Promise<RingServer> {
    const { host, port, servers, coordinator, virtualIds, data, ...options } = this.#options;
    const { durability, onCorrupt, terms } = options;
    const count = this.#nodeCount;
    const progress = this.#progress('loading');
    try {
      return await startRingServer(system, {
        host,
        ports: Array.from({ length: count }, (_, i) => (port === 0 ? 0 : port + i)),
        atollVersion: packageVersion(),
        servers,
        coordinator: coordinator === undefined ? undefined : mustParseHostPort(coordinator),
        virtualIds: virtualIds === undefined ? undefined : dealVirtualIds(virtualIds, count),
        folder: data,
        durability,
        onCorrupt,
        terms,
        onView: (view) => (this.#view = view),
        onWaiting: (reason) => (this.#waitsFor = reason),
        onLoading: (doneBytes, totalBytes) => {
          this.#doneBytes = doneBytes;
          this.#totalBytes = totalBytes;
          const words = `${bytesWords(doneBytes)} of ${bytesWords(totalBytes)}`;
          progress.update(doneBytes, totalBytes, words);
        },
      });
    } finally {
      progress.end();
    }
  }

  /** Says meanwhile what it waits for. */
  async #untilComplete<End>(
    server: RingServer,
    ends: readonly Promise<End>[],
  ): Promise<End | 'complete'> {
    const progress = this.#progress('waiting for the ring');
    const complete = server.ready.then((view) => {
      this.#view ??= view;
      return 'complete' as const;
    });
    const end = Promise.race([complete, ...ends]);
    try {
      for (;;) {
        const first = await Promise.race([end, delay(lookMs)]);
        if (first !== undefined) return first;
        progress.update(0, 0, this.#waitsFor);
      }
    } finally {
      progress.end();
    }
  }

  #onFailed(fault: AtollError): void {
    this.#fault = fault;
    if (this.#state === 'ready') this.#state = 'failed';
  }

  #readyOf({ nodes, durability }: RingServer): RingReady {
    const [first] = nodes;
    const { coordinator } = this.#options;
    const own = first === undefined ? '' : formatHostPort(first.at);
    return {
      durability,
      coordinator: coordinator ?? own,
      ports: nodes.map(({ at }) => at.port),
      epoch: this.#view?.epoch ?? 0,
      nodes: (this.#view?.nodes ?? nodes).map(({ id, at, virtualIds }) => {
        return { id, at: formatHostPort(at), virtualIds };
      }),
    };
  }

  #progress(what: string): Progress {
    return standardProgress(what, this.#options.saysPlainly);
  }
}
