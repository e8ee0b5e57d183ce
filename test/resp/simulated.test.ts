import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomBelow } from '../../src/core/random.ts';
import { CommandWriter } from '../../src/resp/command-writer.ts';
import { ReplyParser } from '../../src/resp/reply-parser.ts';
import type { ReplyValue } from '../../src/resp/reply-value.ts';
import { Simulation } from '../../src/sim/simulation.ts';
import { listenInMemory } from '../support/memory-resp-server.ts';

// Both ends on the simulated network, which cuts streams anywhere, spoils lent bytes after use and
// takes arrays only when they leave.

const commandCount = 2_000;

for (const seed of [1, 2, 3, 4, 5]) {
  test(`every command gets its own reply, in order, on a simulated network with seed ${seed}`, async () => {
    const simulation = new Simulation({ seed });
    const serverSide = simulation.node('server').outside;
    const clientSide = simulation.node('client').outside;
    simulation.setLink('client', 'server', { latencyMs: 20 });
    const { server } = await simulation.settle(
      listenInMemory(serverSide, { at: { host: 'server', port: 7_001 } }),
    );
    const replies: ReplyValue[] = [];
    const parser = new ReplyParser({
      onReply: (value) => void replies.push(value),
      onPush: () => assert.fail('nothing was to be pushed'),
    });
    let isOver = false;
    const connection = clientSide.network.connect(
      { host: 'server', port: 7_001 },
      {},
      {
        onData: (bytes, start, end) => assert.equal(parser.push(bytes, start, end), undefined),
        onClose: () => (isOver = true),
      },
    );
    const writer = new CommandWriter();
    for (let i = 0; i < commandCount; i += 2) {
      writer.command('SET', `key ${i % 50}`, `value ${i} `.repeat(i % 40));
      writer.command('GET', `key ${i % 50}`);
      if (i % 30 === 0) writer.flushTo(connection);
    }
    writer.flushTo(connection);
    await simulation.reach('all replies', () => replies.length >= commandCount);
    for (let i = 0; i < commandCount; i += 2) {
      assert.equal(replies[i], 'OK');
      assert.equal(replies[i + 1], `value ${i} `.repeat(i % 40));
    }
    assert.equal(replies.length, commandCount);
    connection.end();
    await simulation.reach('the end', () => isOver);
    await simulation.settle(server.close());
    assert.equal(server.queryBufferBytes, 0);
  });
}

for (const seed of [1, 2, 3, 4, 5]) {
  test(`replies that are held until a late disk has synced come whole and in order with seed ${seed}`, async () => {
    const simulation = new Simulation({ seed });
    const serverSide = simulation.node('server').outside;
    const clientSide = simulation.node('client').outside;
    simulation.setLink('client', 'server', { latencyMs: 2 });
    const { timers } = serverSide;
    let mark = 0;
    let durable = 0;
    const { server } = await simulation.settle(
      listenInMemory(serverSide, {
        at: { host: 'server', port: 7_001 },
        heldUntil: () => mark,
        onExecuted: () => {
          mark += 1;
          if (mark - durable > 3) server.block();
        },
      }),
    );
    const sync = (): void => {
      const synced = mark;
      timers.setTimer(1 + randomBelow(simulation.random, 5), () => {
        durable = synced;
        server.release(synced);
        server.unblock();
        if (!isOver) sync();
      });
    };
    let isOver = false;
    const replies: ReplyValue[] = [];
    const parser = new ReplyParser({
      onReply: (value) => void replies.push(value),
      onPush: () => assert.fail('nothing was to be pushed'),
    });
    const connection = clientSide.network.connect(
      { host: 'server', port: 7_001 },
      {},
      {
        onData: (bytes, start, end) => {
          assert.equal(parser.push(bytes, start, end), undefined);
        },
        onClose: () => (isOver = true),
      },
    );
    sync();
    const writer = new CommandWriter();
    for (let i = 0; i < commandCount; i += 1) {
      writer.command('ECHO', `value ${i} `.repeat(i % 300));
      if (i % 7 === 0) writer.flushTo(connection);
    }
    writer.command('QUIT');
    writer.flushTo(connection);
    await simulation.reach('the end', () => isOver);
    const expected = Array.from({ length: commandCount }, (_, i) => `value ${i} `.repeat(i % 300));
    assert.deepEqual(replies, [...expected, 'OK']);
    await simulation.settle(server.close());
  });
}
