import assert from 'node:assert/strict';
import { once } from 'node:events';

import { connect } from '../../src/client.ts';
import type { GeoProcessReady } from '../../src/cli/geo-process.ts';
import type { GeoStatus, ServerStatus } from '../../src/cli/geo/geo-status.ts';
import type { GeoStore } from '../../src/geo/client/geo-store.ts';
import { AtollProcess } from './atoll.ts';

/** A geo server in a process of its own, once it is ready. */
export class RunningGeo {
  readonly atoll: AtollProcess;
  readonly ready: GeoProcessReady;

  /** With one query actor and free ports, unless the arguments say otherwise. */
  static async start(...arguments_: readonly string[]): Promise<RunningGeo> {
    const defaults = ['--port', '0', '--admin-port', '0', '--actors', '1', '--json'];
    const atoll = new AtollProcess(['geo', ...defaults, ...arguments_]);
    await Promise.race([atoll.said('stdout', '\n'), once(atoll.child, 'close')]);
    assert.notEqual(atoll.stdout, '', atoll.stderr);
    return new RunningGeo(atoll, JSON.parse(atoll.stdout) as GeoProcessReady);
  }

  private constructor(atoll: AtollProcess, ready: GeoProcessReady) {
    this.atoll = atoll;
    this.ready = ready;
  }

  get address(): string {
    return `127.0.0.1:${this.ready.queryPorts[0] ?? 0}`;
  }

  get admin(): string {
    return `127.0.0.1:${this.ready.adminPort}`;
  }

  /** For `--port` of a process that is to take its place. */
  get systemPort(): string {
    return /:(\d+)#/.exec(this.ready.systemAddress)?.[1] ?? '';
  }

  connect(): GeoStore {
    return connect({ addresses: [this.address] });
  }

  async fetch(path: string, method = 'GET'): Promise<{ status: number; text: string }> {
    const response = await fetch(`http://${this.admin}${path}`, { method });
    return { status: response.status, text: await response.text() };
  }

  /** Asks for the status until it is as expected, and fails with the test's deadline. */
  async untilStatus(isExpected: (server: ServerStatus) => boolean): Promise<ServerStatus> {
    for (;;) {
      const { server } = JSON.parse((await this.fetch('/status')).text) as GeoStatus;
      if (server !== null && isExpected(server)) return server;
    }
  }

  /** Ends it in order; a process that is gone already counts. */
  async stop(): Promise<void> {
    this.atoll.child.kill('SIGTERM');
    await this.atoll.end();
  }

  async kill(): Promise<void> {
    this.atoll.child.kill('SIGKILL');
    await this.atoll.end();
  }
}
