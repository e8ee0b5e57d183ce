import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import fc from 'fast-check';

import { ComparedServers } from '../../../../test/support/compared-servers.ts';
import { BatchWriter } from '../../../actor/message/batch-writer.ts';
import { geoLimits } from '../../../core/limits.ts';

/** Two servers that wrote before they met, and whose streams have none of it any more. */
function strangers(seed = 1, ones = 300, twos = 40): ComparedServers {
  const servers = new ComparedServers(seed);
  const { one, two } = servers;
  for (let index = 0; index < ones; index += 1) {
    one.put(`one/${index}`, 'value', servers.nowMs);
    servers.nowMs += 10;
  }
  for (let index = 0; index < twos; index += 1) two.put(`two/${index}`, 'value', servers.nowMs);
  for (const { local } of [one, two]) local.trim(local.last);
  servers.meet();
  return servers;
}

/** Two servers that have the same. */
function twins(): ComparedServers {
  const servers = new ComparedServers();
  servers.meet();
  for (let index = 0; index < 100; index += 1)
    servers.one.put(`key/${index}`, 'value', servers.nowMs);
  servers.run(2_000);
  servers.assertEqual();
  return servers;
}

describe('two servers that compare what they have', () => {
  test('find what each of them lacks, send that, and know it then', () => {
    const servers = strangers();
    const { one, two } = servers;
    one.put('shared', 'older', servers.nowMs);
    servers.run(5_000);
    servers.assertEqual();
    assert.equal(one.contents().length, 341);
    for (const { synchronizer } of [one, two]) {
      assert.equal(synchronizer.known.vector.sequenceOf('one.1.1'), 301);
      assert.equal(synchronizer.known.vector.sequenceOf('two.1.1'), 40);
    }
    assert.ok(one.synchronizer.counters.sent <= 303 && two.synchronizer.counters.sent <= 42);
    assert.deepEqual([one.counters.sessions, two.counters.sessions], [1, 1]);
  });

  test('find with 400 bytes at most that they have the same', () => {
    const servers = twins();
    servers.one.put('news', 'value', servers.nowMs);
    servers.run(2_000);
    const [equalBefore, sentBefore] = [servers.one.counters.equal, servers.sent.length];
    servers.run(geoLimits.repairMs);
    assert.equal(servers.one.counters.equal, equalBefore + 1);
    const writer = new BatchWriter();
    let bytes = 0;
    for (const message of servers.sent.slice(sentBefore)) {
      writer.clear();
      writer.add(4, message);
      bytes += writer.byteLength;
    }
    assert.ok(bytes <= 400, `${bytes} bytes`);
  });

  test('send only the difference when most of it is the same', () => {
    const servers = twins();
    const { one, two } = servers;
    // What one wrote while two was away is not in its stream any more.
    const sentBefore = one.synchronizer.counters.sent;
    one.peer.sync.isAway = true;
    for (let index = 0; index < 5; index += 1) one.put(`late/${index}`, 'value', servers.nowMs);
    one.local.trim(one.local.last);
    one.peer.sync.restart(servers.nowMs);
    servers.run(20_000);
    servers.assertEqual();
    assert.equal(two.contents().length, 105);
    assert.ok(one.synchronizer.counters.sent - sentBefore <= 10);
  });

  test('agree in the end, however many of their messages are lost', () => {
    const runs = fc.property(fc.nat(), fc.nat(60), fc.nat(60), (seed, ones, twos) => {
      const servers = strangers(seed, ones, twos);
      servers.lossChance = 0.3;
      servers.run(15_000);
      servers.lossChance = 0;
      servers.run(45_000);
      servers.assertEqual();
      assert.equal(servers.one.contents().length, ones + twos);
    });
    fc.assert(runs, { numRuns: 25 });
  });

  test('tell each other at once of what is written meanwhile, and claim it afterwards', () => {
    const servers = strangers();
    const { one, two } = servers;
    servers.run(600);
    assert.ok(one.peer.session !== undefined, 'the difference is being looked for');
    one.put('meanwhile', 'value', servers.nowMs);
    servers.run(300);
    assert.ok(two.contents().includes('meanwhile=value'));
    assert.ok(two.synchronizer.known.vector.sequenceOf('one.1.1') < 301);
    servers.run(5_000);
    assert.equal(two.synchronizer.known.vector.sequenceOf('one.1.1'), 301);
    servers.assertEqual();
  });

  test('find that they have the same, and do not ask again before anything changes', () => {
    const servers = twins();
    servers.run(2 * geoLimits.repairMs);
    assert.equal(servers.one.counters.equal, 1);
    assert.ok(servers.one.peer.equalAtMs > 0 && servers.two.peer.equalAtMs > 0);
    servers.sent.length = 0;
    servers.run(60_000);
    assert.deepEqual(servers.sent, []);
    servers.two.put('key', 'news', servers.nowMs);
    servers.run(2 * geoLimits.repairMs);
    assert.equal(servers.one.counters.equal, 2);
  });

  test('find an entry that one of them lost though it knows it, and mend that', () => {
    const servers = twins();
    servers.two.lose('key/7');
    servers.one.put('news', 'value', servers.nowMs);
    servers.run(4 * geoLimits.repairMs);
    servers.assertEqual();
    assert.equal(servers.two.contents().length, 101);
    assert.equal(servers.one.counters.sessions, 1);
  });

  test('look for the difference itself where somebody always writes', () => {
    const servers = twins();
    servers.two.lose('key/7');
    for (let round = 0; round < 900; round += 1) {
      servers.one.put(`busy/${round % 10}`, `${round}`, servers.nowMs);
      servers.two.put(`busier/${round % 10}`, `${round}`, servers.nowMs);
      servers.run(100);
    }
    assert.ok(servers.one.counters.sessions >= 1);
    servers.run(3_000);
    servers.assertEqual();
  });

  test('do not wait long for each other when the last step of a search was lost', () => {
    const servers = strangers();
    const { one, two } = servers;
    servers.isLost = ({ notes = [] }) =>
      notes.some((note) => note.kind === 'repair step' && note.bytes.length === 0);
    servers.run(8_000);
    servers.isLost = () => false;
    servers.run(geoLimits.repairSilenceMs + 5_000);
    servers.assertEqual();
    for (const { synchronizer } of [one, two]) {
      assert.equal(synchronizer.known.vector.sequenceOf('one.1.1'), 300);
      assert.equal(synchronizer.known.vector.sequenceOf('two.1.1'), 40);
    }
  });

  test('begin anew when the other one says nothing for long', () => {
    const servers = strangers();
    servers.run(600);
    const { session } = servers.one.peer;
    assert.ok(session !== undefined);
    servers.lossChance = 1;
    servers.run(1_000);
    servers.lossChance = 0;
    servers.run(geoLimits.repairSilenceMs + 30_000);
    assert.notEqual(servers.one.peer.session, session);
    servers.assertEqual();
  });
});
