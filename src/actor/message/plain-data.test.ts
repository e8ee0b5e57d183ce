import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { AtollError, type ErrorCode } from '../../core/errors.ts';
import { actorLimits } from '../../core/limits.ts';
import { ActorRef } from '../actor-ref.ts';
import { BatchReader } from './batch-reader.ts';
import { BatchWriter } from './batch-writer.ts';
import { findRefusal } from './plain-data.ts';
import { PlainCopier } from './plain-copier.ts';

const ref = new ActorRef<never>('127.0.0.1:7000#boot1.2', 77);

/** What each way of a message makes of it: the value that arrives, or the code of the refusal. */
function allWays(message: unknown): readonly unknown[] {
  return [byRules(message), byCopy(message), byBytes(message)];
}

function byRules(message: unknown): unknown {
  return findRefusal(message)?.code ?? 'accepted';
}

function byCopy(message: unknown): unknown {
  return orCode(() => new PlainCopier().copy(message));
}

function byBytes(message: unknown): unknown {
  return orCode(() => {
    const writer = new BatchWriter();
    writer.add(7, message);
    const batch = writer.view();
    const reader = new BatchReader();
    reader.open(batch, 0, batch.length);
    assert.ok(reader.next());
    assert.equal(reader.counter, 7);
    const arrived = reader.message();
    assert.ok(!reader.next());
    return arrived;
  });
}

function isArrived(outcome: unknown): boolean {
  return outcome === 'accepted' || typeof outcome === 'object';
}

function orCode(work: () => unknown): unknown {
  try {
    return { arrived: work() };
  } catch (error) {
    if (error instanceof AtollError) return error.code;
    throw error;
  }
}

function assertRefused(message: unknown, code: ErrorCode): void {
  assert.deepEqual(allWays(message), [code, code, code]);
}

function assertArrives(message: unknown, expected: unknown = message): void {
  const arrived = { arrived: expected };
  assert.deepEqual(allWays(message), ['accepted', arrived, arrived]);
}

const plain = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'medium' },
    fc.constantFrom(
      null,
      true,
      false,
      ref,
      0,
      127,
      128,
      -1,
      2 ** 31,
      2 ** 53,
      NaN,
      Infinity,
      -Infinity,
    ),
    fc.integer(),
    fc.double(),
    fc.bigInt(),
    fc.string({ unit: 'binary' }),
    fc.string({ unit: 'grapheme', maxLength: 80 }),
    fc.string({
      unit: fc.constantFrom('a', 'ÿ', '\ud800', '\udfff', '\u0000', '漢'),
      maxLength: 60,
    }),
    fc.uint8Array(),
    fc.array(tie('value')),
    fc.dictionary(
      fc.string().filter((name) => name !== '__proto__'),
      tie('value'),
    ),
    fc.dictionary(fc.constantFrom('type', 'value', 'key', 'stamp'), tie('value')),
  ),
})).value;

const notPlain = fc.constantFrom<unknown>(
  undefined,
  () => 0,
  Symbol('s'),
  new Date(0),
  new Map(),
  new Set(),
  new Float64Array(1),
  new ArrayBuffer(1),
  new (class Point {})(),
  Object.create({ inherited: 1 }),
  JSON.parse('{"__proto__": {"polluted": 1}}'),
  Promise.resolve(),
);

