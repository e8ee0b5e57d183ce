import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  batchBodyBytes,
  batchHeadBytes,
  encodeFrame,
  FrameParser,
  frameTypes,
  readBatchHead,
  writeBatchFrame,
  type FrameType,
} from './frame.ts';

interface Seen {
  readonly type: FrameType;
  readonly body: string;
}

/** Parses a stream that comes in these pieces; each piece is spoilt as soon as it was handed over. */
function parse(pieces: readonly Uint8Array[], frameBytesMax = 1_000_000): [Seen[], string?] {
  const seen: Seen[] = [];
  const parser = new FrameParser(
    {
      onFrame: (type, bytes, start, end) => {
        seen.push({ type, body: hex(bytes.subarray(start, end)) });
        return true;
      },
    },
    frameBytesMax,
  );
  for (const piece of pieces) {
    const lent = new Uint8Array(piece.length + 6).fill(0xdb);
    lent.set(piece, 3);
    const fault = parser.push(lent, 3, 3 + piece.length);
    lent.fill(0xdb);
    if (fault !== undefined) return [seen, fault];
  }
  return [seen];
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function concat(pieces: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(pieces));
}

function cut(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = [0, ...cuts.map((place) => place % (bytes.length + 1)), bytes.length];
  places.sort((one, other) => one - other);
  return places.slice(1).map((place, index) => bytes.subarray(places[index], place));
}

const someFrame = fc.record({
  type: fc.constantFrom(...Object.values(frameTypes)),
  body: fc.oneof(
    fc.uint8Array({ maxLength: 30 }),
    fc.nat(9_000).map((length) => new Uint8Array(length).fill(length)),
  ),
});

describe('a stream of frames', () => {
  test('gives the same frames whole, byte by byte and cut anywhere', () => {
    fc.assert(
      fc.property(fc.array(someFrame, { maxLength: 8 }), fc.array(fc.nat()), (frames, cuts) => {
        const stream = concat(frames.map(({ type, body }) => encodeFrame(type, body)));
        const wanted = frames.map(({ type, body }) => ({ type, body: hex(body) }));
        assert.deepEqual(parse([stream]), [wanted]);
        assert.deepEqual(parse(Array.from(stream, (byte) => Uint8Array.of(byte))), [wanted]);
        assert.deepEqual(parse(cut(stream, cuts)), [wanted]);
      }),
    );
  });

  test('gives the same frames and the same fault for any bytes, however they are cut', () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 });
    fc.assert(
      fc.property(
        fc.array(someFrame, { maxLength: 4 }),
        damage,
        fc.array(fc.nat()),
        (frames, changes, cuts) => {
          const stream = concat(frames.map(({ type, body }) => encodeFrame(type, body)));
          for (const [place, byte] of changes) {
            if (stream.length > 0) stream[place % stream.length] = byte;
          }
          const whole = parse([stream], 20_000);
          assert.deepEqual(parse(cut(stream, cuts), 20_000), whole);
        },
      ),
    );
  });

  test('is over when its handler wants no more', () => {
    let seen = 0;
    const parser = new FrameParser({ onFrame: () => (seen += 1) < 2 }, 1_000);
    const frame = encodeFrame(frameTypes.goodbye, new Uint8Array(0));
    const stream = concat([frame, frame, frame]);
    assert.equal(parser.push(stream, 0, stream.length), undefined);
    parser.push(frame, 0, frame.length);
    assert.equal(seen, 2);
  });
});

describe('a frame that is not valid', () => {
  const invalid: readonly (readonly [string, Uint8Array, RegExp])[] = [
    ['of length 0', Uint8Array.of(0, 0, 0, 0), /length 0/],
    ['of length 2³² − 1', Uint8Array.of(255, 255, 255, 255), /4294967299 bytes, where at most/],
    ['of an unknown type', Uint8Array.of(5, 0, 0, 0, 99), /unknown type 99/],
    ['that speaks HTTP', new TextEncoder().encode('GET / HTTP/1.1\r\n'), /bytes, where at most/],
  ];
  for (const [what, bytes, fault] of invalid) {
    test(`${what} is refused as soon as that is seen`, () => {
      assert.match(parse([bytes])[1] ?? '', fault);
      const parts = Array.from(bytes, (byte) => Uint8Array.of(byte));
      assert.match(parse(parts)[1] ?? '', fault);
    });
  }

  test('that is longer than allowed by one byte is refused, and the longest allowed is taken', () => {
    const frame = encodeFrame(frameTypes.batch, new Uint8Array(100));
    assert.equal(parse([frame], frame.length)[0].length, 1);
    assert.match(parse([frame], frame.length - 1)[1] ?? '', /at most 104/);
  });
});

test('a declared length allocates nothing beyond what has come', () => {
  const parser = new FrameParser({ onFrame: () => true }, 8_388_608);
  const before = process.memoryUsage().arrayBuffers;
  const promise = Uint8Array.of(0xff, 0xff, 0x7f, 0, frameTypes.batch, 1, 2, 3);
  for (let index = 0; index < promise.length; index += 1) parser.push(promise, index, index + 1);
  assert.ok(process.memoryUsage().arrayBuffers - before < 1_000_000);
});

test('a frame that is whole in a read is lent from there, without a copy', () => {
  const frame = encodeFrame(frameTypes.batch, new Uint8Array(100));
  let lent: Uint8Array | undefined;
  const onFrame = (_type: FrameType, bytes: Uint8Array): boolean => {
    lent = bytes;
    return true;
  };
  new FrameParser({ onFrame }, 1_000).push(frame, 0, frame.length);
  assert.equal(lent, frame);
});

describe('the head of a batch', () => {
  test('is read as it was written', () => {
    const head = fc.record(
      {
        lane: fc.nat(0xffff),
        count: fc.integer({ min: 1, max: 50 }),
        sequence: fc.maxSafeNat().map((number) => Math.max(1, number - 100)),
      },
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(head, fc.uint8Array({ minLength: 50, maxLength: 99 }), (wanted, batch) => {
        const frame = new Uint8Array(200);
        const end = writeBatchFrame(frame, 7, wanted, batch);
        assert.equal(end, 7 + batchHeadBytes + batch.length);
        const bodyStart = 7 + batchHeadBytes - batchBodyBytes;
        assert.deepEqual(readBatchHead(frame, bodyStart, end), wanted);
        assert.deepEqual(frame.slice(7 + batchHeadBytes, end), batch);
      }),
    );
  });

  test('is refused if it is cut, counts nothing or more than its bytes, or numbers beyond 2⁵³', () => {
    const frame = new Uint8Array(100);
    const bodyStart = batchHeadBytes - batchBodyBytes;
    const read = (head: { count: number; sequence: number }, batchBytes: number): unknown => {
      const batch = new Uint8Array(batchBytes);
      const end = writeBatchFrame(frame, 0, { lane: 0, ...head }, batch);
      return readBatchHead(frame, bodyStart, end);
    };
    assert.notEqual(read({ count: 1, sequence: 1 }, 1), undefined);
    assert.equal(read({ count: 1, sequence: 1 }, 0), undefined);
    assert.equal(read({ count: 0, sequence: 1 }, 1), undefined);
    assert.equal(read({ count: 3, sequence: 1 }, 2), undefined);
    assert.equal(read({ count: 1, sequence: 0 }, 1), undefined);
    assert.equal(read({ count: 2, sequence: Number.MAX_SAFE_INTEGER }, 2), undefined);
    frame.fill(255);
    assert.equal(readBatchHead(frame, bodyStart, 60), undefined);
    assert.equal(readBatchHead(frame, bodyStart, bodyStart + 3), undefined);
  });
});
