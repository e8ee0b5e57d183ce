import assert from 'node:assert/strict';

import type { Libstore } from '../../src/ring/libstore/libstore.ts';
import { MemoryRing } from '../../src/ring/libstore/memory-libstore.ts';
import { Simulation } from '../../src/sim/simulation.ts';
import type { Tribble } from '../../src/tribbler/api-types.ts';
import type { PostRef } from '../../src/tribbler/post-key.ts';
import type { Outcome } from '../../src/tribbler/server/outcome.ts';
import { Service } from '../../src/tribbler/server/service.ts';

/** Application servers without HTTP over one ring in memory; each has a clock of its own. */
export class TribblerWorld {
  readonly ring: MemoryRing = new MemoryRing();
  readonly simulation: Simulation = new Simulation({ seed: 1 });
  readonly #openStore: () => Libstore;

  constructor(openStore?: () => Libstore) {
    this.#openStore = openStore ?? ((): Libstore => this.ring.open());
  }

  /** An application server on a host of this name. */
  serve(host = 'app', store: Libstore = this.#openStore()): Service {
    const { clock, random } = this.simulation.node(host).outside;
    return new Service({ store, clock, random });
  }
}

/** Creates users without passwords. */
export async function createUsers(service: Service, ...users: readonly string[]): Promise<void> {
  for (const user of users) {
    const record = { created: '2026-11-26T08:00:00.000Z', passwordHash: '' };
    assert.equal((await service.users.create(user, record)).status, 'OK');
  }
}

export function valueOf<Value>(outcome: Outcome<Value, never> | { status: string }): Value {
  assert.equal(outcome.status, 'OK');
  return (outcome as { value: Value }).value;
}

export async function post(service: Service, user: string, text: string): Promise<Tribble> {
  return valueOf<Tribble>(await service.posts.post(user, text));
}

export interface PageOptions {
  readonly limit?: number;
  readonly after?: PostRef | undefined;
  readonly own?: boolean;
}

/** Tribbler §3.1, GetTribbles: the texts, as they come. */
export async function textsOf(
  service: Service,
  user: string,
  { limit = 100, after }: PageOptions = {},
): Promise<readonly string[]> {
  const page = valueOf<{ tribbles: readonly Uint8Array[] }>(
    await service.timeline.ofUser(user, { limit, after }),
  );
  return page.tribbles.map(textIn);
}

/** Tribbler §3.1, GetTribblesBySubscription: the texts, as they come. */
export async function timelineOf(
  service: Service,
  user: string,
  { limit = 100, after, own = false }: PageOptions = {},
): Promise<readonly string[]> {
  const page = valueOf<{ tribbles: readonly Uint8Array[] }>(
    await service.timeline.bySubscription(user, { limit, after, own }),
  );
  return page.tribbles.map(textIn);
}

export function textIn(json: Uint8Array): string {
  return (JSON.parse(new TextDecoder().decode(json)) as Tribble).text;
}
