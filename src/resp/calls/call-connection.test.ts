import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  bulk,
  CommandServer,
  okReply,
  type OnCommand,
} from '../../../test/support/command-server.ts';
import type { AtollError } from '../../core/errors.ts';
import type { HostPort } from '../../core/network.ts';
import { Simulation } from '../../sim/simulation.ts';
import type { ReplyValue } from '../reply-value.ts';
import { CallConnection, type CallConnectionOwner, type Greeting } from './call-connection.ts';
import { Call } from './call.ts';

const at: HostPort = { host: 'server', port: 7001 };

/** A connection to a server whose answers the test decides. */
class World {
  readonly simulation: Simulation = new Simulation({ seed: 1 });
  readonly server: CommandServer = new CommandServer();
  readonly pushes: (readonly ReplyValue[])[] = [];
  greetedCount = 0;
  fault: AtollError | undefined;
  onPush: () => void = () => undefined;

  constructor(onCommand: OnCommand) {
    this.simulation.node('server').boot((outside) => this.server.listen(outside, at, onCommand));
  }

  async connect(greeting?: Greeting): Promise<CallConnection> {
    await this.simulation.advance(1);
    const owner: CallConnectionOwner = {
      onAnswered: () => undefined,
      onDeadline: () => undefined,
      onDropped: () => undefined,
      onGreeted: () => (this.greetedCount += 1),
      onPush: (values) => {
        this.pushes.push(values);
        this.onPush();
      },
      onOver: (fault, unanswered) => {
        this.fault = fault;
        if (fault !== undefined) for (const call of unanswered) call.fail(fault);
      },
    };
    const { outside } = this.simulation.node('app');
    const options = { address: at, outside, tls: undefined, connectMs: 1_000, owner };
    return new CallConnection(
      greeting === undefined ? options : { ...options, greeting: () => greeting },
    );
  }

  ask(connection: CallConnection, ...parts: readonly string[]): Promise<ReplyValue> {
    const nowMs = this.simulation.node('app').outside.clock.monotonicMs();
    return new Promise((resolve, reject) => {
      const request = {
        parts,
        strings: 'text' as const,
        isRepeatable: false,
        timeoutMs: 5_000,
        interpret: (reply: ReplyValue) => reply,
      };
      connection.send(new Call(request, nowMs, { resolve, reject }) as Call, nowMs);
    });
  }
}

const echo: OnCommand = (peer, words) => peer.send(bulk(words[1] ?? ''));

test('all commands of the greeting leave before the first call, and none of their replies is its', async () => {
  const world = new World((peer, words) =>
    words[0] === 'RING' ? peer.send(okReply) : echo(peer, words, []),
  );
  const commands = [
    ['HELLO', 3],
    ['RING', 'WALK', 'a'],
  ];
  const connection = await world.connect({ commands, isRequired: true });
  assert.equal(await world.simulation.settle(world.ask(connection, 'GET', 'k')), 'k');
  assert.deepEqual(world.server.commands, [
    ['RING', 'WALK', 'a'],
    ['GET', 'k'],
  ]);
  assert.equal(world.greetedCount, 1);
});

test('a required greeting that is refused ends the connection with the words of the server', async () => {
  const world = new World((peer, words) =>
    words[0] === 'RING' ? peer.send('-ERR not you\r\n') : echo(peer, words, []),
  );
  const commands = [
    ['HELLO', 3],
    ['RING', 'WALK', 'a'],
  ];
  const connection = await world.connect({ commands, isRequired: true });
  const call = world.simulation.settle(world.ask(connection, 'GET', 'k'));
  await assert.rejects(call, { code: 'RESP_REPLY_ERROR', message: /not you/ });
  assert.equal(world.greetedCount, 0);
});

test('a push goes to the owner, in order with the replies, and answers no call', async () => {
  const world = new World((peer, words) => {
    peer.send('>2\r\n', bulk('news'), bulk('before'), bulk(words[1] ?? ''));
  });
  const connection = await world.connect();
  const reply = await world.simulation.settle(world.ask(connection, 'GET', 'k'));
  assert.equal(reply, 'k');
  assert.deepEqual(world.pushes, [['news', 'before']]);
});

test('what the owner answers to a push leaves in one write', async () => {
  const world = new World((peer, words) => {
    if (words[0] === 'SEEN') peer.send(okReply);
    else peer.send('>1\r\n+a\r\n', bulk('v'));
  });
  const connection = await world.connect();
  world.onPush = () => {
    for (let i = 0; i < 2; i += 1) world.ask(connection, 'SEEN').catch(() => undefined);
  };
  await world.simulation.settle(world.ask(connection, 'GET', 'k'));
  assert.equal(connection.batchesSent, 2);
  await world.simulation.advance(100);
  assert.deepEqual(
    world.server.commands.map(([name]) => name),
    ['GET', 'SEEN', 'SEEN'],
  );
  assert.equal(connection.batchesSent, 2);
});
