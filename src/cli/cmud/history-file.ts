import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

import { cmudLimits } from '../../core/limits.ts';

/** Where typed lines are kept between sessions: the user's state folder, by the XDG rules. */
export function historyPath(environment: NodeJS.ProcessEnv): string {
  const state = environment['XDG_STATE_HOME'];
  const folder = state !== undefined && state !== '' ? state : join(homedir(), '.local', 'state');
  return join(folder, 'atoll', 'cmud-history');
}

/** The lines, the newest first. A file that cannot be read is an empty one: it is only a comfort. */
export function readHistory(path: string): string[] {
  try {
    const lines = readFileSync(path, 'utf8').split('\n');
    return lines.filter((line) => line !== '').slice(0, cmudLimits.historyLinesMax);
  } catch {
    return [];
  }
}

/** Readable for the user alone: one tells people things. */
export function writeHistory(path: string, lines: readonly string[]): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(path, lines.map((line) => `${line}\n`).join(''), { mode: 0o600 });
  } catch {
    // A full or read-only disk must not end the game.
  }
}
