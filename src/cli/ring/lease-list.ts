import type { AtollError } from '../../core/errors.ts';
import { callLimits } from '../../core/limits.ts';
import { formatHostPort, type HostPort } from '../../core/network.ts';
import { createOutside } from '../../platform/outside.ts';
import { askOnce } from '../../resp/calls/ask-once.ts';
import { unexpected } from '../../resp/calls/replies.ts';
import type { ReplyValue } from '../../resp/reply-value.ts';
import { ViewLoader } from '../../ring/libstore/view-loader.ts';
import { durationWords } from '../figures.ts';
import { printable } from '../terminal-text.ts';
import { textTable } from '../text-table.ts';

/** A key that somebody holds, or that writes wait for. */
export interface LeasedKey {
  readonly key: string;
  /** The node that owns it. */
  readonly at: string;
  readonly holders: number;
  /** Until the last of them is over for its owner. */
  readonly leftMs: number;
  readonly writesWaiting: number;
  /** How long the first of them has waited. */
  readonly waitedMs: number;
}

/** Asks every node of a ring for its leases: of all keys, or of some. */
export async function listLeases(ring: HostPort, keys: readonly string[]): Promise<LeasedKey[]> {
  const outside = createOutside();
  const loader = new ViewLoader({ outside, tls: undefined });
  const { nodes } = await loader.load(ring);
  const lists = await Promise.all(
    nodes.map(async ({ at }) => {
      const { answer } = askOnce({
        outside,
        at,
        request: {
          parts: ['RING', 'LEASES', ...keys],
          strings: 'text',
          isRepeatable: true,
          takesErrors: false,
          timeoutMs: callLimits.connectMs,
          interpret: (reply) => readLeases(reply, formatHostPort(at)),
        },
      });
      return await answer;
    }),
  );
  // Of keys that were named a node tells also what it has nothing of.
  return lists.flat().filter(({ holders, writesWaiting }) => holders + writesWaiting > 0);
}

/** For people: those that writes wait for come first. */
export function leasesText(leases: readonly LeasedKey[]): string {
  if (leases.length === 0) return 'Nobody holds a lease, and no write waits\n';
  const rows = leases
    .toSorted((a, b) => b.waitedMs - a.waitedMs)
    .map(({ key, at, holders, leftMs, writesWaiting, waitedMs }) => [
      printable(key),
      at,
      String(holders),
      durationWords(leftMs),
      String(writesWaiting),
      writesWaiting === 0 ? '-' : durationWords(waitedMs),
    ]);
  const head = ['key', 'node', 'holders', 'left', 'waiting', 'for'];
  return `${textTable([head, ...rows]).join('\n')}\n`;
}

function readLeases(reply: ReplyValue, at: string): LeasedKey[] {
  return items(reply).map((entry) => {
    const [key, holders, writesWaiting, waitedMs] = items(entry);
    if (typeof key !== 'string' || typeof writesWaiting !== 'number') throw odd(entry);
    if (typeof waitedMs !== 'number' || holders === undefined) throw odd(entry);
    const left = items(holders).map((holder) => Number(items(holder)[1]));
    const leftMs = Math.max(0, ...left);
    return { key, at, holders: left.length, leftMs, writesWaiting, waitedMs };
  });
}

function items(reply: ReplyValue): readonly ReplyValue[] {
  if (Array.isArray(reply)) return reply as readonly ReplyValue[];
  throw odd(reply);
}

function odd(reply: ReplyValue): AtollError {
  return unexpected('leases', reply);
}
