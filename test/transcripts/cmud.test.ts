import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { projectRoot } from '../../tools/project-root.ts';
import { CmudTheatre } from '../support/cmud-theatre.ts';
import { isRecording, readTranscript, writeTranscript } from './transcript.ts';
import type { Scene } from './transcript.ts';

// Sessions of CMUD on virtual time. `RECORD=1 npm test -- transcripts/cmud` records them anew.
//
//   stage seed=7 [plain]   begins the play
//   login NAME [as ROLE]   a player comes in
//   ROLE> LINE             a player types
//   rest                   until nobody digs or solves
//   wait 10s               time passes
//   crash ROLE             a client dies without a goodbye
//   lose ROLE, back ROLE   its server goes away and comes back
//   put KEY VALUE          somebody with redis-cli
//   prompt ROLE            what stands in front of the cursor

const folder = join(projectRoot, 'test/transcripts/cmud');

for (const file of readdirSync(folder).toSorted()) {
  test(`transcript ${file}`, async () => {
    const path = join(folder, file);
    const scenes = readTranscript(path);
    const played = await play(scenes);
    if (isRecording) writeTranscript(path, played);
    else assert.deepEqual(played, scenes);
  });
}

async function play(scenes: readonly Scene[]): Promise<Scene[]> {
  let theatre = new CmudTheatre({ seed: 1 });
  const played: Scene[] = [];
  for (const scene of scenes) {
    const shown: string[] = [];
    for (const command of scene.commands) {
      const [word = '', ...rest] = command.split(' ');
      if (word === 'stage') {
        const seed = Number(/seed=(\d+)/.exec(command)?.[1] ?? 1);
        theatre = new CmudTheatre({ seed, isPlain: rest.includes('plain') });
      } else shown.push(...(await perform(theatre, word, rest, command)));
      shown.push(...theatre.takeLines());
    }
    played.push({ ...scene, expected: shown });
  }
  return played;
}

async function perform(
  theatre: CmudTheatre,
  word: string,
  rest: readonly string[],
  command: string,
): Promise<string[]> {
  const [first = '', second, third] = rest;
  if (word.endsWith('>')) {
    await theatre.type(word.slice(0, -1), command.slice(word.length + 1));
    return [];
  }
  switch (word) {
    case 'login':
      await theatre.login(first, second === 'as' ? third : undefined);
      return [];
    case 'rest':
      await theatre.rest();
      return [];
    case 'wait':
      await theatre.pass(Number(first.replace('s', '')) * 1_000);
      return [];
    case 'crash':
      await theatre.crash(first);
      return [];
    case 'lose':
      theatre.actor(first).store.lose();
      return [];
    case 'back':
      theatre.actor(first).store.comeBack();
      await theatre.pass(6_000);
      return [];
    case 'put':
      await theatre.put(first, rest.slice(1).join(' '));
      return [];
    case 'prompt':
      return [`${first}| ${theatre.prompt(first)}`.trimEnd()];
    default:
      throw new Error(`no such command in a transcript: ${command}`);
  }
}
