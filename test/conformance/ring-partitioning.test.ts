import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { fnv1 } from '../../src/ring/fnv.ts';
import { HashRing } from '../../src/ring/hash-ring.ts';
import { partitionHash, partitionHashOf } from '../../src/ring/partition.ts';
import { ReplyError } from '../../src/resp/reply-value.ts';
import type { RingNode } from '../../src/ring/ring-view.ts';
import { RingNet } from '../support/ring-net.ts';

// Tribbler §4.2, sentence by sentence: which node a key belongs to.

/** A node that is named for its first virtual id. */
function node(...virtualIds: readonly number[]): RingNode {
  const name = String(virtualIds[0]);
  return { id: name.padStart(16, '0'), at: { host: `n${name}`, port: 7_000 }, virtualIds };
}

function ringOf(...nodes: readonly RingNode[]): HashRing {
  return new HashRing({ epoch: 1, nodes });
}

function hashOf(text: string): number {
  const bytes = Buffer.from(text);
  return fnv1(bytes, 0, bytes.length);
}

const anyHash = fc.integer({ min: 0, max: 0xffff_ffff });

/** Some nodes with some virtual ids, no two the same. */
const anyNodes: fc.Arbitrary<readonly RingNode[]> = fc
  .uniqueArray(anyHash, { minLength: 1, maxLength: 60 })
  .chain((ids) =>
    fc
      .integer({ min: 1, max: ids.length })
      .map((count) =>
        Array.from({ length: count }, (_, first) =>
          node(...ids.filter((_id, i) => i % count === first).toSorted((a, b) => a - b)),
        ),
      ),
  );

describe('virtual ids', () => {
  // "every node is assigned a set of unsigned, 32-bit integers in the range [0, 2^32 - 1]"
  test('may be anything from 0 to 2³² − 1, and both ends own what is theirs', () => {
    const [low, high] = [node(0), node(0xffff_ffff)];
    const ring = ringOf(low, high);
    assert.equal(ring.owner(0), low);
    assert.equal(ring.owner(1), high);
    assert.equal(ring.owner(0xffff_ffff), high);
  });

  // "One storage server will have one or more virtual IDs on a global hash ring"
  test('of one node may be several, and each owns what is before it', () => {
    const [one, other] = [node(100, 300, 500), node(200, 400)];
    const ring = ringOf(one, other);
    const owners = [50, 150, 250, 350, 450, 550].map((hash) => ring.owner(hash).id);
    assert.deepEqual(
      owners,
      [one, other, one, other, one, one].map(({ id }) => id),
    );
  });
});

describe('the owner of a key', () => {
  // "if a node n_9 is at 10,555 and another node n_{20} is at 19,200, and hash(key) = 13,232, then key will be handled by
  // n_{20} because that's the first node in the range after or equal to the key's hash value"
  test('is that of the example of the handout', () => {
    const [n9, n20] = [node(10_555), node(19_200)];
    assert.equal(ringOf(n9, n20).owner(13_232), n20);
  });

  test('is the node at the hash itself, and the first one behind the last', () => {
    const [n9, n20] = [node(10_555), node(19_200)];
    const ring = ringOf(n9, n20);
    assert.deepEqual([ring.owner(10_555), ring.owner(19_200)], [n9, n20]);
    assert.deepEqual([ring.owner(10_556), ring.owner(19_201)], [n20, n9]);
  });

  // "the node that handles it is selected by … finding the successor of this hash"
  test('is the successor of the hash, as whoever looks at all virtual ids finds it', () => {
    fc.assert(
      fc.property(anyNodes, anyHash, (nodes, hash) => {
        const distance = (id: number): number => (id - hash + 2 ** 32) % 2 ** 32;
        const nearest = (each: RingNode): number => Math.min(...each.virtualIds.map(distance));
        const [expected] = nodes.toSorted((a, b) => nearest(a) - nearest(b));
        assert.equal(ringOf(...nodes).owner(hash).id, expected?.id);
      }),
    );
  });

  test('does not depend on the order in which nodes are known', () => {
    fc.assert(
      fc.property(anyNodes, anyHash, (nodes, hash) => {
        const reversed = ringOf(...nodes.toReversed()).owner(hash);
        assert.equal(ringOf(...nodes).owner(hash).id, reversed.id);
      }),
    );
  });
});

