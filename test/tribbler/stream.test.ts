import assert from 'node:assert/strict';
import { test } from 'node:test';

import { readEvents, type ServerSentEvent } from '../../src/cli/trib/event-stream.ts';
import { AtollError } from '../../src/core/errors.ts';
import type { Libstore } from '../../src/ring/libstore/libstore.ts';
import { MemoryRing } from '../../src/ring/libstore/memory-libstore.ts';
import { TribblerHttp } from '../support/tribbler-http.ts';

// docs/reference/http-api.md, "The stream".

/** An open stream, whose events are taken one by one. */
class OpenStream {
  readonly #events: AsyncGenerator<ServerSentEvent>;
  readonly #ended: AbortController;

  static async open(
    server: TribblerHttp,
    token: string,
    headers: Readonly<Record<string, string>> = {},
    query = '',
  ): Promise<OpenStream> {
    const ended = new AbortController();
    const response = await fetch(`${server.url}/v1/me/stream${query}`, {
      headers: { authorization: `Bearer ${token}`, ...headers },
      signal: ended.signal,
    });
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('content-type'), 'text/event-stream');
    assert.ok(response.body !== null);
    return new OpenStream(readEvents(response.body as AsyncIterable<Uint8Array>), ended);
  }

  constructor(events: AsyncGenerator<ServerSentEvent>, ended: AbortController) {
    this.#events = events;
    this.#ended = ended;
  }

  async next(): Promise<{ name: string; id: string; data: Record<string, unknown> } | undefined> {
    const result = await this.#events.next();
    if (result.done === true) return undefined;
    const { name, id, data } = result.value;
    return { name, id, data: JSON.parse(data) as Record<string, unknown> };
  }

  close(): void {
    this.#ended.abort();
  }
}

