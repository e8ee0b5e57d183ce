import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { AtollError } from '../../core/errors.ts';
import { ActorRef } from '../actor-ref.ts';
import { tags } from './batch-format.ts';
import { BatchReader } from './batch-reader.ts';
import { BatchWriter } from './batch-writer.ts';

function readAll(batch: Uint8Array): unknown[] {
  const reader = new BatchReader();
  reader.open(batch, 0, batch.length);
  const messages: unknown[] = [];
  while (reader.next()) messages.push([reader.counter, reader.message()]);
  return messages;
}

/** A batch that uses every part of the format. */
function sampleBatch(): Buffer {
  const writer = new BatchWriter();
  const replyTo = new ActorRef<never>('127.0.0.1:7000#boot1.2', 2 ** 40);
  writer.add(5, {
    type: 'put',
    key: 'k'.repeat(40),
    value: new Uint8Array(9),
    stamp: [1, -1, 0.5, 1e12],
  });
  writer.add(2 ** 50, {
    type: 'put',
    key: '漢字',
    value: new Uint8Array(0),
    stamp: [null, true, false],
  });
  writer.add(6, { type: 'get', replyTo, large: 2n ** 70n, negative: -5n, nothing: 0n });
  writer.add(7, { type: 'get', replyTo, large: 1n, negative: -1n, nothing: 0n });
  const names = Array.from({ length: 80 }, (_, index) => [`name${index}`, index]);
  writer.add(8, Object.fromEntries(names));
  return Buffer.from(writer.view());
}

function assertInvalid(batch: Uint8Array): void {
  assert.throws(
    () => readAll(batch),
    (error) => error instanceof AtollError && error.code === 'FRAME_INVALID',
  );
}

describe('a batch', () => {
  test('is read back message by message, in order', () => {
    assert.equal(readAll(sampleBatch()).length, 5);
  });

  test('can be read from the middle of a larger array', () => {
    const batch = sampleBatch();
    const around = Buffer.concat([Buffer.alloc(13, 0xff), batch, Buffer.alloc(5, 0xff)]);
    const reader = new BatchReader();
    reader.open(around, 13, 13 + batch.length);
    let count = 0;
    while (reader.next()) {
      reader.message();
      count += 1;
    }
    assert.equal(count, 5);
  });

  test('cut anywhere is read up to the cut or refused, never read beyond it', () => {
    const batch = sampleBatch();
    for (let length = 0; length < batch.length; length += 1) {
      try {
        assert.ok(readAll(batch.subarray(0, length)).length < 5);
      } catch (error) {
        assert.ok(error instanceof AtollError && error.code === 'FRAME_INVALID', String(error));
      }
    }
  });

  test('with any bytes changed is read or refused with FRAME_INVALID, and nothing else happens', () => {
    const batch = sampleBatch();
    const change = fc.tuple(fc.nat(batch.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
        const mutated = Buffer.from(batch);
        for (const [at, byte] of changes) mutated[at] = byte;
        try {
          readAll(mutated);
        } catch (error) {
          assert.ok(error instanceof AtollError && error.code === 'FRAME_INVALID', String(error));
        }
      }),
      { numRuns: 5_000 },
    );
  });

  test('cannot make the reader allocate what it does not hold', () => {
    const huge = [0xff, 0xff, 0xff, 0xff, 0x0f];
    for (const tag of [
      tags.array,
      tags.bytes,
      tags.latin1,
      tags.utf16,
      tags.shape,
      tags.dictionary,
    ]) {
      assertInvalid(Uint8Array.from([1, tag, ...huge]));
    }
  });

  test('nested ten thousand deep is refused without recursion that deep', () => {
    const batch = new Uint8Array(10_000).fill(tags.array);
    for (let at = 2; at < batch.length; at += 2) batch[at] = 1;
    assertInvalid(batch);
  });

  test('cannot reach a prototype by a property called __proto__', () => {
    const name = [...Buffer.from('__proto__', 'latin1')];
    const text = [tags.shortLatin1 + name.length, ...name];
    assertInvalid(Uint8Array.from([1, tags.shape, 1, ...text, 5]));
    assertInvalid(Uint8Array.from([1, tags.dictionary, 1, ...text, 5]));
  });
});
