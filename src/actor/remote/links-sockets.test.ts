import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { Authority, noAuthorityReason } from '../../../test/contract/certificates.ts';
import { clusterSecret, LinkNode, type LinkNodeOptions } from '../../../test/support/link-node.ts';
import { Raw } from '../../../test/support/raw-link.ts';
import { createOutside } from '../../platform/outside.ts';
import { PlatformNetwork } from '../../platform/network.ts';

const host = '127.0.0.1';

/** Links over real sockets, closed when the test is over. */
async function start(context: TestContext, options: LinkNodeOptions = {}): Promise<LinkNode> {
  const node = new LinkNode();
  await node.start(createOutside({ log: { level: 'silent' } }), host, 0, options);
  context.after(() => node.mustGetLinks().close());
  return node;
}

function port(node: LinkNode): number {
  return node.mustGetLinks().self.at.port;
}

/** Resolves when `isReached`; the runner's own limit ends a test that waits in vain. */
async function reach(isReached: () => boolean): Promise<void> {
  while (!isReached()) await new Promise((resolve) => setTimeout(resolve, 2));
}

async function pair(
  context: TestContext,
  options: LinkNodeOptions = {},
  others: LinkNodeOptions = options,
): Promise<[LinkNode, LinkNode]> {
  const s1 = await start(context, options);
  const s2 = await start(context, others);
  s1.mustGetLinks().addMember({ host, port: port(s2) });
  return [s1, s2];
}

/** Tells half a million messages in batches of all sizes, a few hundred kilobytes in each turn. */
async function tellMany(from: LinkNode, to: LinkNode): Promise<void> {
  while (from.told < 500_000) {
    for (const count of [1, 2, 30, 1_000, 20_000, 70_000]) from.tell(to.address, count);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function assertAll(from: LinkNode, to: LinkNode): void {
  const numbers = to.from(from.address);
  assert.equal(numbers.length, from.told);
  assert.ok(numbers.every((number, index) => number === index + 1));
  assert.equal(to.gaps, 0);
}

describe('over real sockets', () => {
  for (const [what, options] of [
    ['plain', {}],
    ['with a secret', { secret: clusterSecret }],
    ['with an artificial latency', { linkLatencyMs: 50 }],
  ] as const) {
    test(`${what}: everything comes once and in order, both ways`, async (context) => {
      const [s1, s2] = await pair(context, options);
      await reach(() => s1.ups.length === 1 && s2.ups.length === 1);
      await Promise.all([tellMany(s1, s2), tellMany(s2, s1)]);
      await reach(() => s2.receivedCount === s1.told && s1.receivedCount === s2.told);
      assertAll(s1, s2);
      assertAll(s2, s1);
    });
  }

  test('a frame of almost 8 MiB passes, a larger batch is dropped and counted', async (context) => {
    const [s1, s2] = await pair(context);
    await reach(() => s1.ups.length === 1);
    s1.tell(s2.address, 2_097_140);
    s1.tell(s2.address, 2_097_152);
    s1.tell(s2.address, 1);
    await reach(() => s2.receivedCount === 2_097_141);
    assert.equal(s2.missing, 2_097_152);
    await reach(() => s1.dropped.get('too large') === 2_097_152);
  });

  test('another secret is refused, and both know why', async (context) => {
    const [s1, s2] = await pair(
      context,
      { secret: clusterSecret },
      { secret: 'this is another secret' },
    );
    await reach(() => s1.faults.length > 0 && s2.faults.length > 0);
    assert.match(s1.faults[0] ?? '', /HELLO_REFUSED .*secret/);
    assert.match(s2.faults[0] ?? '', /HELLO_REFUSED .*secret/);
    assert.equal(s2.receivedCount, 0);
  });

  test('a system that was closed leaves its port, and one that takes it is found', async (context) => {
    const [s1, s2] = await pair(context);
    await reach(() => s1.ups.length === 1);
    const at = { host, port: port(s2) };
    s1.tell(s2.address, 5);
    await reach(() => s2.receivedCount === 5);
    await s2.mustGetLinks().close();
    const s3 = new LinkNode();
    await s3.start(createOutside({ log: { level: 'silent' } }), host, at.port, {});
    context.after(() => s3.mustGetLinks().close());
    await reach(() => s1.ups.length === 2);
    s1.tell(s3.address, 7);
    await reach(() => s3.receivedCount === 7);
  });

  test('noise on the port is closed at once', async (context) => {
    const s1 = await start(context);
    const stranger = new Raw(new PlatformNetwork(), { host, port: port(s1) });
    stranger.send(new TextEncoder().encode('GET / HTTP/1.1\r\n\r\n'));
    await reach(() => stranger.isClosed);
    assert.equal(s1.mustGetLinks().counters.framesInvalid, 1);
  });
});

describe('over TLS', { skip: noAuthorityReason }, () => {
  test('everything comes once and in order, both ways', async (context) => {
    const authority = new Authority('the cluster');
    const [s1, s2] = await pair(
      context,
      { tls: authority.issue('s1') },
      { tls: authority.issue('s2') },
    );
    await reach(() => s1.ups.length === 1 && s2.ups.length === 1);
    await Promise.all([tellMany(s1, s2), tellMany(s2, s1)]);
    await reach(() => s2.receivedCount === s1.told && s1.receivedCount === s2.told);
    assertAll(s1, s2);
    assertAll(s2, s1);
  });

  test('a system with a certificate of another authority, or none, gets nowhere', async (context) => {
    const s2 = await start(context, { tls: new Authority('the cluster').issue('s2') });
    const stranger = await start(context, { tls: new Authority('another').issue('s1') });
    const plain = await start(context);
    for (const node of [stranger, plain]) {
      node.mustGetLinks().addMember({ host, port: port(s2) });
      await reach(() => node.faults.length > 0);
    }
    assert.equal(s2.mustGetLinks().members().length, 0);
    assert.deepEqual([...stranger.ups, ...plain.ups], []);
  });
});
