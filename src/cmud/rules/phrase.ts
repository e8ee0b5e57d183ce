/**
 * Words with their meaning: what the game says, before anybody decides about colour, width or whether a
 * person sees it or hears it. Tones only add to words that are complete without them.
 */
export type Tone =
  | 'plain'
  | 'title'
  | 'player'
  | 'place'
  | 'coins'
  | 'good'
  | 'bad'
  | 'faint'
  | 'strong'
  | 'speech'
  | 'command';

export interface Span {
  readonly text: string;
  readonly tone: Tone;
}

/** One paragraph. */
export type Phrase = readonly Span[];

export type Block =
  | { readonly kind: 'text'; readonly phrase: Phrase; readonly indent?: number }
  | { readonly kind: 'heading'; readonly phrase: Phrase }
  | {
      readonly kind: 'table';
      readonly columns: readonly Column[];
      /** As many cells in each row as there are columns. */
      readonly rows: readonly (readonly Phrase[])[];
    }
  | {
      readonly kind: 'bar';
      readonly label: Phrase;
      readonly done: number;
      readonly size: number;
      readonly unit: string;
    }
  /** A picture of letters: not wrapped, and left out where it cannot be seen. */
  | { readonly kind: 'art'; readonly lines: readonly Phrase[] }
  | { readonly kind: 'gap' };

export interface Column {
  /** Empty for the column that names the row. */
  readonly title: string;
  readonly align: 'left' | 'right';
}

type Part = string | number | Span | Phrase;

/**
 * Builds a phrase from a template: numbers get separators for thousands, spans keep their tone.
 *
 * @example
 * phrase`You find ${coins(3)}.`
 */
export function phrase(texts: TemplateStringsArray, ...parts: readonly Part[]): Phrase {
  const spans: Span[] = [];
  for (const [index, words] of texts.entries()) {
    if (words !== '') spans.push({ text: words, tone: 'plain' });
    const part = parts[index];
    if (part !== undefined) spans.push(...spansOf(part));
  }
  return spans;
}

export function text(...args: Parameters<typeof phrase>): Block {
  return { kind: 'text', phrase: phrase(...args) };
}

export function heading(...args: Parameters<typeof phrase>): Block {
  return { kind: 'heading', phrase: phrase(...args) };
}

export const gap: Block = { kind: 'gap' };

export function toned(tone: Tone, words: string | number): Span {
  return { text: typeof words === 'number' ? formatNumber(words) : words, tone };
}

export function player(name: string): Span {
  return { text: name, tone: 'player' };
}

/** An amount of money: `1 coin`, `2,000 coins`. */
export function coins(amount: number): Span {
  return { text: counted(amount, 'coin'), tone: 'coins' };
}

/** A command as one types it. */
export function command(typed: string): Span {
  return { text: typed, tone: 'command' };
}

/** `1 step`, `2 steps`. */
export function counted(amount: number, noun: string): string {
  return `${formatNumber(amount)} ${noun}${Math.abs(amount) === 1 ? '' : 's'}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(
  items: readonly (Span | Phrase | string)[],
  lastJoint: 'and' | 'or' = 'and',
): Phrase {
  return items.flatMap((item, index) => {
    const spans = spansOf(item);
    if (index === 0) return spans;
    const joint = index === items.length - 1 ? ` ${lastJoint} ` : ', ';
    return [{ text: joint, tone: 'plain' as const }, ...spans];
  });
}

/** The words alone. */
export function plainText(spans: Phrase): string {
  return spans.map((span) => span.text).join('');
}

/** Whole numbers with commas, the same on every machine whatever its language. */
export function formatNumber(value: number): string {
  const digits = String(Math.abs(Math.trunc(value)));
  const grouped = digits.replaceAll(/\B(?=(\d{3})+(?!\d))/g, ',');
  return value < 0 ? `-${grouped}` : grouped;
}

/** The first letter large, as at the start of a sentence. */
export function capitalized(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function spansOf(part: Part): Phrase {
  if (typeof part === 'string') return part === '' ? [] : [{ text: part, tone: 'plain' }];
  if (typeof part === 'number') return [{ text: formatNumber(part), tone: 'plain' }];
  return 'text' in part ? [part] : part;
}
