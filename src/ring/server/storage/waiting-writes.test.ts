import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WaitingWrites } from './waiting-writes.ts';
import type { Write } from './write.ts';

test('writes that wait come out by key, in order, and are counted with their bytes', () => {
  const waiting = new WaitingWrites();
  const write = (key: string, value: string): Write => ({ kind: 'set', key, value });
  for (const [key, value] of [
    ['k', '1'],
    ['l', '22'],
    ['k', '333'],
  ] as const) {
    waiting.add({ write: write(key, value), once: undefined, waiters: [], sinceMs: 10 });
  }
  assert.deepEqual([waiting.count, waiting.byteLength, waiting.keyCount], [3, 9, 2]);
  assert.deepEqual(
    waiting.take('k').map((each) => each.write),
    [write('k', '1'), write('k', '333')],
  );
  assert.deepEqual(waiting.take('k'), []);
  waiting.take('l');
  assert.deepEqual([waiting.count, waiting.byteLength, waiting.isEmpty], [0, 0, true]);
});

test('a numbered write is found by its client and number, as long as it waits', () => {
  const waiting = new WaitingWrites();
  const once = { client: 'c 1', sequence: 1, floor: 0 };
  const one = { write: { kind: 'delete', key: 'k' }, once, waiters: [] } as const;
  waiting.add({ ...one, waiters: [], sinceMs: 0 });
  assert.equal(waiting.findRequest({ ...once, floor: 1 })?.once, once);
  assert.equal(waiting.findRequest({ ...once, client: '1 c' }), undefined);
  assert.equal(waiting.findRequest({ ...once, sequence: 2 }), undefined);
  waiting.take('k');
  assert.equal(waiting.findRequest(once), undefined);
});
