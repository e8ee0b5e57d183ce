import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AtollError } from '../../../core/errors.ts';
import type { WriteReply } from '../storage/write.ts';
import { PackWriter, readRecord, RecordWriter, type RecordTaker } from './journal-record.ts';

/** What a record tells, as a list. */
function told(record: Uint8Array): unknown[] {
  const calls: unknown[] = [];
  const taker = new Proxy(
    {},
    {
      get:
        (_, name) =>
        (...values: unknown[]) =>
          void calls.push([name, ...values]),
    },
  );
  readRecord(record, taker as RecordTaker);
  return calls;
}

function written(write: (writer: RecordWriter) => void): Uint8Array {
  let record = new Uint8Array();
  write(
    new RecordWriter((bytes, start, end) => {
      record = new Uint8Array(bytes.subarray(start, end));
    }),
  );
  return record;
}

const latin1 = fc.string({
  unit: fc.nat(255).map((byte) => String.fromCodePoint(byte)),
  maxLength: 300,
});
const client = latin1.filter(({ length }) => length > 0 && length <= 64);
const once = fc.option(
  fc.record(
    { client, sequence: fc.maxSafeNat(), floor: fc.maxSafeNat() },
    { noNullPrototype: true },
  ),
  { nil: undefined },
);

test('a change comes out of its record as it went in, with the number of its request', () => {
  fc.assert(
    fc.property(latin1, latin1, once, (key, value, number) => {
      const set = written((writer) => writer.set(key, value, number));
      assert.deepEqual(told(set), [['set', key, value, number]]);
      const append = written((writer) => writer.append(key, value, number));
      assert.deepEqual(told(append), [['append', key, value, number]]);
      const remove = written((writer) => writer.remove(key, value, number));
      assert.deepEqual(told(remove), [['remove', key, value, number]]);
      const deleted = written((writer) => writer.delete(key, number));
      assert.deepEqual(told(deleted), [['delete', key, number]]);
    }),
  );
});

test('what a node keeps besides entries comes out as it went in', () => {
  const view = {
    epoch: 7,
    nodes: [
      { id: '0123456789abcdef', at: { host: '::1', port: 7400 }, virtualIds: [0, 4_294_967_295] },
    ],
  };
  assert.deepEqual(told(written((writer) => writer.view(view))), [['view', view]]);
  assert.deepEqual(told(written((writer) => writer.virtualIds([1, 2]))), [['virtualIds', [1, 2]]]);
  assert.deepEqual(told(written((writer) => writer.leasesLast(0))), [['leasesLast', 0]]);
  assert.deepEqual(told(written((writer) => writer.leasesLast(12_000.5))), [
    ['leasesLast', 12_001],
  ]);
});

test('of what is remembered of a client the replies come out that tell of an effect', () => {
  const entry = { client: 'c', floor: 3, age: 2 };
  const replies = new Map<number, WriteReply>([
    [3, 'ok'],
    [4, 0],
    [5, 1],
    [6, 'nil'],
  ]);
  const effects = new Map<number, WriteReply>([
    [3, 'ok'],
    [5, 1],
  ]);
  assert.deepEqual(told(written((writer) => writer.applied({ ...entry, replies }))), [
    ['applied', { ...entry, replies: effects }],
  ]);
});

test('a pack gives its entries, and says which records they have the effect of', () => {
  const writer = new PackWriter();
  writer.begin(12, 10);
  writer.value('k', '');
  writer.list('l', false, ['a', 'b']);
  writer.list('l', true, ['c']);
  assert.deepEqual(told(writer.take()), [
    ['pack', 12, true],
    ['value', 'k', ''],
    ['list', 'l', false, ['a', 'b']],
    ['list', 'l', true, ['c']],
  ]);
});

test('the example of the format page is what is written', () => {
  const record = written((writer) => {
    writer.append('l', 'x', { client: 'me', sequence: 5, floor: 4 });
  });
  assert.equal(Buffer.from(record).toString('hex'), '83026d650504016c0178');
});

test('bytes that are no record are refused, and nothing else happens', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      try {
        told(bytes);
      } catch (error) {
        assert.ok(error instanceof AtollError && error.code === 'FRAME_INVALID', String(error));
      }
    }),
    { numRuns: 2_000 },
  );
});
