import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';

import { PlatformClock } from './clock.ts';

/** Reads its clock each time it is told anything. */
const reader = `
  const { parentPort } = require('node:worker_threads');
  import(${JSON.stringify(new URL('clock.js', import.meta.url).href)}).then(({ PlatformClock }) => {
    const clock = new PlatformClock();
    parentPort.on('message', () => parentPort.postMessage(clock.monotonicMs()));
  });`;

test('monotonic time is the same in all threads', async (t) => {
  const clock = new PlatformClock();
  const worker = new Worker(reader, { eval: true });
  t.after(() => worker.terminate());
  for (let count = 0; count < 10; count += 1) {
    const beforeMs = clock.monotonicMs();
    worker.postMessage('read');
    const [readMs] = (await once(worker, 'message')) as [number];
    assert.ok(beforeMs < readMs && readMs < clock.monotonicMs());
  }
});
