import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ringLimits } from '../../core/limits.ts';
import type { RingNode, RingView } from '../ring-view.ts';
import { Membership, type RegisterAnswer, type Registrant } from './membership.ts';

/** Node `a` at `a:7000` with the virtual ids 1 and 2, say. */
function node(name: string, virtualIds: readonly number[], host = name, port = 7_000): RingNode {
  return { id: name.padStart(16, '0'), at: { host, port }, virtualIds };
}

const a = node('a', [100, 400]);
const b = node('b', [200]);
const c = node('c', [300]);

function server(epoch: number, ...nodes: readonly RingNode[]): Registrant {
  return { epoch, nodes };
}

function membership(serverCount: number, kept?: RingView): Membership {
  return new Membership({ serverCount, kept });
}

/** A ring of a, b and c that all know of. */
function completed(): Membership {
  const ring = membership(3);
  for (const each of [a, b, c, a, b]) ring.register(server(0, each));
  return ring;
}

function mustComplete(answer: RegisterAnswer): Extract<RegisterAnswer, { kind: 'complete' }> {
  assert.equal(answer.kind, 'complete', JSON.stringify(answer));
  return answer;
}

function refusal(answer: RegisterAnswer): string {
  assert.equal(answer.kind, 'refused', JSON.stringify(answer));
  return answer.message;
}

test('a ring is complete when as many servers as are expected have registered, and then for all', () => {
  const ring = membership(3);
  const missing = ring.register(server(0, b));
  assert.deepEqual(missing, {
    kind: 'not ready',
    message: '1 of 3 servers have registered',
  });
  assert.equal(ring.register(server(0, a)).kind, 'not ready');
  assert.equal(ring.view, undefined);
  const view = { epoch: 1, nodes: [a, b, c] };
  for (const each of [c, b, a]) {
    assert.deepEqual(mustComplete(ring.register(server(0, each))).view, view);
  }
  assert.deepEqual(ring.view, view);
});

test('a server that asks again is still one server', () => {
  const ring = membership(2);
  for (let i = 0; i < 3; i += 1) assert.equal(ring.register(server(0, a)).kind, 'not ready');
});

test('a server with several nodes is one server', () => {
  const ring = membership(2);
  assert.equal(ring.register(server(0, a, b)).kind, 'not ready');
  const { view } = mustComplete(ring.register(server(0, c)));
  assert.deepEqual(view.nodes, [a, b, c]);
});

test('a server that starts again before the ring is complete is there once, as it is now', () => {
  const ring = membership(2);
  ring.register(server(0, a));
  // It keeps nothing: another id, other virtual ids, the same address.
  const again = node('a2', [150], 'a');
  assert.equal(ring.register(server(0, again)).kind, 'not ready');
  // It keeps its data: the same id at another address.
  const moved = node('a2', [150], 'elsewhere');
  assert.equal(ring.register(server(0, moved)).kind, 'not ready');
  assert.deepEqual(mustComplete(ring.register(server(0, b))).view.nodes, [b, moved]);
});

test('a virtual id that is taken is refused with the name of its owner, before the ring is complete and after', () => {
  const twin = node('d', [5, 400]);
  const expected =
    'virtual id 400 of node 000000000000000d at d:7000 is taken by node 000000000000000a at a:7000';
  const ring = membership(3);
  ring.register(server(0, a));
  assert.equal(refusal(ring.register(server(0, twin))), expected);
  assert.equal(ring.register(server(0, b)).kind, 'not ready');
  mustComplete(ring.register(server(0, c)));
  assert.equal(refusal(ring.register(server(0, twin))), expected);
});

test('a server whose own nodes have a virtual id, an id or an address in common is refused', () => {
  const ring = membership(2);
  assert.match(
    refusal(ring.register(server(0, a, node('d', [400])))),
    /virtual id 400 .* is taken/,
  );
  assert.match(refusal(ring.register(server(0, a, node('a', [9], 'z')))), /is there twice/);
  assert.match(refusal(ring.register(server(0, a, node('d', [9], 'a')))), /is there twice/);
});

test('who was not in the ring when it became complete is refused', () => {
  const ring = completed();
  const message = refusal(ring.register(server(0, node('d', [500]))));
  assert.match(message, /node 000000000000000d at d:7000 is not of this ring.*3 nodes/);
  assert.deepEqual(ring.view, { epoch: 1, nodes: [a, b, c] });
});

