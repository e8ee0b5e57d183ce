/** A Tribble has at most so many graphemes, and so many bytes: an emoji of a family is one letter and 25 bytes. */
export const graphemesMax = 300;
const bytesMax = 3000;

/** What can be said of a text before it is sent. */
export interface DraftVerdict {
  readonly graphemes: number;
  /** May be negative. */
  readonly left: number;
  readonly kind: 'empty' | 'good' | 'too-long';
}

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
const encoder = new TextEncoder();

/** Counts what people count as letters: an emoji is one, however many code units it takes. */
export function countGraphemes(text: string): number {
  let count = 0;
  for (const _ of segmenter.segment(text)) count++;
  return count;
}

/** Judges a draft by the rules that the server goes by. */
export function judgeDraft(text: string): DraftVerdict {
  const graphemes = countGraphemes(text);
  const left = graphemesMax - graphemes;
  if (text.trim() === '') return { graphemes, left, kind: 'empty' };
  const isTooLong = left < 0 || encoder.encode(text).length > bytesMax;
  return { graphemes, left, kind: isTooLong ? 'too-long' : 'good' };
}
