import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { worldKinds } from './world.ts';

const utf8 = new TextEncoder();

for (const kind of worldKinds.slice(0, 2)) {
  describe(`digest: ${kind.name}`, () => {
    // RFC 4231 §4.3: test case 2.
    test('the digest is HMAC-SHA-256', () => {
      const { digest } = kind.create().server;
      const hash = digest.hmacSha256(
        utf8.encode('Jefe'),
        utf8.encode('what do ya want for nothing?'),
      );
      const expected = '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843';
      assert.equal(Buffer.from(hash).toString('hex'), expected);
    });

    test('keys and messages may be of any length, block borders included', () => {
      const { digest } = kind.create().server;
      const bytes = fc.uint8Array({ maxLength: 200 });
      fc.assert(
        fc.property(bytes, bytes, (key, message) => {
          const expected = createHmac('sha256', key).update(message).digest('hex');
          assert.equal(Buffer.from(digest.hmacSha256(key, message)).toString('hex'), expected);
        }),
      );
    });
  });
}
