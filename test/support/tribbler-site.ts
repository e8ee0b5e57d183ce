import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { readPageFiles } from '../../src/cli/tribbler/read-page-files.ts';
import { AtollError } from '../../src/core/errors.ts';
import { createOutside } from '../../src/platform/outside.ts';
import type { Libstore } from '../../src/ring/libstore/libstore.ts';
import { MemoryRing } from '../../src/ring/libstore/memory-libstore.ts';
import type { Tribble } from '../../src/tribbler/api-types.ts';
import { Service } from '../../src/tribbler/server/service.ts';
import { password, TribblerHttp } from './tribbler-http.ts';

/** An application server of Tribbler with its page, over a store in memory, and what tests do behind its back. */
export class TribblerSite {
  readonly url: string;
  readonly #store: Libstore;
  readonly #unreachable: Set<string>;
  #http: TribblerHttp;

  constructor(http: TribblerHttp, store: Libstore, unreachable: Set<string>) {
    this.url = http.url;
    this.#http = http;
    this.#store = store;
    this.#unreachable = unreachable;
  }

  /** Makes users, with the `password` of `tribbler-http.ts`. */
  async join(...users: readonly string[]): Promise<void> {
    for (const user of users) {
      const { status } = await this.#http.api.parts.accounts.signUp(user, password);
      assert.equal(status, 'OK');
    }
  }

  async follow(user: string, ...targets: readonly string[]): Promise<void> {
    for (const target of targets) {
      const { status } = await this.#http.api.parts.service.subscriptions.add(user, target);
      assert.equal(status, 'OK');
    }
  }

  /** Posts, as if it were so many minutes ago. */
  async post(user: string, text: string, minutesAgo = 0): Promise<Tribble> {
    const service = minutesAgo === 0 ? this.#http.api.parts.service : this.#serviceOf(minutesAgo);
    const outcome = await service.posts.post(user, text);
    assert.equal(outcome.status, 'OK');
    return outcome.value;
  }

  /** An application server whose clock is late. */
  #serviceOf(minutesAgo: number): Service {
    const { clock, random } = createOutside({ log: { level: 'error' } });
    const wallMs = (): number => clock.wallMs() - minutesAgo * 60_000;
    const monotonicMs = (): number => clock.monotonicMs();
    return new Service({ store: this.#store, clock: { wallMs, monotonicMs }, random });
  }

  async remove(tribble: Tribble): Promise<void> {
    const { status } = await this.#http.api.parts.service.posts.delete(tribble);
    assert.equal(status, 'OK');
  }

  /** The token of a new session. */
  async token(user: string): Promise<string> {
    return (await this.#http.api.parts.accounts.begin(user)).token;
  }

  /** From now on the node of this user cannot be reached. */
  lose(user: string): void {
    this.#unreachable.add(user);
  }

  /** It can be reached again. */
  find(user: string): void {
    this.#unreachable.delete(user);
  }

  async stop(): Promise<void> {
    await this.#http.stop();
  }

  /** Another application server takes the place of the one that was stopped. */
  async startAgain(): Promise<void> {
    const port = Number(new URL(this.url).port);
    const files = await readPageFiles();
    this.#http = await TribblerHttp.start({ store: this.#store, files, port });
  }
}

/** Starts a site that is gone when the test is over. */
export async function startSite(t: TestContext): Promise<TribblerSite> {
  const unreachable = new Set<string>();
  const store = withLostUsers(new MemoryRing().open(), unreachable);
  const http = await TribblerHttp.start({ store, files: await readPageFiles() });
  const site = new TribblerSite(http, store, unreachable);
  t.after(() => site.stop());
  return site;
}

/** The store as it is when the nodes of some users are gone: their keys cannot be reached. */
function withLostUsers(store: Libstore, lost: ReadonlySet<string>): Libstore {
  const faultOf = (key: string): AtollError | undefined =>
    lost.has(key.split(':')[0] ?? '')
      ? new AtollError('CONNECTION_LOST', 'the node is gone')
      : undefined;
  return new Proxy(store, {
    get(target, name: keyof Libstore) {
      // Nothing is at hand: each read comes by here.
      if (name === 'ready') return undefined;
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
