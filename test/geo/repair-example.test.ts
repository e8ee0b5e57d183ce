import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { EntryIds } from '../../src/geo/server/repair/entry-id.ts';
import {
  answerReconciliation,
  openReconciliation,
} from '../../src/geo/server/repair/reconciler.ts';
import { projectRoot } from '../../tools/project-root.ts';
import { EntryReplica } from '../support/entry-replica.ts';

const text = readFileSync(join(projectRoot, 'docs/formats/repair.md'), 'utf8');

/** The messages of the example in the document, in hex. */
function documentedMessages(): string[] {
  const example = /```text\n([\s\S]*?)\n```/.exec(text)?.[1] ?? '';
  return example.split('\n\n').map((message) =>
    message
      .split('\n')
      .map((line) => line.slice(0, 20).replaceAll(' ', ''))
      .join(''),
  );
}

function replicaOf(keys: string, times: readonly number[]): EntryReplica {
  const replica = new EntryReplica();
  for (const [index, key] of keys.split('').entries()) {
    const wallMs = (times[index] ?? 0) * 1_000;
    replica.write({ key, value: 'v', wallMs, counter: 0, origin: 'a/1' });
  }
  return replica;
}

const seconds = Array.from({ length: 16 }, (_, index) => index + 1);
const one = replicaOf('abcdefghijklmnopq', [...seconds, 17]);
const other = replicaOf('abcdefghijklmnopz', [...seconds, 18]);

test('the messages of the documented example are what two replicas exchange', () => {
  const views = [other.view(), one.view()];
  const messages: string[] = [];
  let message: Uint8Array | undefined = openReconciliation(one.view());
  while (message !== undefined) {
    messages.push(Buffer.from(message).toString('hex'));
    const view = views[(messages.length - 1) % 2];
    assert.ok(view !== undefined);
    message = answerReconciliation(view, message).reply;
  }
  assert.deepEqual(messages, documentedMessages());
});

test('the documented id is that of the entry', () => {
  const { table, origins } = one.replica;
  const ids = new EntryIds(origins);
  ids.read(table, table.atPlace(0));
  const [high, low] = [ids.high.toString(16), ids.low.toString(16)];
  assert.ok(text.includes(`has the id \`${high}\` \`${low}\``), `${high} ${low}`);
});
