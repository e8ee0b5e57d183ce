import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ArenaTable } from '../../src/geo/server/arena/arena-table.ts';
import { MapTable } from '../support/map-table.ts';
import type { Table, Version } from '../../src/geo/server/table.ts';
import { ReplyWriter } from '../../src/resp/reply-writer.ts';
import { SimRandom } from '../../src/sim/sim-random.ts';

/** Every implementation of the table of keys. */
const implementations: readonly { readonly name: string; readonly create: () => Table }[] = [
  { name: 'MapTable', create: () => new MapTable() },
  { name: 'ArenaTable', create: () => new ArenaTable(new SimRandom(1)) },
];

/** What the model knows of a key; value undefined: a tombstone. */
interface ModelEntry {
  value: string | undefined;
  expiryMs: number;
  version: Version;
}

/** Bytes of which some mean something to somebody: NUL, CR, LF, 0xFF, and names that objects have. */
const bytesText = fc.oneof(
  fc.constantFrom('a', 'aa', 'ab', 'b', '\0', '\r\n', '\xff', '\xff\xff', 'a\xff', '__proto__'),
  fc
    .uint8Array({ minLength: 1, maxLength: 6 })
    .map((bytes) => Buffer.from(bytes).toString('latin1')),
);
const value = fc.oneof(
  fc.constantFrom('', 'x', '\r\n', '\0\xff'),
  fc.integer({ min: 0, max: 300 }).map((length) => 'v'.repeat(length)),
);

type Step =
  | {
      readonly kind: 'put';
      readonly key: string;
      readonly value: string;
      readonly expiryMs: number;
    }
  | { readonly kind: 'setExpiry'; readonly key: string; readonly expiryMs: number }
  | { readonly kind: 'bury'; readonly key: string; readonly isEnd: boolean }
  | { readonly kind: 'drop'; readonly count: number }
  | { readonly kind: 'bury all' };

const expiry = fc.constantFrom(0, 0, 10, 20, 30);
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 30,
      arbitrary: fc.record({
        kind: fc.constant('put' as const),
        key: bytesText,
        value,
        expiryMs: expiry,
      }),
    },
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('setExpiry' as const),
        key: bytesText,
        expiryMs: expiry,
      }),
    },
    {
      weight: 18,
      arbitrary: fc.record({
        kind: fc.constant('bury' as const),
        key: bytesText,
        isEnd: fc.boolean(),
      }),
    },
    { weight: 1, arbitrary: fc.constant({ kind: 'bury all' as const }) },
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('drop' as const),
        count: fc.integer({ min: 0, max: 3 }),
      }),
    },
  ),
  { maxLength: 120 },
);

