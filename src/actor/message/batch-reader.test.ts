import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { AtollError } from '../../core/errors.ts';
import { ActorRef } from '../actor-ref.ts';
import { tags } from './batch-format.ts';
import { BatchReader } from './batch-reader.ts';
import { BatchWriter } from './batch-writer.ts';

function readAll(
  batch: Uint8Array,
  end: number = batch.length,
  reader: BatchReader = new BatchReader(),
): unknown[] {
  reader.open(batch, 0, end);
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
    const messages = readAll(sampleBatch()) as [number, Record<string, unknown>][];
    assert.deepEqual(
      messages.map(([counter]) => counter),
      [5, 2 ** 50, 6, 7, 8],
    );
    assert.deepEqual(messages[2]?.[1], {
      type: 'get',
      replyTo: new ActorRef('127.0.0.1:7000#boot1.2', 2 ** 40),
      large: 2n ** 70n,
      negative: -5n,
      nothing: 0n,
    });
    assert.equal(messages[4]?.[1]['name79'], 79);
  });

  test('holds counters, numbers and lengths around each step in their sizes', () => {
    const steps = [7, 8, 14, 16, 21, 28, 31, 32, 35, 42, 49, 53].map((bits) => 2 ** bits);
    const numbers = steps.flatMap((step) => [step - 1, step, step + 1, -step - 1, -step, 1 - step]);
    const counters = numbers.filter((number) => number >= 0 && Number.isSafeInteger(number));
    const lengths = [0, 1, 30, 31, 32, 127, 128, 129, 255, 256, 16_383, 16_384, 16_385];
    const values = [
      ...numbers,
      ...lengths.map((length) => 'ÿ'.repeat(length)),
      ...lengths.map((length) => 'Ā'.repeat(length)),
      ...lengths.map((length) => `${'a'.repeat(length)}Ā`),
      ...lengths.map((length) => new Uint8Array(length).fill(7)),
      ...lengths.map((length) => Array<number>(length).fill(0)),
      ...lengths.map((length) => -(256n ** BigInt(length))),
    ];
    const writer = new BatchWriter();
    const told = [
      ...counters.map((counter) => [counter, null]),
      ...values.map((value) => [1, value]),
    ] as [number, unknown][];
    for (const [counter, message] of told) writer.add(counter, message);
    assert.deepEqual(readAll(writer.view()), told);
    assert.equal(writer.count, told.length);
  });

  test('grows wherever in a message it is full', () => {
    const ref = new ActorRef<never>('127.0.0.1:7000#boot1.2', 2 ** 40);
    const parts = ['Ā'.repeat(20), 'Ā'.repeat(40), 'ÿ'.repeat(40), 2n ** 200n, 0.5, ref, true];
    for (let length = 4_000; length < 4_110; length += 1) {
      for (const part of parts) {
        const writer = new BatchWriter();
        writer.add(1, new Uint8Array(length));
        writer.add(2, part);
        writer.add(3, 'last');
        assert.deepEqual(readAll(writer.view()).slice(1), [
          [2, part],
          [3, 'last'],
        ]);
      }
    }
  });

  test('lends its bytes to a message that is read in place, and to no other', () => {
    const writer = new BatchWriter();
    for (const fill of [1, 2]) writer.add(fill, { list: [new Uint8Array(3).fill(fill)] });
    const batch = new Uint8Array(10 + writer.byteLength).subarray(10);
    batch.set(writer.view());
    const reader = new BatchReader();
    reader.open(batch, 0, batch.length);
    assert.ok(reader.next());
    const inPlace = reader.messageInPlace();
    assert.deepEqual(inPlace, { list: [Uint8Array.of(1, 1, 1)] });
    assert.ok(reader.next());
    const copied = reader.message();
    batch.fill(9);
    assert.deepEqual(inPlace, { list: [Uint8Array.of(9, 9, 9)] });
    assert.deepEqual(copied, { list: [Uint8Array.of(2, 2, 2)] });
  });

  test('explains itself: a reader keeps nothing of the one before', () => {
    const writer = new BatchWriter();
    const message = { type: 'get', replyTo: new ActorRef<never>('127.0.0.1:7000#boot1.2', 1) };
    writer.add(1, message);
    const reader = new BatchReader();
    const first = Buffer.from(writer.view());
    readAll(first, first.length, reader);
    for (const batch of [
      [1, tags.object, 0, 5, 5],
      [1, tags.ref, first.indexOf(tags.address), 1],
    ]) {
      const bytes = Uint8Array.from(batch);
      assert.throws(() => readAll(bytes, bytes.length, reader), { code: 'FRAME_INVALID' });
    }
    writer.clear();
    writer.add(1, message);
    assert.deepEqual(Buffer.from(writer.view()), first);
    assert.equal(writer.count, 1);
  });

  test('with anything behind its last message, or anything that no writer writes, is refused', () => {
    const text = (words: string): number[] => [
      tags.shortLatin1 + words.length,
      ...Buffer.from(words, 'latin1'),
    ];
    const tooLarge = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f];
    for (const bytes of [
      [1, 5, 5],
      [...tooLarge, 5],
      [1, tags.utf16, 3, 0, 0, 0],
      [1, tags.utf16 + 0x10, 0],
      [1, tags.shortLatin1 + 32, ...Array<number>(32).fill(97)],
      [1, tags.address, ...text('nowhere'), 1],
      [1, tags.ref, 0, 1],
      [1, tags.object, 0],
    ])
      assertInvalid(Uint8Array.from(bytes));
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
    const writer = new BatchWriter();
    const ends = [0];
    for (const message of [
      { type: 'a', of: [1.5] },
      'ÿ'.repeat(40),
      { type: 'b', of: 2n ** 70n },
    ]) {
      writer.add(1, message);
      ends.push(writer.byteLength);
    }
    const batch = writer.view();
    for (let length = 0; length <= batch.length; length += 1) {
      const count = ends.indexOf(length);
      if (count >= 0) assert.equal(readAll(batch, length).length, count);
      else assert.throws(() => readAll(batch, length), { code: 'FRAME_INVALID' });
    }
    const reader = new BatchReader();
    reader.open(Uint8Array.of(1, 5), 0, 1);
    assert.ok(reader.next());
    assert.throws(() => reader.message(), { code: 'FRAME_INVALID' });
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
    const huge = [0xff, 0xff, 0xff, 0xff, 0x01];
    const before = process.memoryUsage().arrayBuffers;
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
    assert.ok(process.memoryUsage().arrayBuffers - before < 1_000_000);
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