describe('the hash of a key', () => {
  // "Your implementation will use the hash/fnv package New32 hash function"
  test('is FNV-1 of 32 bits, as Go computes it', () => {
    const vectors: readonly (readonly [text: string, hash: number])[] = [
      ['', 0x811c9dc5],
      ['a', 0x050c5d7e],
      ['b', 0x050c5d7d],
      ['ab', 0x70772d38],
      ['abc', 0x439c2f4b],
      ['foobar', 0x31f0b262],
    ];
    for (const [text, hash] of vectors) assert.equal(hashOf(text), hash, text);
  });

  test('is that of its definition for bytes of any kind and number', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        let expected = 0x811c9dc5n;
        for (const byte of bytes) {
          expected = (expected * 0x01000193n) & 0xffff_ffffn;
          expected ^= BigInt(byte);
        }
        assert.equal(fnv1(bytes, 0, bytes.length), Number(expected));
      }),
    );
  });

  // "Partitioning must be based only on the substring before the colon (i.e. heather for the example key above)."
  test('is that of what stands before its first colon', () => {
    assert.equal(partitionHashOf('heather:post-23ac9138d7'), hashOf('heather'));
    assert.equal(partitionHashOf('heather:a:b'), hashOf('heather'));
  });

  test('is that of the whole key if it has no colon, and of nothing if it has nothing before it', () => {
    assert.equal(partitionHashOf('heather'), hashOf('heather'));
    assert.equal(partitionHashOf(''), 0x811c9dc5);
    assert.equal(partitionHashOf(':heather'), 0x811c9dc5);
    assert.equal(partitionHashOf('heather:'), hashOf('heather'));
  });

  // "This approach allows you to group all the information for a single user on the same storage server (i.e. the keys
  // rashmi:radio and rashmi:head should be handled by the same node)."
  test('takes all keys of a user to the same node', () => {
    fc.assert(
      fc.property(anyNodes, fc.string(), fc.string(), fc.string(), (nodes, user, one, other) => {
        const ring = ringOf(...nodes);
        const first = ring.owner(partitionHashOf(`${user}:${one}`));
        assert.equal(ring.owner(partitionHashOf(`${user}:${other}`)), first);
      }),
    );
    assert.equal(partitionHashOf('rashmi:radio'), partitionHashOf('rashmi:head'));
  });

  test('is the same for nodes, which see bytes, and for clients, which see text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (key) => {
        const bytes = Buffer.from(`<${key}>`);
        assert.equal(partitionHash(bytes, 1, bytes.length - 1), partitionHashOf(key));
      }),
    );
  });
});

describe('a server with given virtual ids', () => {
  // "the storage server is assigned its set of virtual node IDs beforehand"
  async function start(): Promise<RingNet> {
    const net = new RingNet();
    // The hashes of `b`, `ab` and `kiwi` are 84696445, 1886858552 and 2383170657.
    await net.start('s1', { servers: 3, virtualIds: [[84_696_445, 3_000_000_000]] });
    await net.start('s2', { virtualIds: [[1_886_858_551]] });
    await net.start('s3', { virtualIds: [[1_886_858_552]] });
    await net.simulation.advance(2_000);
    return net;
  }

  const ownerOf = new Map([
    ['b', 's1'],
    ['b:posts', 's1'],
    ['a', 's2'],
    ['ab', 's3'],
    ['ab:x:y', 's3'],
    ['kiwi', 's1'],
    // Nothing before the colon: the hash is 2166136261.
    [':', 's1'],
    [':ab', 's1'],
    ['', 's1'],
  ]);

  test('serves the keys up to each of them, and the others are refused with WRONGSERVER', async () => {
    const net = await start();
    for (const [key, owner] of ownerOf) {
      for (const host of ['s1', 's2', 's3']) {
        const expected = host === owner ? undefined : 'WRONGSERVER';
        const code = await net.errorOf({ host, port: 7_001 }, 'SET', key, 'value');
        assert.equal(code, expected, `${key} at ${host}`);
      }
    }
  });

  test('refuses every operation on a key of another one, and changes nothing', async () => {
    const net = await start();
    const at = { host: 's2', port: 7_001 };
    for (const words of [
      ['GET', 'ab'],
      ['SET', 'ab', 'value'],
      ['DEL', 'ab'],
      ['MGET', 'a', 'ab'],
      ['EXISTS', 'ab'],
      ['LRANGE', 'ab', '0', '-1'],
      ['LADD', 'ab', 'item'],
      ['LREMOVE', 'ab', 'item'],
      ['GETLEASE', 'ab'],
      ['LRANGELEASE', 'ab', '0', '-1'],
      ['ONCE', '1', 'client', '1', '1', 'SET', 'ab', 'value'],
    ]) {
      assert.equal(await net.errorOf(at, ...words), 'WRONGSERVER', words.join(' '));
    }
    assert.equal(await net.ask(at, 'DBSIZE'), 0);
  });

  test('names the owner to whoever asks at the wrong place', async () => {
    const net = await start();
    const reply = await net.ask({ host: 's2', port: 7_001 }, 'GET', 'ab');
    assert.ok(reply instanceof ReplyError);
    assert.match(reply.message, /belongs to node [0-9a-f]{16} at s3:7001/);
  });
});
