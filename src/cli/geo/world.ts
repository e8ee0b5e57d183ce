import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { AtollError } from '../../core/errors.ts';
import { formatDescription, parseDescription } from '../../geo/server/description.ts';
import type { GeoProcessReady } from '../geo-process.ts';
import { ServerChild } from '../server-child.ts';

export interface WorldOptions {
  /** Of the first server; each further one is a hundred above. 0: free ones. */
  readonly port: number;
  /** Of the first server; the others follow. 0: free ones. */
  readonly adminPort: number;
  /** Where each server keeps its data, in a folder of its own. */
  readonly data: string | undefined;
}

/** A server of the world: what it sends to the others takes `linkLatencyMs`. */
interface Place {
  readonly name: string;
  readonly linkLatencyMs: number;
}

/** Far enough apart that one sees what distance does: 115 to 185 ms there and back. */
export const places: readonly Place[] = [
  { name: 'pittsburgh', linkLatencyMs: 40 },
  { name: 'lisbon', linkLatencyMs: 75 },
  { name: 'singapore', linkLatencyMs: 110 },
];

const portsApart = 100;
/** Another server than ours: descriptions of servers that have not said who they are. */
const unknownId = '0'.repeat(16);

/**
 * Three geo servers on this machine, each a process of its own, as far apart as cities are. With a folder for the data the
 * world is there again the next time: which cluster it is stands in `world.json`, and servers find each other by their ports.
 */
export class World {
  readonly #options: WorldOptions;
  readonly #say: (line: string) => void;
  readonly #children: ServerChild<GeoProcessReady>[] = [];
  /** Of the servers that answer, by name. */
  readonly #descriptions: Map<string, string> = new Map();
  #isStopping = false;

  constructor(options: WorldOptions, say: (line: string) => void) {
    this.#options = options;
    this.#say = say;
  }

  /** Resolves when all answer, in the order of `places`; rejects if one of them cannot start. */
  async start(): Promise<readonly GeoProcessReady[]> {
    const { data, port } = this.#options;
    if (data !== undefined && port === 0) {
      throw new AtollError('USAGE', '--port 0 and --data: servers find each other by their ports');
    }
    if (data !== undefined) await mkdir(data, { recursive: true });
    const clusterId = await this.#readClusterId();
    if (clusterId !== undefined) {
      return await Promise.all(
        places.map((_, index) => this.#startServer(index, this.#othersOf(index, clusterId)).ready),
      );
    }
    const first = await this.#startServer(0, []).ready;
    await this.#writeClusterId(parseDescription(first.description).clusterId);
    const others = places.slice(1).map((_, index) => {
      return this.#startServer(index + 1, [first.description]).ready;
    });
    return [first, ...(await Promise.all(others))];
  }

  /** Resolves when no server is left. */
  async untilEnded(): Promise<void> {
    await Promise.all(this.#children.map((child) => child.ended));
  }

  /** Ends all servers in order, and resolves when they have. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    for (const child of this.#children) child.stop();
    await this.untilEnded();
  }

  #startServer(index: number, descriptions: readonly string[]): ServerChild<GeoProcessReady> {
    const { port, adminPort, data } = this.#options;
    const { name, linkLatencyMs } = places[index] ?? { name: 'nowhere', linkLatencyMs: 0 };
    const arguments_ = [
      '--port',
      String(port === 0 ? 0 : port + index * portsApart),
      '--admin-port',
      String(adminPort === 0 ? 0 : adminPort + index),
      '--actors',
      '1',
      '--link-latency',
      String(linkLatencyMs),
      ...(data === undefined ? [] : ['--data', join(data, name)]),
    ];
    const child = new ServerChild<GeoProcessReady>(
      name,
      ['geo', ...arguments_, ...joining(descriptions)],
      (line) => {
        if (!this.#isStopping) this.#say(line);
      },
    );
    this.#children.push(child);
    child.ready.then(({ description }) => this.#descriptions.set(name, description), nothing);
    void child.ended.then((how) => this.#onEnded(name, arguments_, how));
    return child;
  }

  #onEnded(name: string, arguments_: readonly string[], how: string): void {
    const wasReady = this.#descriptions.delete(name);
    // Why it did not start, whoever waits for that hears.
    if (this.#isStopping || !wasReady) return;
    const [other] = this.#descriptions.values();
    this.#say(`${name} has ended ${how}`);
    if (other === undefined) return;
    const words = [...arguments_, ...joining([other])].map((word) =>
      /^[\w./:-]+$/.test(word) ? word : `'${word}'`,
    );
    this.#say(`it can be started again, and gets what it missed: npx atoll geo ${words.join(' ')}`);
  }

  #othersOf(index: number, clusterId: string): string[] {
    const { port } = this.#options;
    const others = places.map((_, other) => {
      const at = `127.0.0.1:${port + other * portsApart}`;
      return formatDescription({ clusterId, id: unknownId, at });
    });
    return others.filter((_, other) => other !== index);
  }

  async #readClusterId(): Promise<string | undefined> {
    const { data } = this.#options;
    if (data === undefined) return undefined;
    const path = join(data, 'world.json');
    try {
      await access(path);
    } catch {
      return undefined;
    }
    const { clusterId } = JSON.parse(await readFile(path, 'utf8')) as { clusterId?: unknown };
    if (typeof clusterId === 'string' && /^[0-9a-f]{16}$/.test(clusterId)) return clusterId;
    throw new AtollError('USAGE', `${path} does not say which cluster it is`);
  }

  async #writeClusterId(clusterId: string): Promise<void> {
    const { data } = this.#options;
    if (data === undefined) return;
    await writeFile(join(data, 'world.json'), `${JSON.stringify({ clusterId })}\n`);
  }
}

function joining(descriptions: readonly string[]): string[] {
  return descriptions.flatMap((description) => ['--join', description]);
}

const nothing = (): void => {};
