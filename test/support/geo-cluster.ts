import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import {
  differenceOf,
  findServerPort,
  GeoProcess,
  readAll,
  type GeoProcessOptions,
} from './geo-process.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { until } from './until.ts';

export interface GeoClusterOptions {
  readonly servers: number;
  readonly actors?: number;
  /** Whether they keep their data; default: in memory only. */
  readonly isKept?: boolean;
  readonly server?: (index: number) => GeoProcessOptions;
}

/** Geo servers in processes of their own, the first of which all others join. They end with the test. */
export class GeoCluster {
  readonly servers: GeoProcess[] = [];
  readonly #t: TestContext;

  static async start(t: TestContext, options: GeoClusterOptions): Promise<GeoCluster> {
    const {
      servers: count,
      actors = 1,
      isKept = false,
      server = (): GeoProcessOptions => ({}),
    } = options;
    const cluster = new GeoCluster(t);
    const folder = temporaryFolder(t);
    for (let index = 0; index < count; index += 1) {
      const data = join(folder, `s${index + 1}`);
      if (isKept) mkdirSync(data);
      const [first] = cluster.servers;
      await cluster.add({
        actors,
        port: await findServerPort(actors),
        ...(isKept ? { data } : {}),
        join: first === undefined ? [] : [first.description],
        ...server(index),
      });
    }
    return cluster;
  }

  private constructor(t: TestContext) {
    this.#t = t;
    t.after(() => Promise.all(this.servers.map((each) => each.kill())));
  }

  /** The server of this number, from 0. */
  at(index: number): GeoProcess {
    const server = this.servers[index];
    if (server === undefined) throw new Error(`there is no server ${index}`);
    return server;
  }

  async add(options: GeoProcessOptions): Promise<GeoProcess> {
    const server = await GeoProcess.start(options);
    this.servers.push(server);
    this.#t.after(() => server.kill());
    return server;
  }

  /** Starts a server that was killed again, where it was. */
  async restart(index: number, options: GeoProcessOptions = {}): Promise<GeoProcess> {
    const server = await this.at(index).restart(options);
    this.servers[index] = server;
    this.#t.after(() => server.kill());
    return server;
  }

  /** Resolves when every query actor has the same, with that and how long it took. */
  async untilEqual(deadlineMs: number): Promise<{ found: Map<string, string>; tookMs: number }> {
    const ports = this.servers.flatMap((server) => server.ports);
    let found = new Map<string, string>();
    const tookMs = await until('all servers are equal', deadlineMs, async () => {
      const copies: Map<string, string>[] = [];
      for (const port of ports) {
        const copy = await readAll(port);
        copies.push(copy);
        const difference = differenceOf(copies[0] ?? copy, copy);
        if (difference !== undefined) return `${copies[0]?.size}, ${copy.size} keys: ${difference}`;
      }
      found = copies[0] ?? found;
      return true;
    });
    return { found, tookMs };
  }

  /** What every server said on stderr. */
  get words(): string {
    return this.servers.map((server, index) => `s${index + 1}: ${server.atoll.stderr}`).join('\n');
  }
}
