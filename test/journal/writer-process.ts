import { writeSync } from 'node:fs';
import { AtollError } from '../../src/core/errors.ts';
import { openOnPlatform } from './open-on-platform.ts';

/**
 * A process that appends numbered records as fast as the disk takes them and prints the number of the last one
 * that is durable, until it is killed. Now and then it writes a snapshot.
 */
const [, , folder = ''] = process.argv;

const { journal, records } = await openOnPlatform(folder, {
  // At once and for certain: what was said before the kill must be out.
  onDurable: (sequence) => writeSync(1, `${sequence}\n`),
  onFault: (fault) => {
    writeSync(1, `${fault.code}\n`);
    process.exit(3);
  },
  segmentBytesMax: 100_000,
});
const state = records;
writeSync(1, `loaded ${state.length}\n`);

async function* snapshotOf(length: number): AsyncGenerator<Uint8Array> {
  for (let index = 0; index < length; index++) {
    if (index % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
    yield Buffer.from(state[index] ?? '');
  }
}

for (let round = 1; ; round++) {
  for (let count = 0; count < 1 + (round % 30); count++) {
    const text = `record ${state.length + 1} ${'x'.repeat(state.length % 100)}`;
    journal.append(Buffer.from(text));
    state.push(text);
  }
  if (round % 50 === 0) {
    await journal.snapshot(snapshotOf(state.length)).catch((error: unknown) => {
      // A disk too full for a snapshot still takes some records.
      if (!(error instanceof AtollError)) throw error;
    });
  }
  // Some are always under way, and the backlog stays small: the disk sets the pace.
  if (journal.stats.lastSequence - journal.durableSequence > 100) await journal.sync();
  else await new Promise((resolve) => setImmediate(resolve));
}
