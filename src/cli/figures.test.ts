import assert from 'node:assert/strict';
import { test } from 'node:test';

import { bytesWords, countWords, durationWords } from './figures.ts';

test('figures are said in the largest unit that keeps two digits or so', () => {
  assert.deepEqual([0, 1_023, 1_024, 3_565_158, 157_286_400, 1_610_612_736].map(bytesWords), [
    '0 bytes',
    '1023 bytes',
    '1.0 KiB',
    '3.4 MiB',
    '150 MiB',
    '1.5 GiB',
  ]);
  assert.deepEqual([250, 1_000, 119_000, 420_000, 10_800_000, 172_800_000].map(durationWords), [
    '250 ms',
    '1 s',
    '119 s',
    '7 min',
    '3 h',
    '2 d',
  ]);
  assert.equal(countWords(1_234_567), '1,234,567');
});
