import { commandTable, findCommands } from './command-table.ts';
import type { CommandRow } from './command-table.ts';
import { gameLimits } from './game-limits.ts';
import { findHardware, hardware } from './hardware.ts';
import type { HardwareType } from './hardware.ts';
import { nameRuleText, normalizeName } from './names.ts';
import { command, listed, phrase } from './phrase.ts';
import type { Phrase } from './phrase.ts';
import { findPlaces } from './places.ts';
import type { PlaceId } from './places.ts';
import { suggest } from './suggestion.ts';

/** A line that only asks for something. */
export type Question =
  | { readonly kind: 'stats'; readonly name: string | undefined }
  | { readonly kind: 'story' | 'help'; readonly topic: string }
  | { readonly kind: 'look' | 'map' | 'who' | 'shop' | 'inv' | 'problem' | 'top' };

/** A line that does something. */
export type Deed =
  | { readonly kind: 'move'; readonly to: PlaceId | 'next' }
  | { readonly kind: 'say' | 'emote' | 'chat'; readonly words: string }
  | { readonly kind: 'tell'; readonly name: string; readonly words: string }
  | { readonly kind: 'mine' | 'solve'; readonly times: number }
  | { readonly kind: 'buy'; readonly type: HardwareType; readonly count: number | 'max' }
  | { readonly kind: 'stop' | 'resign' | 'quit' };

export type ParsedLine =
  | { readonly kind: 'empty' }
  | { readonly kind: 'question'; readonly question: Question }
  | { readonly kind: 'deed'; readonly deed: Deed }
  /** Not understood; the words say what was expected. */
  | { readonly kind: 'refused'; readonly words: Phrase };

/** Reads what a player typed. Never throws, whatever it is. */
export function parseLine(line: string): ParsedLine {
  if (line.length > gameLimits.lineCharsMax) {
    return refuse(
      phrase`That line is too long: ${line.length} characters, where ${gameLimits.lineCharsMax} are enough for anything.`,
    );
  }
  const trimmed = line.trim();
  if (trimmed === '') return { kind: 'empty' };
  const { word, rest } = splitWord(trimmed);
  if (word.toLowerCase() === 'n' && rest === '') return accept({ kind: 'move', to: 'next' });
  const rows = findCommands(word);
  const row = rows[0];
  if (row === undefined) return unknownCommand(word);
  if (rows.length > 1) {
    const names = listed(
      rows.map(({ name }) => command(name)),
      'or',
    );
    return refuse(phrase`${command(word)} could be ${names}. Type a letter more.`);
  }
  return parseArguments(row, rest);
}

function parseArguments(row: CommandRow, rest: string): ParsedLine {
  switch (row.name) {
    case 'move':
      return parseMove(rest);
    case 'say':
    case 'emote':
    case 'chat':
      return parseWords(row.name, row, rest);
    case 'tell':
      return parseTell(row, rest);
    case 'mine':
      return parseTimes('mine', rest, gameLimits.mineTimesMax);
    case 'solve':
      return parseTimes('solve', rest, gameLimits.solveTimesMax);
    case 'buy':
      return parseBuy(rest);
    case 'stats':
      return parseStats(rest);
    case 'story':
    case 'help':
      return ask({ kind: row.name, topic: rest.toLowerCase() });
    case 'look':
    case 'map':
    case 'who':
    case 'shop':
    case 'inv':
    case 'problem':
    case 'top':
      return refuseRest(row, rest) ?? ask({ kind: row.name });
    case 'stop':
    case 'resign':
    case 'quit':
      return refuseRest(row, rest) ?? accept({ kind: row.name });
  }
}

function refuseRest(row: CommandRow, rest: string): ParsedLine | undefined {
  if (rest === '') return undefined;
  return refuse(phrase`${command(row.name)} stands alone: it takes nothing after it.`);
}

/** `'hello` and `:waves` need no space after the sign. */
function splitWord(line: string): { word: string; rest: string } {
  const sign = line.charAt(0);
  if (sign === "'" || sign === ':') return { word: sign, rest: line.slice(1).trim() };
  const end = line.search(/\s/);
  if (end < 0) return { word: line, rest: '' };
  return { word: line.slice(0, end), rest: line.slice(end).trim() };
}

function parseMove(rest: string): ParsedLine {
  if (rest === '') {
    return refuse(
      phrase`Where to? ${command('move PLACE')}, for example ${command('move fence')} or ${command('move 7')}; ${command('map')} shows all places.`,
    );
  }
  if (/^(next|on)$/i.test(rest)) return accept({ kind: 'move', to: 'next' });
  const found = findPlaces(rest);
  const place = found[0];
  if (place === undefined) {
    return refuse(
      phrase`There is no place called "${shown(rest)}". ${command('map')} shows all places.`,
    );
  }
  if (found.length > 1) {
    const names = found.slice(0, 3).map(({ name }) => name);
    const more = found.length > names.length ? ', among others' : '';
    return refuse(
      phrase`"${shown(rest)}" could be ${names.join('; ')}${more}. A floor is named by its number: ${command('move 7')}.`,
    );
  }
  return accept({ kind: 'move', to: place.id });
}

