import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { ActorRef } from '../../src/actor/actor-ref.ts';
import { BatchWriter } from '../../src/actor/message/batch-writer.ts';
import type { SyncMessage } from '../../src/geo/server/sync/sync-message.ts';
import { projectRoot } from '../../tools/project-root.ts';

const text = readFileSync(join(projectRoot, 'docs/formats/wire.md'), 'utf8');

/** The bytes of the example in the document, in hex. */
function documentedBytes(): string {
  const example = /```text\n([\s\S]*?)\n```/.exec(text)?.[1] ?? '';
  const bytes = example.split('\n').map((line) => line.slice(0, 48).replaceAll(' ', ''));
  return bytes.join('');
}

const message = {
  type: 'sync',
  from: new ActorRef('10.0.0.1:7000#ab12.2', 4),
  parts: [
    {
      stream: 'local',
      session: 1,
      from: 8,
      after: 8,
      upTo: 10,
      entries: Uint8Array.from(Buffer.from('00016b01760003612f31d00f000a', 'hex')),
      claims: [['a/1', 5]],
    },
  ],
  heard: [{ stream: 'local', session: 2, upTo: 40, isMissing: false }],
  knows: { pairs: [['a/1', 5]], after: 6, upTo: 7 },
  knowsHeard: 3,
  notes: [{ kind: 'time', wallMs: 1_000, delayMs: 20 }],
} satisfies SyncMessage;

test('the documented sync message has the bytes that a server sends', () => {
  const writer = new BatchWriter();
  writer.add(4, message);
  assert.equal(documentedBytes(), Buffer.from(writer.view()).toString('hex'));
});

test('every field of a message and of a part stands in the document', () => {
  for (const name of [...Object.keys(message), ...Object.keys(message.parts[0] ?? {})]) {
    assert.ok(text.includes(`| \`${name}\``), name);
  }
});
