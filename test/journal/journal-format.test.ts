import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readWhole } from '../../src/core/disk.ts';
import { Simulation } from '../../src/sim/simulation.ts';
import { projectRoot } from '../../tools/project-root.ts';
import { simulatedOptions } from './simulated-options.ts';
import { openJournal } from '../../src/core/journal/open-journal.ts';

/** The files of the example in docs/formats/journal.md, in hex, by name. */
function exampleFiles(): Record<string, string> {
  const text = readFileSync(join(projectRoot, 'docs/formats/journal.md'), 'utf8');
  const example = /```text\n([\s\S]*?)```/.exec(text)?.[1] ?? '';
  const files: Record<string, string> = {};
  let name = '';
  for (const line of example.split('\n')) {
    if (/^\S/.test(line)) files[(name = line)] = '';
    else files[name] += line.slice(0, 53).replaceAll(/\s/g, '');
  }
  return files;
}

test('the files of the documented example are what a journal writes', async () => {
  const node = new Simulation({ seed: 1 });
  const server = node.node('server');
  const write = async (): Promise<Record<string, string>> => {
    const { journal } = await openJournal({
      ...simulatedOptions(server),
      random: { bytes: () => Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), fraction: () => 0 },
    });
    journal.append(Buffer.from('one'));
    journal.append(Buffer.from('two'));
    await journal.sync();
    await journal.snapshot(recordsOf('both'));
    await journal.close();
    const files: Record<string, string> = {};
    for (const name of await server.disk.list()) {
      files[name] = Buffer.from(await readWhole(server.disk, name)).toString('hex');
    }
    return files;
  };
  assert.deepEqual(await node.settle(write()), exampleFiles());
});

async function* recordsOf(text: string): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(Buffer.from(text));
}
