import { tribblerLimits } from '../core/limits.ts';

/** What a Tribble may say, or why not. */
export type CheckedText =
  | { readonly kind: 'ok'; readonly text: string }
  | { readonly kind: 'empty' }
  | { readonly kind: 'too-long'; readonly graphemes: number; readonly bytes: number }
  | { readonly kind: 'not-text'; readonly reason: string };

const { tribbleGraphemesMax, tribbleBytesMax } = tribblerLimits;
const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
const encoder = new TextEncoder();
const controls = /[^\P{Cc}\t\n]/u;
const loneSurrogates = /[\ud800-\udfff]/u;

/** Checks the text of a Tribble; line ends become `\n`. */
export function checkTribbleText(raw: string): CheckedText {
  const text = raw.replace(/\r\n?/g, '\n');
  if (loneSurrogates.test(text)) return { kind: 'not-text', reason: 'it has half a character' };
  if (controls.test(text)) return { kind: 'not-text', reason: 'it has a control character' };
  if (text.trim() === '') return { kind: 'empty' };
  const bytes = encoder.encode(text).length;
  // A grapheme is a code unit at least: most texts need not be taken apart.
  const graphemes = text.length <= tribbleGraphemesMax ? text.length : countGraphemes(text);
  if (graphemes > tribbleGraphemesMax || bytes > tribbleBytesMax) {
    return { kind: 'too-long', graphemes, bytes };
  }
  return { kind: 'ok', text };
}

/** What people count as letters. Texts that are much too long are counted no further than to 10,000. */
export function countGraphemes(text: string): number {
  let count = 0;
  for (const _ of segmenter.segment(text)) {
    count += 1;
    if (count === 10_000) break;
  }
  return count;
}
