import assert from 'node:assert/strict';
import { test } from 'node:test';

import { tribblerLimits } from '../../core/limits.ts';
import { MemoryRing } from '../../ring/libstore/memory-libstore.ts';
import { Simulation } from '../../sim/simulation.ts';
import { Service } from './service.ts';
import type { StreamEvent } from './stream-event.ts';
import { Streams } from './streams.ts';

const { streamLookMs, streamSilenceMs } = tribblerLimits;

/** A stream's end, that takes so many events. */
class Listener {
  readonly events: StreamEvent[] = [];
  isClosed = false;
  capacity = Infinity;

  send(event: StreamEvent): boolean {
    if (this.events.length >= this.capacity) return false;
    this.events.push(event);
    return true;
  }

  close(): void {
    this.isClosed = true;
  }

  /** What came since it was asked last, comments aside. */
  take(): readonly string[] {
    return this.events
      .splice(0)
      .filter(({ name }) => name !== 'comment')
      .map((event) => (event.name === 'end' ? `end ${event.data.reason}` : event.name));
  }
}

/** heather follows robin; both can post. Time is virtual. */
async function start(): Promise<{
  simulation: Simulation;
  service: Service;
  streams: Streams;
  open: (listener: Listener, isOver?: () => boolean) => Promise<() => void>;
}> {
  const simulation = new Simulation({ seed: 1 });
  const { clock, timers, random } = simulation.node('app').outside;
  const store = new MemoryRing().open();
  const service = new Service({ store, clock, random });
  const { reader, timeline } = service;
  const onBug = (error: unknown): never => {
    throw error;
  };
  const streams = new Streams({ store, reader, timeline, clock, timers, onBug });
  for (const user of ['heather', 'robin']) {
    await service.users.create(user, { created: '', passwordHash: '' });
  }
  await service.subscriptions.add('heather', 'robin');
  const open = (sink: Listener, isOver = (): boolean => false): Promise<() => void> =>
    streams.open({
      user: 'heather',
      own: false,
      after: undefined,
      sink,
      isSessionOver: () => Promise.resolve(isOver()),
    });
  return { simulation, service, streams, open };
}

test('a post is told with the next look, once', async () => {
  const { simulation, service, open } = await start();
  const listener = new Listener();
  await open(listener);
  assert.deepEqual(listener.take(), ['state']);
  await service.posts.post('robin', 'Hello');
  await simulation.advance(streamLookMs + 1);
  assert.deepEqual(listener.take(), ['tribble']);
  await simulation.advance(3 * streamLookMs);
  assert.deepEqual(listener.take(), []);
});

test('a silent stream says something before proxies lose patience', async () => {
  const { simulation, open } = await start();
  const listener = new Listener();
  await open(listener);
  for (let times = 1; times <= 3; times += 1) {
    listener.events.splice(0);
    await simulation.advance(streamSilenceMs + 1);
    assert.ok(listener.events.length > 0);
  }
});

test('a stream ends with its session', async () => {
  const { simulation, streams, open } = await start();
  const listener = new Listener();
  let isOver = false;
  await open(listener, () => isOver);
  isOver = true;
  await simulation.advance(streamSilenceMs + 1);
  assert.deepEqual(listener.take(), ['state', 'end session']);
  assert.ok(listener.isClosed);
  assert.equal(streams.count, 0);
});

test('whoever does not read is let go, and nobody else notices', async () => {
  const { simulation, service, streams, open } = await start();
  const [slow, quick] = [new Listener(), new Listener()];
  slow.capacity = 2;
  await open(slow);
  await open(quick);
  for (let number = 0; number < 3; number += 1) await service.posts.post('robin', 'Hello');
  await simulation.advance(streamLookMs + 1);
  assert.ok(slow.isClosed);
  assert.deepEqual(quick.take(), ['state', 'tribble', 'tribble', 'tribble']);
  assert.equal(streams.count, 1);
});

test('when nobody listens, nothing is looked at any more', async () => {
  const { simulation, streams, open } = await start();
  const close = await open(new Listener());
  close();
  await simulation.advance(10 * streamLookMs);
  assert.equal(streams.count, 0);
  assert.equal(await simulation.advance(10 * streamLookMs), undefined);
});

test('a stream that is opened while the server stops ends at once', async () => {
  const { streams, open } = await start();
  streams.close();
  const listener = new Listener();
  await open(listener);
  assert.deepEqual(listener.take(), ['end stop']);
  assert.ok(listener.isClosed);
});
