import assert from 'node:assert/strict';

import { clientLimits } from '../../src/core/limits.ts';
import { CommandBatch } from '../../src/resp/command-batch.ts';
import type { Command } from '../../src/resp/command.ts';
import { CommandParser } from '../../src/resp/command-parser.ts';

/** The command of these words, as a connection would have parsed it. */
export function commandOf(...words: readonly string[]): Command {
  const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
  const bytes = Buffer.from(`*${words.length}\r\n${parts.join('')}`);
  const batch = new CommandBatch();
  const end = new CommandParser(batch).parse(bytes, 0, bytes.length, clientLimits);
  assert.equal(end, bytes.length);
  batch.select(0);
  return batch;
}
