import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { parseCpuMs, readCpuMs } from './cpu-time.ts';

test('user and system time are found behind whatever a program calls itself', () => {
  const fields = ['S', ...Array.from({ length: 10 }, () => '9'), '150', '50', '7', '7'].join(' ');
  assert.equal(parseCpuMs(`4711 (a) name) 1 2) ${fields}`), 2_000);
});

test(
  'a process that works uses CPU time',
  { skip: existsSync('/proc/self/stat') ? false : 'there is no /proc' },
  () => {
    const startMs = readCpuMs(process.pid);
    let spent = 0;
    // Counts by its own work, not by the clock: ends when the kernel has seen 30 ms of it.
    while (readCpuMs(process.pid) < startMs + 30) spent++;
    assert.ok(spent > 0);
  },
);

test('a process that is gone has no CPU time', () => {
  assert.throws(() => readCpuMs(2 ** 30), { code: 'ENOENT' });
});