for (const { name, create } of implementations) {
  test(`${name}: agrees with a plain list after any steps`, () => {
    fc.assert(
      fc.property(steps, bytesText, (all, probe) => {
        const pair = new Pair(create());
        for (const step of all) {
          pair.apply(step);
          pair.audit();
        }
        pair.compareAll();
        pair.compareList('', '');
        pair.compareList(probe, '');
        pair.compareList('a', probe);
        pair.compareList('', probe);
      }),
      { numRuns: 300 },
    );
  });

  test(`${name}: a scan meets every key that is there from its beginning to its end`, () => {
    fc.assert(
      fc.property(steps, steps, fc.integer({ min: 1, max: 7 }), (before, during, count) => {
        const pair = new Pair(create());
        for (const step of before) pair.apply(step);
        const staying = new Set(pair.liveKeys());
        const seen = new Set<string>();
        let cursor = 0;
        let next = 0;
        do {
          cursor = pair.table.scan(cursor, count, (reference) => {
            seen.add(pair.keyOf(reference));
          });
          const step = during[next];
          next += 1;
          if (step !== undefined) {
            pair.apply(step);
            pair.audit();
            const live = new Set(pair.liveKeys());
            for (const key of staying) if (!live.has(key)) staying.delete(key);
          }
        } while (cursor !== 0);
        for (const key of staying) assert.ok(seen.has(key), `${JSON.stringify(key)} was missed`);
      }),
      { numRuns: 300 },
    );
  });

  test(`${name}: every live key is drawn at times, and nothing else is`, () => {
    const pair = new Pair(create());
    const random = new SimRandom(7);
    assert.equal(pair.table.random(random), -1);
    for (const key of ['a', 'b', 'c', 'd', 'e']) {
      pair.apply({ kind: 'put', key, value: key, expiryMs: 0 });
    }
    pair.apply({ kind: 'bury', key: 'b', isEnd: false });
    const drawn = new Set<string>();
    for (let i = 0; i < 200; i += 1) drawn.add(pair.keyOf(pair.table.random(random)));
    assert.deepEqual([...drawn].toSorted(), ['a', 'c', 'd', 'e']);
  });

  test(`${name}: one key left of ten thousand is found by scan and by chance`, () => {
    const pair = new Pair(create());
    for (let i = 0; i < 10_000; i += 1) {
      pair.apply({ kind: 'put', key: `key/${i}`, value: 'v', expiryMs: 0 });
    }
    for (let i = 0; i < 10_000; i += 1) {
      if (i !== 7_777) pair.apply({ kind: 'bury', key: `key/${i}`, isEnd: false });
    }
    pair.table.dropTombstones(Infinity);
    assert.equal(pair.table.size, 1);
    assert.equal(pair.keyOf(pair.table.random(new SimRandom(1))), 'key/7777');
  });

  test(`${name}: tombstones go in the order in which they were buried`, () => {
    const pair = new Pair(create());
    for (const key of ['a', 'b', 'c']) pair.apply({ kind: 'put', key, value: '', expiryMs: 0 });
    for (const key of ['b', 'a', 'c']) pair.apply({ kind: 'bury', key, isEnd: false });
    assert.equal(pair.table.dropTombstones(1), 1);
    assert.equal(pair.find('b'), -1);
    assert.notEqual(pair.find('a'), -1);
    assert.equal(pair.table.dropTombstones(10), 2);
    assert.equal(pair.table.tombstoneCount, 0);
  });

  test(`${name}: a table that was cleared is empty and can be filled again`, () => {
    const pair = new Pair(create());
    for (let i = 0; i < 1_000; i += 1) {
      pair.apply({ kind: 'put', key: `k${i}`, value: 'v', expiryMs: i });
    }
    pair.table.clear();
    const { size, tombstoneCount, expiringCount, byteLength } = pair.table;
    assert.deepEqual([size, tombstoneCount, expiringCount, byteLength], [0, 0, 0, 0]);
    assert.equal(pair.table.firstToExpire(), -1);
    const fresh = new Pair(pair.table);
    fresh.apply({ kind: 'put', key: 'k1', value: 'again', expiryMs: 5 });
    fresh.compareAll();
  });

  test(`${name}: a key is added when all were deleted and the first tombstones are gone`, () => {
    const pair = new Pair(create());
    for (const key of ['a', 'b', 'c']) pair.apply({ kind: 'put', key, value: '', expiryMs: 0 });
    pair.apply({ kind: 'bury all' });
    pair.apply({ kind: 'drop', count: 2 });
    pair.apply({ kind: 'put', key: 'd', value: 'v', expiryMs: 0 });
    pair.compareAll();
    pair.compareList('', '');
  });

  test(`${name}: a scan misses no key while thirty thousand others come and go`, () => {
    const pair = new Pair(create());
    for (let i = 0; i < 500; i += 1) {
      pair.apply({ kind: 'put', key: `stays/${i}`, value: 'v', expiryMs: 0 });
    }
    const seen = new Set<string>();
    let cursor = 0;
    let next = 0;
    do {
      cursor = pair.table.scan(cursor, 10, (reference) => {
        const key = pair.keyOf(reference);
        if (key.startsWith('stays/')) seen.add(key);
      });
      for (const end = Math.min(next + 90, 30_000); next < end; next += 1) {
        pair.table.bury(pair.putOnly(`comes/${next}`, 'v'));
        pair.putOnly(`comes/${next >> 1}`, 'w');
      }
      if (next % 900 === 0) pair.table.dropTombstones(500);
    } while (cursor !== 0);
    pair.audit();
    assert.equal(next, 30_000);
    assert.equal(seen.size, 500);
  });

  test(`${name}: keys and values of any allowed length replace each other`, () => {
    const length = fc.oneof(
      fc.integer({ min: 0, max: 700 }),
      fc.integer({ min: 16_200, max: 16_500 }),
      fc.integer({ min: 0, max: 70_000 }),
      fc.constantFrom(2 ** 20, 2 ** 20 - 1),
    );
    const key = fc.oneof(fc.constantFrom('a', 'b'), fc.constantFrom('c'.repeat(4_096)));
    const put = fc.record({ key, length, isBuried: fc.boolean() });
    fc.assert(
      fc.property(fc.array(put, { maxLength: 12 }), (puts) => {
        const pair = new Pair(create());
        for (const [number, { key: which, length: size, isBuried }] of puts.entries()) {
          const text = String.fromCharCode(number).repeat(size);
          pair.apply({ kind: 'put', key: which, value: text, expiryMs: number });
          if (isBuried) pair.apply({ kind: 'bury', key: 'a', isEnd: true });
          pair.compareAll();
        }
      }),
      { numRuns: 60 },
    );
  });

  test(`${name}: a value of a mebibyte and one of nothing replace each other`, () => {
    const pair = new Pair(create());
    const large = '\0\xff\r\n'.repeat(2 ** 18);
    for (const text of ['', large, 'x', large, '']) {
      pair.apply({ kind: 'put', key: 'k', value: text, expiryMs: 0 });
      pair.compareAll();
    }
  });
}