test('a server is refused as a whole if one of its nodes is', () => {
  const ring = completed();
  assert.match(
    refusal(ring.register(server(1, node('a', [100, 400], 'new'), node('d', [7])))),
    /d:/,
  );
  assert.deepEqual(ring.view, { epoch: 1, nodes: [a, b, c] });
});

test('a node that is known by its id and has other virtual ids is refused', () => {
  const message = refusal(completed().register(server(0, node('b', [201]))));
  assert.match(message, /000000000000000b at b:7000 has other virtual ids/);
});

test('a server that registers again learns nothing new, and the epoch stays', () => {
  const ring = completed();
  for (const each of [a, b, c]) {
    const answer = mustComplete(ring.register(server(1, each)));
    assert.deepEqual([answer.view.epoch, answer.hasReturned], [1, false]);
  }
});

test('a node may return at another address: the epoch rises, and all learn of it', () => {
  const ring = completed();
  const moved = node('b', [200], 'elsewhere', 8_000);
  const view = { epoch: 2, nodes: [a, moved, c] };
  assert.deepEqual(mustComplete(ring.register(server(1, moved))).view, view);
  assert.deepEqual(mustComplete(ring.register(server(1, a))).view, view);
});

test('a node that keeps nothing is known by its address together with its virtual ids, and has returned', () => {
  const ring = completed();
  const again = node('e', [200], 'b');
  const answer = mustComplete(ring.register(server(0, again)));
  assert.equal(answer.hasReturned, true);
  assert.deepEqual(answer.view, { epoch: 2, nodes: [a, c, again] });
  assert.match(refusal(ring.register(server(0, node('f', [201], 'b')))), /not of this ring/);
  assert.match(refusal(ring.register(server(0, node('f', [200], 'z')))), /is taken by node/);
});

test('a server has returned if it was told of the ring before, and not if it only asked', () => {
  const ring = membership(2);
  ring.register(server(0, a));
  const first = mustComplete(ring.register(server(0, b)));
  assert.equal(first.hasReturned, false);
  // Another life of a, which had never heard that the ring is complete: it granted nothing.
  const fresh = mustComplete(ring.register(server(0, node('a2', [100, 400], 'a'))));
  assert.equal(fresh.hasReturned, false);
  const returned = mustComplete(ring.register(server(0, node('a3', [100, 400], 'a'))));
  assert.equal(returned.hasReturned, true);
});

test('a coordinator that kept the view is complete at once, and takes everybody for returned', () => {
  const ring = membership(3, { epoch: 7, nodes: [a, b, c] });
  assert.deepEqual(mustComplete(ring.register(server(7, a))), {
    kind: 'complete',
    view: { epoch: 7, nodes: [a, b, c] },
    hasReturned: false,
  });
  assert.equal(mustComplete(ring.register(server(0, b))).hasReturned, true);
});

test('a coordinator that lost its memory learns the ring anew, with a higher epoch than anybody has', () => {
  const ring = membership(3);
  assert.equal(ring.register(server(0, a)).kind, 'not ready');
  assert.equal(ring.register(server(4, b)).kind, 'not ready');
  const answer = mustComplete(ring.register(server(3, c)));
  assert.deepEqual(answer.view, { epoch: 5, nodes: [a, b, c] });
  assert.equal(answer.hasReturned, false);
  // It was in the ring: the others say that there was one.
  assert.equal(mustComplete(ring.register(server(0, a))).hasReturned, true);
});

test('a coordinator that kept an old view goes above what others have', () => {
  const ring = membership(3, { epoch: 1, nodes: [a, b, c] });
  assert.equal(mustComplete(ring.register(server(6, b))).view.epoch, 7);
  assert.equal(mustComplete(ring.register(server(6, c))).view.epoch, 7);
});

test('nodes of a ring, and virtual ids of a node, are bounded', () => {
  const { nodesMax, virtualIdsMax } = ringLimits;
  const many = Array.from({ length: nodesMax }, (_, i) => node(`${i}`, [i]));
  const ring = membership(2);
  assert.equal(ring.register(server(0, ...many)).kind, 'not ready');
  assert.match(refusal(ring.register(server(0, node('ff', [5_000])))), /at most 1024 nodes/);
  const ids = Array.from({ length: virtualIdsMax + 1 }, (_, i) => i);
  assert.match(refusal(membership(1).register(server(0, node('a', ids)))), /has 1025 virtual ids/);
  assert.match(refusal(membership(1).register(server(0, node('a', [])))), /has 0 virtual ids/);
});
