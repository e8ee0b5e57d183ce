import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listenAsCoordinator } from '../../../../test/support/ring-coordinator.ts';
import { askOnce } from '../../../resp/calls/ask-once.ts';
import { ReplyError, type ReplyValue } from '../../../resp/reply-value.ts';
import { Simulation } from '../../../sim/simulation.ts';
import type { RingNode } from '../../ring-view.ts';
import { readView } from '../../view-reply.ts';
import { Membership } from '../membership.ts';
import { registerArguments } from './register.ts';

const at = { host: 'server', port: 7_000 };
const a: RingNode = {
  id: '00000000000000aa',
  at: { host: 'node-a.example', port: 65_535 },
  virtualIds: [0, 7, 4_294_967_295],
};
const b: RingNode = { id: '00000000000000bb', at: { host: '::1', port: 1 }, virtualIds: [3] };

/** What a coordinator of one server answers to `RING REGISTER` with these arguments. */
function answerTo(
  words: readonly (string | number)[],
  membership: Membership = new Membership({ serverCount: 1, kept: undefined }),
): Promise<ReplyValue> {
  const simulation = new Simulation({ seed: 1 });
  simulation
    .node('server')
    .boot((outside) =>
      listenAsCoordinator(outside, at, (registrant) => membership.register(registrant)),
    );
  const ask = async (): Promise<ReplyValue> => {
    await simulation.advance(1);
    const request = {
      parts: ['RING', 'REGISTER', ...words],
      strings: 'text' as const,
      isRepeatable: true,
      takesErrors: true,
      timeoutMs: 1_000,
      interpret: (reply: ReplyValue) => reply,
    };
    const { outside } = simulation.node('client');
    return simulation.settle(askOnce({ outside, at, request }).answer);
  };
  return ask();
}

function codeOf(reply: ReplyValue): string {
  assert.ok(reply instanceof ReplyError);
  return reply.code;
}

test('the nodes of a server and the view of the ring cross the wire as they are', async () => {
  const reply = await answerTo(registerArguments({ epoch: 4, nodes: [b, a] }));
  assert.deepEqual(readView(reply), { epoch: 5, nodes: [a, b] });
});

test('virtual ids may come in any order', async () => {
  const reply = await answerTo([0, a.id, 'h', 7_000, '9,10,2']);
  assert.deepEqual(readView(reply).nodes[0]?.virtualIds, [2, 9, 10]);
});

test('a registration that is malformed is an error, and nobody has registered', async () => {
  const whole = [0, a.id, 'h', 7_000, '1'];
  const malformed: readonly (readonly (string | number)[])[] = [
    [-1, ...whole.slice(1)],
    ['x', ...whole.slice(1)],
    [...whole, b.id],
    [...whole, b.id, 'h', 7_001],
    [0, 'A'.repeat(16), 'h', 7_000, '1'],
    [0, 'aa', 'h', 7_000, '1'],
    [0, a.id, '', 7_000, '1'],
    [0, a.id, 'h'.repeat(300), 7_000, '1'],
    [0, a.id, 'h', 0, '1'],
    [0, a.id, 'h', 65_536, '1'],
    [0, a.id, 'h', 7_000, ''],
    [0, a.id, 'h', 7_000, '1,'],
    [0, a.id, 'h', 7_000, '1,1'],
    [0, a.id, 'h', 7_000, '-1'],
    [0, a.id, 'h', 7_000, '4294967296'],
    [0, a.id, 'h', 7_000, '1.5'],
  ];
  for (const words of malformed) {
    const membership = new Membership({ serverCount: 1, kept: undefined });
    assert.equal(codeOf(await answerTo(words, membership)), 'ERR', words.join(' '));
    assert.equal(membership.view, undefined);
  }
});
