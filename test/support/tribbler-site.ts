import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { createAdaptorServer } from '@hono/node-server';
import { AtollError } from '../../src/core/errors.ts';
import { createOutside } from '../../src/platform/outside.ts';
import type { Libstore } from '../../src/ring/libstore/libstore.ts';
import { MemoryRing } from '../../src/ring/libstore/memory-libstore.ts';
import type { Tribble } from '../../src/tribbler/api-types.ts';
import { createApi } from '../../src/tribbler/server/api/api.ts';
import type { Api } from '../../src/tribbler/server/api/api.ts';
import type { PageFile } from '../../src/tribbler/server/api/page-files.ts';
import { projectRoot } from '../../tools/project-root.ts';

const mediaTypes: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};

/** The files that the build has made of the page. */
function readPageFiles(): ReadonlyMap<string, PageFile> {
  const folder = join(projectRoot, 'dist/page/tribbler');
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const files = new Map<string, PageFile>();
  for (const name of names) {
    const mediaType = mediaTypes[name.split('.').at(-1) ?? ''];
    if (mediaType === undefined) continue;
    const isImmutable = name.startsWith('assets/');
    const bytes = Uint8Array.from(readFileSync(join(folder, name)));
    files.set(`/${name}`, { bytes, mediaType, etag: `"${bytes.length}"`, isImmutable });
  }
  return files;
}

/** Hashing passwords well takes long on purpose; these are not worth it. */
const quickHasher = {
  hash: (password: string): Promise<string> => Promise.resolve(`plain ${password}`),
  verify: (hash: string, password: string): Promise<boolean> =>
    Promise.resolve(hash === `plain ${password}`),
};

/** An application server of Tribbler over a store in memory, and what tests do behind its back. */
export class TribblerSite {
  readonly url: string;
  readonly api: Api;
  readonly #server: Server;
  readonly #shift: { ms: number };
  readonly #unreachable: Set<string>;

  constructor(parts: {
    readonly server: Server;
    readonly api: Api;
    readonly shift: { ms: number };
    readonly unreachable: Set<string>;
  }) {
    const { port } = parts.server.address() as AddressInfo;
    this.url = `http://127.0.0.1:${port}`;
    this.api = parts.api;
    this.#server = parts.server;
    this.#shift = parts.shift;
    this.#unreachable = parts.unreachable;
  }

  /** Breaks every connection, streams too. */
  dropConnections(): void {
    this.#server.closeAllConnections();
  }

  /** Makes users, with the password `secret password`. */
  async join(...users: readonly string[]): Promise<void> {
    for (const user of users) {
      const { status } = await this.api.parts.accounts.signUp(user, 'secret password');
      assert.equal(status, 'OK');
    }
  }

  async follow(user: string, ...targets: readonly string[]): Promise<void> {
    for (const target of targets) {
      const { status } = await this.api.parts.service.subscriptions.add(user, target);
      assert.equal(status, 'OK');
    }
  }

  /** Posts as if it were so many minutes ago. */
  async post(user: string, text: string, minutesAgo = 0): Promise<Tribble> {
    this.#shift.ms = -minutesAgo * 60_000;
    try {
      const outcome = await this.api.parts.service.posts.post(user, text);
      assert.equal(outcome.status, 'OK');
      return outcome.value;
    } finally {
      this.#shift.ms = 0;
    }
  }

  /** The token of a new session. */
  async token(user: string): Promise<string> {
    return (await this.api.parts.accounts.begin(user)).token;
  }

  /** From now on the node of this user cannot be reached. */
  lose(user: string): void {
    this.#unreachable.add(user);
  }

  /** It can be reached again. */
  find(user: string): void {
    this.#unreachable.delete(user);
  }
}

/** Starts a site that is gone when the test is over. */
export async function startSite(t: TestContext): Promise<TribblerSite> {
  const outside = createOutside({ log: { level: 'silent' } });
  const shift = { ms: 0 };
  const clock = {
    wallMs: (): number => outside.clock.wallMs() + shift.ms,
    monotonicMs: (): number => outside.clock.monotonicMs(),
  };
  const unreachable = new Set<string>();
  const store = withLostUsers(new MemoryRing().open(), unreachable);
  const api = createApi({
    store,
    outside: { ...outside, clock },
    hasher: quickHasher,
    files: readPageFiles(),
    version: '0.0.0',
  });
  const server = createAdaptorServer({
    fetch: (request) => api.fetch(request, { address: '127.0.0.1', isTls: false }),
  }) as Server;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    api.stop();
    server.closeAllConnections();
    server.close();
  });
  return new TribblerSite({ server, api, shift, unreachable });
}

/** The store as it is when the nodes of some users are gone: their keys cannot be reached. */
function withLostUsers(store: Libstore, lost: ReadonlySet<string>): Libstore {
  const faultOf = (key: string): AtollError | undefined =>
    lost.has(key.split(':')[0] ?? '')
      ? new AtollError('CONNECTION_LOST', 'the node is gone')
      : undefined;
  return new Proxy(store, {
    get(target, name: keyof Libstore) {
      const method = target[name].bind(target) as (...args: readonly unknown[]) => unknown;
      return (...args: readonly unknown[]): unknown => {
        const [keys] = args;
        if (typeof keys === 'string') {
          const fault = faultOf(keys);
          return fault === undefined ? method(...args) : Promise.reject(fault);
        }
        if (!Array.isArray(keys)) return method(...args);
        const answers = method(...args) as Promise<readonly unknown[]>;
        return answers.then((values) =>
          values.map((value, index) => faultOf(keys[index] as string) ?? value),
        );
      };
    },
  });
}