/** A table and the plain model of it, given the same steps. */
class Pair {
  readonly table: Table;
  readonly #model: Map<string, ModelEntry> = new Map();
  /** Tombstones in the order of their burial. */
  #buried: string[] = [];
  #sequence = 0;

  constructor(table: Table) {
    this.table = table;
  }

  /** Checks what must hold inside the table, where it offers that. */
  audit(): void {
    if (this.table instanceof ArenaTable) this.table.audit();
  }

  apply(step: Step): void {
    switch (step.kind) {
      case 'put':
        return this.#put(step.key, step.value, step.expiryMs);
      case 'setExpiry':
        return this.#setExpiry(step.key, step.expiryMs);
      case 'bury':
        return this.#bury(step.key, step.isEnd);
      case 'bury all':
        return this.#buryAll();
      case 'drop': {
        const dropped = this.table.dropTombstones(step.count);
        assert.equal(dropped, Math.min(step.count, this.#buried.length));
        for (const key of this.#buried.splice(0, step.count)) this.#model.delete(key);
      }
    }
  }

  find(key: string): number {
    const bytes = Buffer.from(`<${key}>`, 'latin1');
    return this.table.find(bytes, 1, bytes.length - 1);
  }

  keyOf(reference: number): string {
    const target = Buffer.alloc(5_000);
    return target.toString('latin1', 0, this.table.readKey(reference, target));
  }

  /** Puts past the model. Returns the reference. */
  putOnly(key: string, text: string): number {
    const bytes = Buffer.from(key + text, 'latin1');
    const [end, length] = [key.length, bytes.length];
    return this.table.put(bytes, 0, end, end, length, 0, this.#nextVersion());
  }

  liveKeys(): string[] {
    return [...this.#model].filter(([, entry]) => entry.value !== undefined).map(([key]) => key);
  }

  compareAll(): void {
    const { table } = this;
    this.audit();
    const live = this.liveKeys();
    assert.equal(table.size, live.length);
    assert.equal(table.tombstoneCount, this.#model.size - live.length);
    const expiring = [...this.#model.values()].filter(({ expiryMs }) => expiryMs !== 0);
    assert.equal(table.expiringCount, expiring.length);
    const first = table.firstToExpire();
    const firstMs = first < 0 ? Infinity : table.expiryMs(first);
    assert.equal(firstMs, Math.min(...expiring.map(({ expiryMs }) => expiryMs)));
    for (const [key, entry] of this.#model) this.#compareEntry(key, entry);
    assert.deepEqual(this.#keysByPlace().toSorted(), [...this.#model.keys()].toSorted());
  }

  compareList(prefix: string, after: string): void {
    const expected = this.liveKeys()
      .filter((key) => key.startsWith(prefix) && (after === '' || key > after))
      .toSorted((a, b) => (a < b ? -1 : 1));
    const bytes = Buffer.from(`${prefix}|${after}`, 'latin1');
    const range = {
      prefix: bytes,
      prefixStart: 0,
      prefixEnd: prefix.length,
      after: bytes,
      afterStart: prefix.length + 1,
      afterEnd: bytes.length,
    };
    const found: string[] = [];
    this.table.list(range, (reference) => found.push(this.keyOf(reference)) > 0);
    assert.deepEqual(found, expected);
    const firstTwo: string[] = [];
    this.table.list(range, (reference) => firstTwo.push(this.keyOf(reference)) < 2);
    assert.deepEqual(firstTwo, expected.slice(0, 2));
  }

  /** The keys of all entries, tombstones too, as the places say. */
  #keysByPlace(): string[] {
    const found: string[] = [];
    for (let place = 0; place < this.table.placesEnd; place += 1) {
      const reference = this.table.atPlace(place);
      if (reference < 0) continue;
      assert.equal(this.table.place(reference), place);
      found.push(this.keyOf(reference));
    }
    return found;
  }

  #put(key: string, text: string, expiryMs: number): void {
    const bytes = Buffer.from(`${key}=${text}`, 'latin1');
    const version = this.#nextVersion();
    const end = key.length;
    const reference = this.table.put(bytes, 0, end, end + 1, bytes.length, expiryMs, version);
    bytes.fill('?');
    assert.equal(this.find(key), reference);
    this.#model.set(key, { value: text, expiryMs, version: { ...version } });
    this.#buried = this.#buried.filter((other) => other !== key);
    version.wallMs = -1;
  }

  #setExpiry(key: string, expiryMs: number): void {
    const entry = this.#model.get(key);
    if (entry?.value === undefined) return;
    const version = this.#nextVersion();
    this.table.setExpiry(this.find(key), expiryMs, version);
    entry.expiryMs = expiryMs;
    entry.version = { ...version };
  }

  #bury(key: string, isEnd: boolean): void {
    const entry = this.#model.get(key);
    if (entry?.value === undefined) return;
    const version = this.#nextVersion();
    const tombstone = this.table.bury(this.find(key), isEnd ? undefined : version);
    assert.equal(this.find(key), tombstone);
    if (!isEnd) entry.version = { ...version };
    entry.value = undefined;
    entry.expiryMs = 0;
    this.#buried.push(key);
  }

  #buryAll(): void {
    const visited: string[] = [];
    this.table.buryAll((reference) => {
      const key = this.keyOf(reference);
      const entry = this.#model.get(key);
      assert.ok(entry?.value !== undefined && this.table.isLive(reference));
      const version = this.#nextVersion();
      this.#model.set(key, { value: undefined, expiryMs: 0, version: { ...version } });
      visited.push(key);
      return version;
    });
    assert.deepEqual(this.liveKeys(), []);
    this.#buried.push(...visited);
  }

  #compareEntry(key: string, entry: ModelEntry): void {
    const { table } = this;
    const reference = this.find(key);
    assert.notEqual(reference, -1, `${JSON.stringify(key)} is there`);
    assert.equal(this.keyOf(reference), key);
    assert.equal(table.keyLength(reference), key.length);
    assert.equal(table.isLive(reference), entry.value !== undefined);
    assert.equal(table.valueLength(reference), entry.value?.length ?? 0);
    assert.equal(table.expiryMs(reference), entry.expiryMs);
    assert.ok(table.entryBytes(reference) >= key.length + (entry.value?.length ?? 0));
    const version = { wallMs: 0, counter: 0, origin: 0, sequence: 0 };
    table.readVersion(reference, version);
    assert.deepEqual(version, entry.version);
    assert.equal(
      written((reply) => table.writeKey(reference, reply)),
      bulk(key),
    );
    if (entry.value === undefined) return;
    const text = entry.value;
    assert.equal(
      written((reply) => table.writeValue(reference, reply)),
      bulk(text),
    );
    const [start, end] = [text.length >> 2, text.length >> 1];
    const slice = written((reply) => table.writeValueSlice(reference, start, end, reply));
    assert.equal(slice, bulk(text.slice(start, end)));
  }

  #nextVersion(): Version {
    this.#sequence += 1;
    const sequence = this.#sequence;
    return { wallMs: 2 ** 41 + sequence, counter: sequence % 3, origin: sequence % 5, sequence };
  }
}

function written(write: (reply: ReplyWriter) => void): string {
  const reply = new ReplyWriter();
  let text = '';
  write(reply);
  reply.flushTo({
    write: (bytes) => {
      text += Buffer.from(bytes).toString('latin1');
      return true;
    },
  });
  return text;
}

function bulk(text: string): string {
  return `$${text.length}\r\n${text}\r\n`;
}