describe('a message', () => {
  test('arrives as the same plain data by copy and by bytes', () => {
    fc.assert(fc.property(plain, (message) => assertArrives(message, withoutMinusZero(message))));
  });

  test('is refused by copy and by bytes alike, wherever the part that is not plain stands', () => {
    const around = fc.array(plain, { maxLength: 3 });
    fc.assert(
      fc.property(around, notPlain, around, (before, bad, after) => {
        assertRefused([...before, bad, ...after], 'MESSAGE_NOT_PLAIN');
        assertRefused({ before, bad, after }, 'MESSAGE_NOT_PLAIN');
      }),
    );
  });

  // CMUD §4.4: the contents are copied, not shared.
  test('shares nothing with what was told', () => {
    const bytes = new Uint8Array([1, 2, 3]);
    const told = { list: [{ deep: 1 }], bytes };
    const copy = new PlainCopier().copy(told) as typeof told;
    told.list[0] = { deep: 2 };
    bytes[0] = 9;
    assert.deepEqual(copy, { list: [{ deep: 1 }], bytes: new Uint8Array([1, 2, 3]) });
  });

  test('holds its actor refs as refs', () => {
    const message = { type: 'get', replyTo: ref, again: ref };
    const arrived = byBytes(message) as { arrived: typeof message };
    assert.ok(arrived.arrived.replyTo instanceof ActorRef);
    assert.equal(arrived.arrived.again.uid(), ref.uid());
  });

  test('holds a Buffer as the Uint8Array that it is', () => {
    assertArrives(Buffer.from('abc'), new Uint8Array([97, 98, 99]));
  });

  test('holds −0 as 0, wherever it stands', () => {
    assertArrives([-0, { zero: -0, list: [-0] }], [0, { zero: 0, list: [0] }]);
  });

  test('holds no array that is more than an array', () => {
    assertRefused(new (class List extends Array<number> {})(), 'MESSAGE_NOT_PLAIN');
  });

  test('drops what has a symbol for a name, on every way', () => {
    assertArrives({ seen: 1, [Symbol('unseen')]: 2 }, { seen: 1 });
  });

  test('may be nested as deep as the limit and no deeper, and a cycle is too deep', () => {
    assertArrives(nested(actorLimits.messageDepthMax));
    assertRefused(nested(actorLimits.messageDepthMax + 1), 'MESSAGE_DEPTH_EXCEEDED');
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    assertRefused(cycle, 'MESSAGE_DEPTH_EXCEEDED');
    assertRefused(nested(10_000), 'MESSAGE_DEPTH_EXCEEDED');
  });

  test('may be as large as a frame and no larger, by the same measure on every way', () => {
    const measured = 10;
    const fits = actorLimits.messageBytesMax - measured;
    assert.equal(byRules(new Uint8Array(fits)), 'accepted');
    assert.notEqual(byCopy(new Uint8Array(fits)), 'MESSAGE_TOO_LARGE');
    assert.notEqual(byBytes(new Uint8Array(fits)), 'MESSAGE_TOO_LARGE');
    assertRefused(new Uint8Array(fits + 1), 'MESSAGE_TOO_LARGE');
    assertRefused('x'.repeat(fits), 'MESSAGE_TOO_LARGE');
    assertRefused({ list: Array.from({ length: 1_000_000 }, () => 1) }, 'MESSAGE_TOO_LARGE');
    assertRefused(2n ** 80_000_000n, 'MESSAGE_TOO_LARGE');
  });

  test('may be exactly as large as the limit, whatever it is made of', () => {
    const names = Array.from({ length: 100 }, (_, index) => [`${'n'.repeat(200)}${index}`, index]);
    for (const part of [
      Array.from({ length: 500 }, () => ref),
      Array.from({ length: 500 }, () => ({ type: 'put', key: 'k', ['漢'.repeat(200)]: 1 })),
      Object.fromEntries(names),
      { ['x'.repeat(10_000)]: true },
      ['ÿ'.repeat(5_000), '漢', 2n ** 4_000n, -(2n ** 4_000n), 1.5, null, false],
      [[], {}, [[]], [{}]],
    ]) {
      const filler = actorLimits.messageBytesMax - measure([part, new Uint8Array(0)]);
      const fits = [part, new Uint8Array(filler)];
      assert.deepEqual(allWays(fits).map(isArrived), [true, true, true]);
      assertRefused([part, new Uint8Array(filler + 1)], 'MESSAGE_TOO_LARGE');
    }
  });

  test('is measured by itself, not with the ones before it', () => {
    const large = new Uint8Array(actorLimits.messageBytesMax * 0.6);
    const copier = new PlainCopier();
    const writer = new BatchWriter();
    for (let count = 0; count < 3; count += 1) {
      copier.copy(large);
      writer.add(1, large);
    }
    writer.add(0, [large, large], Number.POSITIVE_INFINITY);
    assert.equal(writer.count, 4);
    assert.throws(() => writer.add(1, [large, large]), { code: 'MESSAGE_TOO_LARGE' });
  });

  test('that doubles at each level is refused before anybody walks all of it', () => {
    for (const double of [
      (part: unknown): unknown => [part, part],
      (part: unknown): unknown => ({ one: part, other: part }),
    ]) {
      let message: unknown = 1;
      for (let level = 1; level < actorLimits.messageDepthMax; level += 1)
        message = double(message);
      assertRefused(message, 'MESSAGE_TOO_LARGE');
    }
  });

  test('that is too large is refused before room is made for it', () => {
    const writer = new BatchWriter();
    const before = process.memoryUsage().arrayBuffers;
    for (const message of ['x'.repeat(100_000_000), new Uint8Array(10_000_000)])
      assert.throws(() => writer.add(1, message), { code: 'MESSAGE_TOO_LARGE' });
    assert.ok(process.memoryUsage().arrayBuffers - before < 50_000_000);
  });

  test('that refers to one part again and again is measured as often', () => {
    const part = Array.from({ length: 10_000 }, () => 'shared');
    assertRefused(
      Array.from({ length: 10_000 }, () => part),
      'MESSAGE_TOO_LARGE',
    );
  });

  test('refused in the middle leaves no trace in its batch', () => {
    const writer = new BatchWriter();
    writer.add(1, { type: 'first', at: ref });
    const before = Buffer.from(writer.view());
    const other = new ActorRef<never>('127.0.0.1:7001#boot2.1', 3);
    assert.throws(() => writer.add(2, { fresh: 'shape', other, bad: () => 0 }));
    assert.deepEqual(Buffer.from(writer.view()), before);
    writer.add(3, { fresh: 'shape', other });
    writer.add(4, { fresh: 'again', other, bad: false });
    const batch = writer.view();
    const reader = new BatchReader();
    reader.open(batch, 0, batch.length);
    assert.ok(reader.next());
    assert.deepEqual(reader.message(), { type: 'first', at: ref });
    assert.ok(reader.next());
    assert.equal(reader.counter, 3);
    assert.deepEqual(reader.message(), { fresh: 'shape', other });
    assert.ok(reader.next());
    assert.deepEqual(reader.message(), { fresh: 'again', other, bad: false });
    assert.equal(writer.count, 3);
  });

  test('says where it is not plain', () => {
    const error = findRefusal({ list: [1, { when: new Date(0) }] });
    assert.match(error?.message ?? '', /message\.list\[1\]\.when is an instance of Date/);
  });

  test('never takes more bytes than it was measured as', () => {
    fc.assert(
      fc.property(fc.array(plain, { maxLength: 5 }), (messages) => {
        const writer = new BatchWriter();
        for (const message of messages) {
          const before = writer.byteLength;
          writer.add(1, message);
          assert.ok(writer.byteLength - before <= 1 + measure(message));
        }
      }),
    );
  });
});

/** The measure as the rules describe it, written anew. */
function measure(value: unknown): number {
  if (typeof value === 'string') return 10 + 2 * value.length;
  if (typeof value === 'bigint')
    return 10 + Math.ceil(value.toString(16).replace('-', '').length / 2);
  if (value instanceof Uint8Array) return 10 + value.length;
  if (value instanceof ActorRef) return 20 + 2 * value.address.length;
  if (Array.isArray(value)) return 10 + value.reduce<number>((sum, part) => sum + measure(part), 0);
  if (typeof value !== 'object' || value === null) return 10;
  let sum = 10;
  for (const [name, part] of Object.entries(value)) sum += 6 + 2 * name.length + measure(part);
  return sum;
}

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level += 1) value = { value };
  return value;
}

function withoutMinusZero(value: unknown): unknown {
  if (typeof value === 'number') return value + 0;
  if (Array.isArray(value)) return value.map((part) => withoutMinusZero(part));
  if (value instanceof Uint8Array || value instanceof ActorRef) return value;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, part]) => [name, withoutMinusZero(part)]);
  return Object.fromEntries(entries);
}
