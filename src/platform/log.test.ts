import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog } from './log.ts';
import type { LogOptions } from './log.ts';

function logged(options: LogOptions, use: (log: ReturnType<typeof createLog>) => void): string[] {
  const lines: string[] = [];
  use(createLog({ ...options, write: (line) => lines.push(line) }));
  return lines;
}

test('a log line is one JSON object with time, level, name, event and fields', () => {
  const [line = ''] = logged({ name: 's1' }, (log) =>
    log.warn('peer link lost', { peer: 's2', tries: 3 }),
  );
  const { time, ...rest } = JSON.parse(line) as Record<string, unknown>;
  assert.deepEqual(rest, {
    level: 'warn',
    name: 's1',
    event: 'peer link lost',
    peer: 's2',
    tries: 3,
  });
  assert.match(String(time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.ok(line.endsWith('}\n'));
});

test('what is below the level is not written', () => {
  const all = (log: ReturnType<typeof createLog>): void => {
    log.info('a');
    log.warn('b');
    log.error('c');
  };
  assert.equal(logged({ level: 'warn' }, all).length, 2);
  assert.equal(logged({ level: 'silent' }, all).length, 0);
});

test('a line for people is short and aligned', () => {
  const [line = ''] = logged({ human: true }, (log) =>
    log.info('listening', { port: 7000, tls: false }),
  );
  assert.match(line, /^\d\d:\d\d:\d\d\.\d{3} info  listening  port=7000 tls=false\n$/);
});

test('what a client sent cannot move the cursor of whoever watches', () => {
  const name = '\u001b[2J\u009b1A\u202ereversed\nnext line';
  const [line = ''] = logged({ human: true }, (log) => log.info('client', { name }));
  assert.match(line, /^[ -~]+\n$/);
});
