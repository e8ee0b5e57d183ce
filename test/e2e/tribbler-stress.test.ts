import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';

import { ApiClient, ProblemAnswer } from '../../src/cli/trib/api-client.ts';
import { AtollError } from '../../src/core/errors.ts';
import type { Page, Session, Tribble } from '../../src/tribbler/api-types.ts';
import { findPorts } from '../support/free-ports.ts';
import { ServerProcess } from '../support/microblog-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { TribblerModel } from '../support/tribbler-model.ts';
import { until } from '../support/until.ts';

// Three application servers over a ring of seven nodes, all processes; every user is at two servers at once. Random operations
// are held against a model of what was acknowledged, before, while and after servers are killed.

const names = ['ash', 'birch', 'cedar', 'elm', 'fir', 'hazel', 'oak', 'pine'];
const password = 'correct horse';
/** A call to a node that is away takes as long as the server waits for it; the machine may be slow too. */
const callMs = 30_000;

interface RingReady {
  readonly ports: readonly number[];
}

interface TribblerReady {
  readonly url: string;
}

interface Microblog {
  readonly ring: ServerProcess<RingReady>[];
  readonly servers: ServerProcess<TribblerReady>[];
}

/** A user at one server, as one of his two programs sees it. */
interface Actor {
  readonly user: string;
  readonly place: number;
  readonly client: ApiClient;
}

async function startMicroblog(t: TestContext): Promise<Microblog> {
  const folder = temporaryFolder(t);
  const first = await findPorts(10);
  const data = (name: string): string[] => [
    '--data',
    join(folder, name),
    '--durability',
    'interval',
  ];
  const coordinator = `127.0.0.1:${first}`;
  const common = ['--admin-port', '0'];
  const joined = ['--coordinator', coordinator];
  const ring = await Promise.all([
    ServerProcess.start<RingReady>(
      `ring --port ${first} --actors 3 --servers 3`.split(' ').concat(common, data('a')),
    ),
    ...[3, 5].map((above) =>
      ServerProcess.start<RingReady>(
        `ring --port ${first + above} --actors 2`
          .split(' ')
          .concat(common, joined, data(`${above}`)),
      ),
    ),
  ]);
  const servers = await Promise.all(
    [7, 8, 9].map((above) =>
      ServerProcess.start<TribblerReady>(
        `tribbler --ring ${coordinator} --http-port ${first + above}`.split(' ').concat(common),
      ),
    ),
  );
  const microblog = { ring, servers };
  t.after(async () => {
    for (const one of [...microblog.servers, ...microblog.ring]) await one.kill();
  });
  return microblog;
}

/** Every user logs in at two servers. */
async function logInAll({ servers }: Microblog): Promise<readonly Actor[]> {
  const urls = servers.map(({ ready }) => ready.url);
  const open = (place: number, token?: string): ApiClient =>
    new ApiClient({ server: urls[place] ?? '', token, timeoutMs: callMs, attemptsMax: 1 });
  const actors: Actor[] = [];
  for (const [index, user] of names.entries()) {
    const first = index % 3;
    const body = { id: user, password };
    await open(first).ask('/v1/users', { method: 'POST', body });
    for (const place of [first, (first + 1) % 3]) {
      const session = await open(place).ask<Session>('/v1/sessions', {
        method: 'POST',
        body: { user, password },
      });
      actors.push({ user, place, client: open(place, session.token) });
    }
  }
  return actors;
}

/** Chance that can be repeated: the seed is printed when the test fails. */
function seededRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Runs operations of all actors at once, each a line of its own. Faults of servers that are down are only allowed if `mayFail`. */
async function storm(
  actors: readonly Actor[],
  model: TribblerModel,
  { each, mayFail, random }: { each: number; mayFail: boolean; random: (below: number) => number },
): Promise<{ failures: number; partials: number }> {
  const result = { failures: 0, partials: 0 };
  const line = async (actor: Actor, index: number): Promise<void> => {
    for (let number = 0; number < each; number += 1) {
      try {
        result.partials += await operate(actor, index % 2 === 0, model, random);
      } catch (error) {
        if (!mayFail || !isOutage(error)) throw error;
        result.failures += 1;
      }
    }
  };
  await Promise.all(actors.map(line));
  return result;
}

function isOutage(error: unknown): boolean {
  if (error instanceof ProblemAnswer) return error.details.code === 'unavailable';
  return error instanceof AtollError;
}

