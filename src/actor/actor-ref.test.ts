import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ActorRef } from './actor-ref.ts';
import { formatAddress, parseAddress } from './address.ts';

const address = '127.0.0.1:7000#boot1.2';

describe('an actor ref', () => {
  test('goes through JSON both ways', () => {
    const ref = new ActorRef<never>(address, 2 ** 50);
    assert.deepEqual(ActorRef.fromJSON(JSON.parse(JSON.stringify(ref))), ref);
  });

  test('is not made from anything else', () => {
    for (const value of [
      undefined,
      null,
      'ref',
      {},
      { address, counter: '1' },
      { address, counter: -1 },
      { address, counter: 1.5 },
      { address, counter: 2 ** 53 },
      { address: '127.0.0.1:7000', counter: 1 },
    ]) {
      assert.throws(() => ActorRef.fromJSON(value), { code: 'ACTOR_REF_INVALID' });
    }
  });

  // CMUD §5: a uid breaks ties between actors, so no two may share one.
  test('has a uid that no actor of another life, system or counter has', () => {
    const others = [
      new ActorRef<never>('127.0.0.1:7000#boot2.2', 7),
      new ActorRef<never>('127.0.0.1:7001#boot1.2', 7),
      new ActorRef<never>(address, 8),
      new ActorRef<never>(address, 7),
    ].map((ref) => ref.uid());
    assert.equal(new Set(others).size, 4);
  });
});

describe('an address', () => {
  test('is read as it was written', () => {
    for (const host of ['127.0.0.1', '::1', 'db.example.org']) {
      const one = { at: { host, port: 7_000 }, boot: 'cafe01', threads: 256 };
      assert.deepEqual(parseAddress(formatAddress(one)), one);
    }
  });

  test('is nothing else: no life, no threads, too many of them, too long', () => {
    const tooLong = `${'a'.repeat(300)}:7000#boot1.2`;
    for (const text of [
      '',
      'a:1',
      'a:1#boot1',
      'a:1#boot1.0',
      'a:1#boot1.1000',
      'a:1#b.1',
      tooLong,
    ])
      assert.equal(parseAddress(text), undefined, text);
  });
});
