import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { ChunkPool } from './chunk-pool.ts';
import { FrameParser, readBatchHead, batchBodyBytes } from './frame.ts';
import { Outbox } from './outbox.ts';

let nowMs = 0;
const clock = { wallMs: (): number => 0, monotonicMs: (): number => nowMs };

function outbox(memoryBytesMax = 100_000_000, pool = new ChunkPool(clock)): Outbox {
  return new Outbox({ room: { memoryBytes: 0, memoryBytesMax }, pool, stream: 1, bornMs: 0 });
}

interface Sent {
  readonly lane: number;
  readonly sequence: number;
  readonly count: number;
  readonly batch: string;
}

/** What leaves when all that is held is written. */
function drain(box: Outbox, pool?: ChunkPool): Sent[] {
  const sent: Sent[] = [];
  const onFrame = (_type: number, bytes: Uint8Array, start: number, end: number): boolean => {
    const head = readBatchHead(bytes, start, end);
    assert.ok(head !== undefined);
    const batch = Buffer.from(bytes.subarray(start + batchBodyBytes, end)).toString('hex');
    sent.push({ ...head, batch });
    return true;
  };
  const parser = new FrameParser({ onFrame }, 100_000_000);
  while (!box.isEmpty) {
    const chunk = box.takeChunk();
    assert.equal(parser.push(chunk.bytes, 0, chunk.end), undefined);
    pool?.give(chunk);
  }
  return sent;
}

const someTold = fc.oneof(
  fc.record({
    lane: fc.nat(7),
    batch: fc.oneof(
      { weight: 9, arbitrary: fc.uint8Array({ minLength: 3, maxLength: 40 }) },
      { weight: 1, arbitrary: fc.nat(2).map((size) => new Uint8Array(100_000 * (size + 1))) },
    ),
    count: fc.integer({ min: 1, max: 3 }),
  }),
  fc.record({ skipped: fc.integer({ min: 1, max: 9 }) }),
  fc.constant('drain' as const),
);

describe('an outbox', () => {
  test('gives back what was put in, in order, numbered on over what was dropped', () => {
    fc.assert(
      fc.property(fc.array(someTold, { maxLength: 60 }), (told) => {
        const pool = new ChunkPool(clock);
        const box = outbox(undefined, pool);
        const wanted: Sent[] = [];
        const sent: Sent[] = [];
        let sequence = 1;
        for (const each of told) {
          if (each === 'drain') {
            sent.push(...drain(box, pool));
          } else if ('skipped' in each) {
            box.skip(each.skipped);
            sequence += each.skipped;
          } else {
            const { lane, batch, count } = each;
            wanted.push({ lane, sequence, count, batch: Buffer.from(batch).toString('hex') });
            assert.equal(box.append(lane, batch, count), true);
            sequence += count;
          }
          const next = wanted[sent.length]?.sequence ?? sequence;
          assert.equal(box.nextSequence, next);
        }
        sent.push(...drain(box, pool));
        assert.deepEqual(sent, wanted);
        assert.deepEqual([box.heldBytes, box.heldMessages], [0, 0]);
      }),
    );
  });

  test('takes no more than its room and one frame, drops the newest, and takes again when there is room', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(300_000), { minLength: 1, maxLength: 40 }), (sizes) => {
        const room = { memoryBytes: 0, memoryBytesMax: 2_000_000 };
        const box = new Outbox({ room, pool: new ChunkPool(clock), stream: 1, bornMs: 0 });
        let taken = 0;
        for (const size of [...sizes, ...sizes, ...sizes]) {
          const wasTaking = box.isTaking;
          const isTaken = box.append(0, new Uint8Array(size + 1), 1);
          assert.equal(isTaken, wasTaking);
          if (isTaken) taken += 1;
          assert.ok(room.memoryBytes <= 2_000_000 + 300_020);
        }
        assert.equal(box.heldMessages, taken);
        box.discard();
        assert.equal(room.memoryBytes, 0);
        assert.equal(box.isTaking, true);
      }),
      { numRuns: 30 },
    );
  });

  test('a million small batches need no more memory than their bytes', () => {
    const room = { memoryBytes: 0, memoryBytesMax: 1e9 };
    const box = new Outbox({ room, pool: new ChunkPool(clock), stream: 1, bornMs: 0 });
    const batch = new Uint8Array(20);
    for (let count = 0; count < 1_000_000; count += 1) box.append(0, batch, 1);
    assert.equal(box.heldBytes, 39_000_000);
    assert.ok(room.memoryBytes < 40_000_000);
  });

  test('knows when its oldest message came, and is fresh again when that has left', () => {
    nowMs = 100;
    const box = outbox();
    assert.equal(box.oldestMs, undefined);
    box.append(0, new Uint8Array(250_000), 1);
    nowMs = 200;
    box.append(0, new Uint8Array(250_000), 1);
    assert.equal(box.oldestMs, 100);
    box.isStale = true;
    assert.equal(box.isTaking, false);
    assert.equal(box.append(0, new Uint8Array(10), 1), false);
    box.takeChunk();
    assert.equal(box.oldestMs, 200);
    assert.equal(box.isTaking, true);
  });

  test('counts what it is told to forget', () => {
    const box = outbox();
    box.append(0, new Uint8Array(10), 3);
    box.append(1, new Uint8Array(500_000), 4);
    assert.equal(box.discard(), 7);
    assert.equal(box.isEmpty, true);
  });
});
