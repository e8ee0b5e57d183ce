import { styleText } from 'node:util';

import type { Phrase, Tone } from '../../cmud/rules/phrase.ts';

type Format = Parameters<typeof styleText>[0];

/** Few colours, and none that a light or a dark background swallows; words never depend on them. */
const formats: Readonly<Partial<Record<Tone, Format>>> = {
  title: 'bold',
  strong: 'bold',
  player: 'cyan',
  place: 'magenta',
  coins: 'yellow',
  good: 'green',
  bad: 'red',
  faint: 'dim',
  speech: 'bold',
  command: 'underline',
};

/** The words of a line for the terminal, with colour or without. */
export function paint(line: Phrase, hasColor: boolean): string {
  return line.map(({ text, tone }) => paintSpan(text, tone, hasColor)).join('');
}

/**
 * Whether to colour: FORCE_COLOR and NO_COLOR decide if they are set (the second wins); otherwise a terminal
 * that is not a dumb one.
 */
export function wantsColor(environment: NodeJS.ProcessEnv, isTerminal: boolean): boolean {
  const { NO_COLOR: no, FORCE_COLOR: force, TERM: term } = environment;
  if (no !== undefined && no !== '') return false;
  if (force !== undefined) return force !== '0' && force !== 'false';
  return isTerminal && term !== 'dumb';
}

function paintSpan(text: string, tone: Tone, hasColor: boolean): string {
  const format = formats[tone];
  if (!hasColor || format === undefined || text === '') return text;
  // Whether to colour is decided already, and not by what stdout happens to be.
  return styleText(format, text, { validateStream: false });
}
