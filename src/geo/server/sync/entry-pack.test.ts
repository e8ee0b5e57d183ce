import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import fc from 'fast-check';

import { AtollError } from '../../../core/errors.ts';
import { clientLimits } from '../../../core/limits.ts';
import { SimRandom } from '../../../sim/sim-random.ts';
import { ArenaTable } from '../arena/arena-table.ts';
import { Origins } from '../origins.ts';
import type { Table } from '../table.ts';
import { EntryPackReader } from './entry-pack-reader.ts';
import { EntryPackWriter } from './entry-pack-writer.ts';

interface Write {
  readonly key: Uint8Array;
  /** undefined: a delete. */
  readonly value: Uint8Array | undefined;
  readonly expiryMs: number;
  readonly wallMs: number;
  readonly counter: number;
  readonly origin: string;
  readonly sequence: number;
}

const writes: fc.Arbitrary<Write> = fc.record(
  {
    key: fc.uint8Array({ minLength: 1, maxLength: 40 }),
    value: fc.option(fc.uint8Array({ maxLength: 300 }), { nil: undefined }),
    expiryMs: fc.constantFrom(0, 0, 1, 2_000_000_000_000),
    wallMs: fc.oneof(fc.nat(10), fc.integer({ min: 1_700_000_000_000, max: 1_800_000_000_000 })),
    counter: fc.nat(0xffff_ffff),
    origin: fc.constantFrom('127.0.0.1:7000#boot1.3/10', '10.0.0.7:7000#boot2.5/31'),
    sequence: fc.integer({ min: 1, max: 2 ** 51 }),
  },
  { noNullPrototype: true },
);

/** Puts the writes into a table and packs the entry of each. */
function pack(table: Table, all: readonly Write[]): Uint8Array {
  const origins = new Origins();
  const writer = new EntryPackWriter(origins);
  for (const write of all) {
    const bytes = Buffer.concat([write.key, write.value ?? Buffer.alloc(0)]);
    const { wallMs, counter, sequence } = write;
    const version = { wallMs, counter, sequence, origin: origins.numberOf(write.origin) };
    const keyEnd = write.key.length;
    let reference = table.put(bytes, 0, keyEnd, keyEnd, bytes.length, write.expiryMs, version);
    if (write.value === undefined) reference = table.bury(reference);
    writer.add(table, reference);
  }
  assert.equal(writer.count, all.length);
  return writer.take();
}

function unpack(bytes: Uint8Array): Write[] {
  // Numbers of origins mean nothing outside: here they are others than where the pack was made.
  const origins = new Origins();
  origins.numberOf('somebody else');
  const reader = new EntryPackReader(bytes, origins);
  const found: Write[] = [];
  while (reader.next()) {
    const { wallMs, counter, origin, sequence } = reader.version;
    const value = reader.bytes.subarray(reader.valueStart, reader.valueEnd);
    found.push({
      key: new Uint8Array(reader.bytes.subarray(reader.keyStart, reader.keyEnd)),
      value: reader.isTombstone ? undefined : new Uint8Array(value),
      expiryMs: reader.expiryMs,
      wallMs,
      counter,
      origin: origins.uid(origin),
      sequence,
    });
  }
  return found;
}

function newTable(): Table {
  return new ArenaTable(new SimRandom(1));
}

test('entries are the same after they travelled', () => {
  fc.assert(
    fc.property(fc.array(writes, { maxLength: 20 }), (all) => {
      const expected = all.map((write) =>
        write.value === undefined ? { ...write, expiryMs: 0 } : write,
      );
      assert.deepEqual(unpack(pack(newTable(), all)), expected);
    }),
  );
});

describe('a pack of entries', () => {
  const sample: readonly Write[] = Array.from({ length: 5 }, (_, index) => ({
    key: Buffer.from(`key/${index}`),
    value: index === 3 ? undefined : Buffer.from('value'),
    expiryMs: index === 2 ? 1_800_000_000_000 : 0,
    wallMs: 1_750_000_000_000 + index,
    counter: index,
    origin: index < 3 ? 'one' : 'other',
    sequence: 100 + index,
  }));

  test('takes about eight bytes besides the key and the value of an entry', () => {
    const many = Array.from({ length: 1_000 }, (_, index) => ({
      key: Buffer.from(`player/${10_000 + index}`),
      value: Buffer.alloc(64, 'v'),
      expiryMs: 0,
      wallMs: 1_750_000_000_000 + Math.floor(index / 10),
      counter: index % 10,
      origin: '127.0.0.1:7000#boot1.3/10',
      sequence: 1_000_000 + index,
    }));
    const perEntry = pack(newTable(), many).length / many.length;
    assert.ok(perEntry - 64 - 12 < 9, `${perEntry} bytes`);
  });

  test('cut anywhere or with any bytes changed is read or refused with FRAME_INVALID', () => {
    const whole = pack(newTable(), sample);
    const read = (bytes: Uint8Array): void => {
      try {
        unpack(bytes);
      } catch (error) {
        assert.ok(error instanceof AtollError && error.code === 'FRAME_INVALID', String(error));
      }
    };
    for (let length = 0; length < whole.length; length += 1) read(whole.subarray(0, length));
    const change = fc.tuple(fc.nat(whole.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 5 }), (changes) => {
        const mutated = Uint8Array.from(whole);
        for (const [at, byte] of changes) mutated[at] = byte;
        read(mutated);
      }),
      { numRuns: 3_000 },
    );
  });

  test('with a key or a value beyond the limits is refused', () => {
    const long = (length: number): number[] => [(length & 0x7f) | 0x80, length >> 7];
    const key = [0, ...long(clientLimits.keyBytesMax + 1)];
    assert.throws(() => unpack(Uint8Array.from(key)), /a key of 4097 bytes/);
    assert.throws(() => unpack(Uint8Array.from([0, 0])), /a key of 0 bytes/);
  });

  test('with a stamp or a dot that nobody can have given marks the entry and goes on', () => {
    const odd = sample.map((write, index) => (index === 1 ? { ...write, sequence: 0 } : write));
    const reader = new EntryPackReader(pack(newTable(), odd), new Origins());
    const validity: boolean[] = [];
    while (reader.next()) validity.push(reader.isVersionValid);
    assert.deepEqual(validity, [true, false, true, true, true]);
  });
});
