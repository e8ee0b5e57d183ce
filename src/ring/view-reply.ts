import { unexpected } from '../resp/calls/replies.ts';
import type { Reply } from '../resp/reply.ts';
import type { ReplyValue } from '../resp/reply-value.ts';
import type { RingNode, RingView } from './ring-view.ts';

/** Writes the two parts of a view: its epoch, and each node as `[id, host, port, [virtual id …]]`. */
export function writeView({ epoch, nodes }: RingView, reply: Reply): void {
  reply.integer(epoch);
  reply.array(nodes.length);
  for (const { id, at, virtualIds } of nodes) {
    reply.array(4);
    reply.bulkLatin1(id);
    reply.bulkText(at.host);
    reply.integer(at.port);
    reply.array(virtualIds.length);
    for (const virtualId of virtualIds) reply.integer(virtualId);
  }
}

/** A reply whose first two parts are a view. Throws `RESP_PROTOCOL`. */
export function readView(reply: ReplyValue): RingView {
  const [epoch, nodes] = partsOf(reply);
  if (typeof epoch !== 'number') throw unexpected('an epoch', epoch ?? null);
  const all = partsOf(nodes).map(readNode);
  if (all.length === 0) throw unexpected('nodes', null);
  return { epoch, nodes: all };
}

function readNode(reply: ReplyValue): RingNode {
  const [id, host, port, ids] = partsOf(reply);
  if (typeof id !== 'string' || typeof host !== 'string' || typeof port !== 'number') {
    throw unexpected('a node of the ring', reply);
  }
  const virtualIds = partsOf(ids).map((virtualId) => {
    if (typeof virtualId !== 'number') throw unexpected('a virtual id', virtualId);
    return virtualId;
  });
  if (virtualIds.length === 0) throw unexpected('virtual ids', null);
  return { id, at: { host, port }, virtualIds };
}

function partsOf(reply: ReplyValue | undefined): readonly ReplyValue[] {
  if (!Array.isArray(reply)) throw unexpected('an array', reply ?? null);
  return reply as readonly ReplyValue[];
}