function parseWords(kind: 'say' | 'emote' | 'chat', row: CommandRow, rest: string): ParsedLine {
  const refusal = refuseWords(row, rest);
  return refusal ?? accept({ kind, words: rest });
}

function parseTell(row: CommandRow, rest: string): ParsedLine {
  const { word, rest: words } = splitWord(rest);
  if (rest === '') return refuse(phrase`Tell whom what? ${command(row.usage)}.`);
  const name = normalizeName(word);
  if (name === undefined) {
    return refuse(phrase`"${shown(word)}" is not a name that a player can have. ${nameRuleText}`);
  }
  return refuseWords(row, words) ?? accept({ kind: 'tell', name, words });
}

function refuseWords(row: CommandRow, words: string): ParsedLine | undefined {
  if (words === '') return refuse(phrase`${command(row.name)} what? ${command(row.usage)}.`);
  if (words.length <= gameLimits.messageCharsMax) return undefined;
  return refuse(
    phrase`That is too long to ${row.name}: ${words.length} characters, and ${gameLimits.messageCharsMax} is the most.`,
  );
}

function parseTimes(kind: 'mine' | 'solve', rest: string, timesMax: number): ParsedLine {
  if (rest === '') return accept({ kind, times: 1 });
  const times = parseCount(rest, timesMax);
  if (times !== undefined) return accept({ kind, times });
  return refuse(
    phrase`${command(kind)} takes a whole number from 1 to ${timesMax}, not "${shown(rest)}". Alone, it means once.`,
  );
}

function parseBuy(rest: string): ParsedLine {
  const words = rest.split(/\s+/).filter((word) => word !== '');
  const typeText = words.at(-1);
  if (typeText === undefined || words.length > 2) {
    return refuse(
      phrase`Buy what? ${command('buy [N|max] TYPE')}, for example ${command('buy 2 cpu')}; ${command('shop')} shows what there is.`,
    );
  }
  const count = words.length === 1 ? 'max' : parseBuyCount(words[0] ?? '');
  if (count === undefined) {
    return refuse(
      phrase`How many? A whole number of 1 or more, or ${command('max')}, not "${shown(words[0] ?? '')}".`,
    );
  }
  const found = findHardware(typeText);
  const item = found[0];
  if (item !== undefined && found.length === 1) {
    return accept({ kind: 'buy', type: item.type, count });
  }
  const types = hardware.map(({ type }) => type);
  const meant = suggest(typeText, types);
  const hint = meant === undefined ? [] : phrase`Did you mean ${command(meant)}? `;
  return refuse(
    phrase`Nobody sells "${shown(typeText)}". ${hint}There is ${listed(types.map((type) => command(type)))}.`,
  );
}

function parseBuyCount(word: string): number | 'max' | undefined {
  return /^(max|all)$/i.test(word) ? 'max' : parseCount(word, gameLimits.totalMax);
}

function parseStats(rest: string): ParsedLine {
  if (rest === '') return ask({ kind: 'stats', name: undefined });
  const name = normalizeName(rest);
  if (name !== undefined) return ask({ kind: 'stats', name });
  return refuse(phrase`"${shown(rest)}" is not a name that a player can have. ${nameRuleText}`);
}

/** A whole number from 1 to `max`; separators for thousands are forgiven. */
function parseCount(word: string, max: number): number | undefined {
  if (!/^\d[\d,_]{0,20}$/.test(word)) return undefined;
  const count = Number(word.replaceAll(/[,_]/g, ''));
  return count >= 1 && count <= max ? count : undefined;
}

function unknownCommand(word: string): ParsedLine {
  const known = commandTable.flatMap(({ name, aliases }) => [name, ...aliases]);
  const meant = suggest(word, known);
  const hint =
    meant === undefined
      ? phrase`${command('help')} lists what you can do.`
      : phrase`Did you mean ${command(meant)}? ${command('help')} lists them all.`;
  return refuse(phrase`There is no command "${shown(word)}". ${hint}`);
}

/** What somebody typed, cut to a length that an error line bears. */
function shown(typed: string): string {
  return typed.length <= 40 ? typed : `${typed.slice(0, 40)}…`;
}

function ask(question: Question): ParsedLine {
  return { kind: 'question', question };
}

function accept(deed: Deed): ParsedLine {
  return { kind: 'deed', deed };
}

function refuse(words: Phrase): ParsedLine {
  return { kind: 'refused', words };
}
