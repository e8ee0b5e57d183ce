import { commandTable, findCommands } from './command-table.ts';
import type { ArgumentKind } from './command-table.ts';
import { topics } from './help.ts';
import { offeredTo } from './hardware.ts';
import { places } from './places.ts';
import type { World } from './world.ts';

export interface Completion {
  /** What `word` may become; each is the whole word. */
  readonly candidates: readonly string[];
  /** The end of the line that is being completed. */
  readonly word: string;
}

/** What Tab offers for the line so far: commands first, then what their arguments may be. */
export function completeLine(line: string, world: World, name: string): Completion {
  const words = line.trimStart().split(/\s+/);
  const word = words.at(-1) ?? '';
  if (words.length <= 1)
    return offer(
      commandTable.map((row) => row.name),
      word,
    );
  const rows = findCommands(words[0] ?? '');
  const kind = rows.length === 1 ? rows[0]?.arguments[words.length - 2] : undefined;
  return offer(kind === undefined ? [] : candidatesOf(kind, world, name), word);
}

function candidatesOf(kind: ArgumentKind, world: World, name: string): string[] {
  switch (kind) {
    case 'place':
      return places.map((place) => place.id);
    case 'player':
      return world.online.names().filter((one) => one !== name);
    case 'hardware':
      return ['max', ...offeredTo(world.rankOf(name)).map((item) => item.type)];
    case 'topic':
      return [...topics, ...commandTable.map((row) => row.name)];
    case 'words':
    case 'number':
      return [];
  }
}

function offer(all: readonly string[], word: string): Completion {
  return { candidates: all.filter((one) => one.startsWith(word.toLowerCase())), word };
}