/** One operation. `isFirst`: of the two programs of a user the one that follows. Gives how many answers were partial. */
async function operate(
  { user, client }: Actor,
  isFirst: boolean,
  model: TribblerModel,
  random: (below: number) => number,
): Promise<number> {
  const kind = random(10);
  if (kind < 4) {
    const text = `${user} ${randomUUID()}`;
    model.sending(user, text);
    const tribble = await client.ask<Tribble>('/v1/posts', {
      method: 'POST',
      body: { text },
      headers: { 'idempotency-key': randomUUID() },
      isRepeatable: true,
    });
    model.posted(tribble);
    return 0;
  }
  if (kind === 4) {
    const ids = model.deletable(user);
    const id = ids[random(Math.max(1, ids.length))];
    if (id === undefined) return 0;
    model.deleting(id);
    try {
      await client.ask(`/v1/posts/${id}`, { method: 'DELETE' });
    } catch (error) {
      // A deletion that was repeated may have been done the first time.
      if (!(error instanceof ProblemAnswer) || error.details.code !== 'no-such-post') throw error;
    }
    model.deleted(id);
    return 0;
  }
  if (kind < 7 && isFirst) {
    const target = names[random(names.length)] ?? '';
    const isFollowed = random(4) > 0;
    model.follows(user, target, undefined);
    const method = isFollowed ? 'PUT' : 'DELETE';
    await client.ask(`/v1/me/subscriptions/${target}`, { method });
    model.follows(user, target, isFollowed);
    return 0;
  }
  return await read(client, user, names[random(names.length)] ?? '', kind % 2 === 0, model);
}

async function read(
  client: ApiClient,
  user: string,
  other: string,
  isTimeline: boolean,
  model: TribblerModel,
): Promise<number> {
  const expectation = isTimeline ? model.expectTimeline(user) : model.expectPosts(other);
  const path = isTimeline ? '/v1/me/timeline' : `/v1/users/${other}/posts`;
  const page = await client.ask<Page<Tribble>>(path);
  expectation.check(page.items, page.partial?.missing);
  return page.partial === undefined ? 0 : 1;
}

/** Everything that is known is there, and nothing else, at these servers. */
async function verifyAll(actors: readonly Actor[], model: TribblerModel): Promise<void> {
  for (const { user, client } of actors) {
    assert.equal(await read(client, user, user, true, model), 0, 'no answer is partial');
    assert.equal(await read(client, user, user, false, model), 0);
  }
}

test('no Tribble is lost, and no answer is wrong, whichever server is killed', async (t) => {
  const seed = Date.now() % 1_000_000;
  t.diagnostic(`seed ${seed}`);
  const random = seededRandom(seed);
  const microblog = await startMicroblog(t);
  const { ring, servers } = microblog;
  const actors = await logInAll(microblog);
  const model = new TribblerModel();

  await t.test('three application servers agree while all is well', async () => {
    await storm(actors, model, { each: 30, mayFail: false, random });
    await verifyAll(actors, model);
  });

  await t.test('kill -9 of an application server loses nothing that was acknowledged', async () => {
    const running = storm(actors, model, { each: 20, mayFail: true, random });
    await servers[0]?.kill();
    await running;
    const others = actors.filter(({ place }) => place !== 0);
    await storm(others, model, { each: 5, mayFail: false, random });
    await verifyAll(others, model);
    const again = await servers[0]?.restart();
    assert.ok(again !== undefined);
    servers[0] = again;
    // Sessions are in the ring: the tokens hold at the new server as well.
    await verifyAll(actors, model);
  });

  await t.test(
    'kill -9 of a storage server gives errors or answers that say what they lack',
    async () => {
      await ring[1]?.kill();
      const { failures, partials } = await storm(actors, model, { each: 2, mayFail: true, random });
      t.diagnostic(`${failures} failures, ${partials} partial answers`);
      // Two of seven nodes are away: whoever reads everybody notices.
      let noticed = failures + partials;
      for (const { user, client } of actors.slice(0, 6)) {
        for (const name of names) {
          try {
            noticed += await read(client, user, name, false, model);
          } catch (error) {
            if (!isOutage(error)) throw error;
            noticed += 1;
          }
          if (noticed > 0) break;
        }
      }
      assert.ok(noticed > 0 || (await ownsNobody(actors, model)), 'somebody noticed');
    },
  );

  await t.test('it is whole again when the storage server is back', async () => {
    const again = await ring[1]?.restart();
    assert.ok(again !== undefined);
    ring[1] = again;
    await until('everything is answered again', 120_000, async () => {
      try {
        await verifyAll(actors, model);
        return true;
      } catch (error) {
        if (isOutage(error)) return String(error);
        throw error;
      }
    });
    await storm(actors, model, { each: 5, mayFail: false, random });
    await verifyAll(actors, model);
  });
});

/** The hash may have given the node that is away none of the users. */
async function ownsNobody(actors: readonly Actor[], model: TribblerModel): Promise<boolean> {
  await verifyAll(actors, model);
  return true;
}
