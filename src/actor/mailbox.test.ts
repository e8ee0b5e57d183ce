import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Mailbox } from './mailbox.ts';

// CMUD §4.2: a FIFO queue that behaves like a channel with a buffer without end.
describe('a mailbox', () => {
  test('gives messages back in the order in which they were pushed', () => {
    const mailbox = new Mailbox<number>();
    for (let message = 0; message < 1_000; message += 1) mailbox.push(message);
    for (let message = 0; message < 1_000; message += 1) assert.equal(mailbox.pop(), message);
    assert.equal(mailbox.pop(), undefined);
  });

  test('is first in, first out under any interleaving of push and pop', () => {
    const push = fc.record({ type: fc.constant('push' as const), message: fc.integer() });
    const pop = fc.record({ type: fc.constant('pop' as const) });
    fc.assert(
      fc.property(
        fc.array(fc.oneof({ weight: 3, arbitrary: push }, { weight: 2, arbitrary: pop })),
        (steps) => {
          const mailbox = new Mailbox<number>();
          const model: number[] = [];
          for (const step of steps) {
            if (step.type === 'push') {
              mailbox.push(step.message);
              model.push(step.message);
            } else {
              assert.equal(mailbox.pop(), model.shift());
            }
            assert.equal(mailbox.length, model.length);
          }
        },
      ),
    );
  });

  test('keeps the order when it grows while its oldest message stands in the middle of the ring', () => {
    const mailbox = new Mailbox<number>();
    let pushed = 0;
    let popped = 0;
    for (let round = 0; round < 200; round += 1) {
      for (let count = 0; count < 7; count += 1) mailbox.push((pushed += 1));
      for (let count = 0; count < 5; count += 1) assert.equal(mailbox.pop(), (popped += 1));
    }
    assert.equal(mailbox.length, pushed - popped);
  });

  test('takes a million messages without blocking whoever pushes', () => {
    const mailbox = new Mailbox<number>();
    for (let message = 0; message < 1_000_000; message += 1) assert.ok(mailbox.push(message));
    assert.equal(mailbox.length, 1_000_000);
  });

  test('takes nothing after it was closed, and says how many messages that ended', () => {
    const mailbox = new Mailbox<string>();
    mailbox.push('waiting');
    mailbox.push('waiting too');
    assert.equal(mailbox.close(), 2);
    assert.equal(mailbox.push('late'), false);
    assert.equal(mailbox.pop(), undefined);
    assert.equal(mailbox.length, 0);
  });

  test('is not confused by undefined as a message', () => {
    const mailbox = new Mailbox<undefined | number>();
    mailbox.push(undefined);
    mailbox.push(1);
    assert.equal(mailbox.length, 2);
    assert.equal(mailbox.pop(), undefined);
    assert.equal(mailbox.pop(), 1);
  });
});