async function withServers(
  count: number,
  use: (servers: readonly TribblerHttp[]) => Promise<void>,
  open?: (ring: MemoryRing) => Libstore,
): Promise<void> {
  const ring = new MemoryRing();
  const servers = await Promise.all(
    Array.from({ length: count }, () =>
      TribblerHttp.start({ store: open === undefined ? ring.open() : open(ring) }),
    ),
  );
  try {
    await use(servers);
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}

test('what is posted at one server comes to the streams of another, and so does that it is deleted', () =>
  withServers(2, async ([one, other]) => {
    assert.ok(one !== undefined && other !== undefined);
    const [heather, robin] = [await one.join('heather'), await one.join('robin')];
    await one.follow(heather, 'robin');
    const stream = await OpenStream.open(other, heather);
    const state = { name: 'state', id: '', data: { complete: true, missing: [] } };
    assert.deepEqual(await stream.next(), state);
    const tribble = await one.post(robin, 'Hello');
    assert.deepEqual(await stream.next(), {
      name: 'tribble',
      id: tribble.id,
      data: { ...tribble },
    });
    await one.ask(`/v1/posts/${tribble.id}`, { method: 'DELETE', token: robin });
    const deleted = await stream.next();
    assert.equal(deleted?.name, 'deleted');
    assert.deepEqual(deleted?.data, { id: tribble.id });
    stream.close();
  }));

test('whom one follows later is heard too, and one’s own Tribbles if they are asked for', () =>
  withServers(1, async ([server]) => {
    assert.ok(server !== undefined);
    const [heather, robin] = [await server.join('heather'), await server.join('robin')];
    const stream = await OpenStream.open(server, heather, {}, '?own=true');
    await stream.next();
    const mine = await server.post(heather, 'mine');
    assert.equal((await stream.next())?.id, mine.id);
    await server.follow(heather, 'robin');
    // What is followed is looked at with the next look: post until it is heard.
    const heard = stream.next();
    let isHeard = false;
    void heard.then(() => (isHeard = true));
    const posted: string[] = [];
    while (!isHeard) {
      posted.push((await server.post(robin, 'and now?')).id);
      await Promise.race([heard, new Promise((resolve) => setTimeout(resolve, 100))]);
    }
    assert.ok(posted.includes((await heard)?.id ?? ''));
    stream.close();
  }));

test('a stream that comes back with Last-Event-ID gets what it missed', () =>
  withServers(1, async ([server]) => {
    assert.ok(server !== undefined);
    const [heather, robin] = [await server.join('heather'), await server.join('robin')];
    await server.follow(heather, 'robin');
    const first = await server.post(robin, 'first');
    const missed = [await server.post(robin, 'second'), await server.post(robin, 'third')];
    for (const [headers, query] of [
      [{ 'last-event-id': first.id }, ''],
      [{}, `?lastEventId=${first.id}`],
    ] as const) {
      const stream = await OpenStream.open(server, heather, headers, query);
      await stream.next();
      const ids = [(await stream.next())?.id, (await stream.next())?.id, (await stream.next())?.id];
      assert.deepEqual(
        ids,
        [first, ...missed].map(({ id }) => id),
      );
      stream.close();
    }
  }));

test('a stream that missed more than is sent again is told to load anew', () =>
  withServers(1, async ([server]) => {
    assert.ok(server !== undefined);
    const [heather, robin] = [await server.join('heather'), await server.join('robin')];
    await server.follow(heather, 'robin');
    const first = await server.post(robin, 'first');
    for (let number = 0; number < 101; number += 1) await server.post(robin, String(number));
    const stream = await OpenStream.open(server, heather, { 'last-event-id': first.id });
    await stream.next();
    assert.equal((await stream.next())?.name, 'reset');
    stream.close();
  }));

test('a user may have ten streams, and the eleventh has to wait', () =>
  withServers(1, async ([server]) => {
    assert.ok(server !== undefined);
    const heather = await server.join('heather');
    const streams: OpenStream[] = [];
    for (let number = 0; number < 10; number += 1) {
      streams.push(await OpenStream.open(server, heather));
    }
    const refused = await server.ask('/v1/me/stream', { token: heather });
    assert.equal(refused.status, 429);
    for (const stream of streams) stream.close();
    // Closed ones count no more, once the server has noticed.
    while (server.api.parts.streams.count > 0) await new Promise((done) => setTimeout(done, 10));
    (await OpenStream.open(server, heather)).close();
  }));

test('a stream says whose node is away, and when it is back', () => {
  let isAway = false;
  const openFlaky = (ring: MemoryRing): Libstore => {
    const store = ring.open();
    return {
      get: (key, options) => store.get(key, options),
      put: (key, value, options) => store.put(key, value, options),
      putIfAbsent: (key, value, options) => store.putIfAbsent(key, value, options),
      delete: (key, options) => store.delete(key, options),
      getList: (key, options) => store.getList(key, options),
      appendToList: (key, item, options) => store.appendToList(key, item, options),
      removeFromList: (key, item, options) => store.removeFromList(key, item, options),
      getMany: (keys, options) => store.getMany(keys, options),
      getLists: async (keys, options) => {
        const lists = await store.getLists(keys, options);
        const fault = new AtollError('CONNECT_FAILED', 'the node is away');
        return lists.map((list, index) =>
          isAway && keys[index]?.startsWith('robin:') === true ? fault : list,
        );
      },
      statistics: () => store.statistics(),
      close: () => store.close(),
    };
  };
  return withServers(
    1,
    async ([server]) => {
      assert.ok(server !== undefined);
      const [heather, robin] = [await server.join('heather'), await server.join('robin')];
      await server.join('wren');
      await server.follow(heather, 'robin');
      await server.follow(heather, 'wren');
      const stream = await OpenStream.open(server, heather);
      await stream.next();
      isAway = true;
      const away = { complete: false, missing: ['robin'] };
      assert.deepEqual((await stream.next())?.data, away);
      const page = await server.ask('/v1/me/timeline', { token: heather });
      assert.deepEqual((page.json as { partial: { missing: string[] } }).partial.missing, [
        'robin',
      ]);
      const tribble = await server.post(robin, 'meanwhile');
      isAway = false;
      // What came while it was away is told when it is back.
      const events = [await stream.next(), await stream.next()];
      assert.deepEqual(new Set(events.map((event) => event?.name)), new Set(['state', 'tribble']));
      assert.equal(events.find((event) => event?.name === 'tribble')?.id, tribble.id);
      stream.close();
    },
    openFlaky,
  );
});

test('when the server stops, streams are told to come back, and end', async () => {
  const server = await TribblerHttp.start();
  const heather = await server.join('heather');
  const stream = await OpenStream.open(server, heather);
  await stream.next();
  const stopped = server.stop();
  assert.deepEqual((await stream.next())?.data, { reason: 'stop' });
  assert.equal(await stream.next(), undefined);
  await stopped;
});
