import { join } from 'node:path';

import { mustParseHostPort } from '../../core/network.ts';
import { createOutside } from '../../platform/outside.ts';
import { argon2Hasher } from '../../platform/password-hasher.ts';
import { RingLibstore } from '../../ring/libstore/ring-libstore.ts';
import type { RingProcessReady } from '../ring-process.ts';
import { ServerChild } from '../server-child.ts';
import type { TribblerProcessReady } from '../tribbler-process.ts';
import { inviteSamplePeople } from './invite-sample-people.ts';

export interface MicroblogOptions {
  /** 0 takes free ones, as everywhere here. */
  readonly ringPort: number;
  readonly httpPort: number;
  readonly ringAdminPort: number;
  readonly tribblerAdminPort: number;
  /** The ring keeps its data in a folder of its own there. */
  readonly data: string | undefined;
}

/** Where they are reached. */
export interface MicroblogReady {
  readonly url: string;
  readonly ring: string;
  readonly ringAdmin: string;
}

/** The ring's nodes: two, so that there is something to be spread. */
const nodes = 2;

/** A ring and an application server of Tribbler on this machine, each a process of its own, with some people in it. */
export class Microblog {
  readonly #options: MicroblogOptions;
  readonly #say: (line: string) => void;
  readonly #children: ServerChild<unknown>[] = [];
  #isStopping = false;

  constructor(options: MicroblogOptions, say: (line: string) => void) {
    this.#options = options;
    this.#say = say;
  }

  /** Resolves when both answer; rejects if one of them cannot start. */
  async start(): Promise<MicroblogReady> {
    const { ringPort, httpPort, ringAdminPort, tribblerAdminPort, data } = this.#options;
    const { ports, adminPort } = await this.#startServer<RingProcessReady>('the ring', [
      ...`ring --port ${ringPort} --admin-port ${ringAdminPort} --actors ${nodes}`.split(' '),
      ...(data === undefined ? [] : ['--data', join(data, 'ring')]),
    ]);
    const ring = `127.0.0.1:${ports[0] ?? 0}`;
    await this.#invite(ring);
    const { url } = await this.#startServer<TribblerProcessReady>(
      'tribbler',
      `tribbler --ring ${ring} --http-port ${httpPort} --admin-port ${tribblerAdminPort}`.split(
        ' ',
      ),
    );
    return { url, ring, ringAdmin: `127.0.0.1:${adminPort}` };
  }

  /** Resolves when no server is left. */
  async untilEnded(): Promise<void> {
    await Promise.all(this.#children.map((child) => child.ended));
  }

  /** Ends both in order, the application server first, and resolves when they have. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    for (const child of this.#children.toReversed()) {
      child.stop();
      await child.ended;
    }
  }

  async #startServer<Ready>(name: string, command: readonly string[]): Promise<Ready> {
    const child = new ServerChild<Ready>(name, command, (line) => {
      if (!this.#isStopping) this.#say(line);
    });
    this.#children.push(child);
    void child.ended.then((how) => {
      if (!this.#isStopping) this.#say(`${name} has ended ${how}`);
    });
    if (this.#isStopping) child.stop();
    return await child.ready;
  }

  async #invite(ring: string): Promise<void> {
    const outside = createOutside({ log: { level: 'error' } });
    const store = await RingLibstore.connect({ outside, coordinator: mustParseHostPort(ring) });
    try {
      await inviteSamplePeople({ store, outside, hasher: argon2Hasher });
    } finally {
      await store.close();
    }
  }
}
