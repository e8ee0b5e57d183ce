import assert from 'node:assert/strict';
import { test } from 'node:test';

import { cmudLimits } from '../../core/limits.ts';
import { LineQueue } from './line-queue.ts';

/** A queue whose `mine` goes on until `finish` is called. */
class Bench {
  readonly taken: string[] = [];
  readonly signals: string[] = [];
  finish: () => void = () => {};
  #work: Promise<void> | undefined;

  readonly queue: LineQueue = new LineQueue({
    take: (line) => {
      this.taken.push(line);
      if (line === 'stop') this.finish();
      if (line !== 'mine') return;
      this.#work = new Promise((resolve) => {
        this.finish = (): void => {
          this.#work = undefined;
          resolve();
        };
      });
    },
    isWorking: () => this.#work !== undefined,
    whenIdle: () => this.#work ?? Promise.resolve(),
    onFull: () => this.signals.push('full'),
    onRoom: () => this.signals.push('room'),
  });
}

test('a line waits until the work of the line before it is done', async () => {
  const bench = new Bench();
  for (const line of ['mine', 'buy', 'inv']) bench.queue.push(line);
  assert.deepEqual(bench.taken, ['mine']);
  bench.finish();
  await bench.queue.whenEmpty();
  assert.deepEqual(bench.taken, ['mine', 'buy', 'inv']);
});

test('stop does not wait, wherever it comes to stand first', async () => {
  const bench = new Bench();
  for (const line of ['mine', 'stop', 'inv']) bench.queue.push(line);
  await bench.queue.whenEmpty();
  assert.deepEqual(bench.taken, ['mine', 'stop', 'inv']);
});

test('the end waits for the work of the last line', async () => {
  const bench = new Bench();
  bench.queue.push('mine');
  let isEmpty = false;
  const empty = bench.queue.whenEmpty().then(() => (isEmpty = true));
  await Promise.resolve();
  assert.equal(isEmpty, false);
  bench.finish();
  await empty;
});

test('a pipe that is faster than the game is read no further until there is room', async () => {
  const bench = new Bench();
  bench.queue.push('mine');
  for (let count = 0; count < cmudLimits.linesWaitingMax; count++) bench.queue.push('look');
  assert.deepEqual(bench.signals, ['full']);
  bench.finish();
  await bench.queue.whenEmpty();
  assert.deepEqual(bench.signals, ['full', 'room']);
});
