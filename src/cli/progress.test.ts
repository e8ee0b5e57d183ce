import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Progress } from './progress.ts';

function world(isTerminal: boolean): {
  written: string[];
  progress: Progress;
  pass: (ms: number) => void;
} {
  let nowMs = 0;
  const written: string[] = [];
  const clock = { monotonicMs: () => nowMs, wallMs: () => nowMs };
  const progress = new Progress('loading', {
    write: (text) => written.push(text),
    isTerminal,
    clock,
  });
  return { written, progress, pass: (ms) => (nowMs += ms) };
}

test('what is over within a second says nothing', () => {
  for (const isTerminal of [true, false]) {
    const { written, progress, pass } = world(isTerminal);
    for (let i = 0; i < 9; i += 1) {
      progress.update(i, 10, `${i} bytes`);
      pass(100);
    }
    progress.end();
    assert.deepEqual(written, []);
  }
});

test('a terminal gets a bar in place that leaves nothing behind', () => {
  const { written, progress, pass } = world(true);
  pass(1_000);
  progress.update(1, 2, '1 of 2 keys');
  pass(10);
  progress.update(2, 2, '2 of 2 keys');
  progress.end();
  const bar = `${'#'.repeat(15)}${'-'.repeat(15)}`;
  assert.deepEqual(written, [`\r\u001b[Kloading [${bar}] 50 %  1 of 2 keys`, '\r\u001b[K']);
});

test('whoever is no terminal gets a line every few seconds', () => {
  const { written, progress, pass } = world(false);
  for (let i = 0; i < 80; i += 1) {
    progress.update(i, 100, `${i} keys`);
    pass(100);
  }
  progress.update(1, 0, 'of nobody knows how many');
  progress.end();
  assert.deepEqual(written, ['atoll: loading 10 %, 10 keys\n', 'atoll: loading 60 %, 60 keys\n']);
});
