import { styleText } from 'node:util';

import type { Tribble } from '../../tribbler/api-types.ts';
import { printable } from '../terminal-text.ts';

/** A Tribble for people: who and when, its id, and below the text. */
export function describeTribble({ id, user, posted, text }: Tribble, isTerminal: boolean): string {
  const when = posted.slice(0, 16).replace('T', ' ');
  const name = `@${printable(user)}`;
  const rest = `${printable(when)}  ${printable(id)}`;
  const head = isTerminal
    ? `${styleText('bold', name)}  ${styleText('dim', rest)}`
    : `${name}  ${rest}`;
  const lines = text.split('\n').map((line) => `  ${isTerminal ? printable(line) : line}`);
  return `${head}\n${lines.join('\n')}\n`;
}
