import { readFileSync, writeFileSync } from 'node:fs';

/**
 * A test as text: comments that begin with `#`, and scenes of command lines, `----`, and what they bring
 * about, each ended by an empty line. A transcript is run by an interpreter that turns the commands of one
 * scene into lines; what comes out must be what stands there.
 */
export interface Scene {
  readonly comments: readonly string[];
  readonly commands: readonly string[];
  readonly expected: readonly string[];
}

const divider = '----';

export function readTranscript(path: string): Scene[] {
  const scenes: Scene[] = [];
  for (const chunk of readFileSync(path, 'utf8').split(/\n{2,}/)) {
    const lines = chunk.split('\n').filter((line) => line !== '');
    if (lines.length === 0) continue;
    const at = lines.indexOf(divider);
    const before = at < 0 ? lines : lines.slice(0, at);
    scenes.push({
      comments: before.filter((line) => line.startsWith('#')),
      commands: before.filter((line) => !line.startsWith('#')),
      expected: at < 0 ? [] : lines.slice(at + 1),
    });
  }
  return scenes;
}

/** Whether transcripts are recorded anew instead of compared: look through the diff before committing it. */
export const isRecording: boolean = process.env['RECORD'] === '1';

export function writeTranscript(path: string, scenes: readonly Scene[]): void {
  const chunks = scenes.map(({ comments, commands, expected }) => {
    const body = commands.length === 0 ? [] : [...commands, divider, ...expected];
    return [...comments, ...body].map((line) => `${line}\n`).join('');
  });
  writeFileSync(path, chunks.join('\n'));
}
