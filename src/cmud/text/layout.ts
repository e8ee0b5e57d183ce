import { printable } from '../../core/printable.ts';
import type { Block, Column, Phrase, Span } from '../rules/phrase.ts';
import { counted, formatNumber, plainText } from '../rules/phrase.ts';
import { headOfWidth, textWidth } from './text-width.ts';

export interface LayoutOptions {
  /** Columns of the terminal. */
  readonly width: number;
  /** For a screen reader: whole sentences, no tables, no bars, no decoration. */
  readonly isPlain: boolean;
  /** Puts quotes around commands within sentences, where nothing else would set them off. */
  readonly quotesCommands: boolean;
}

/** One line for the terminal, which fits its width. */
export type Line = Phrase;

/** Wider, and the eye loses the way back to the next line. */
const widthMax = 92;
const barWidthMax = 36;
/** Narrower, and the last column of a table is a pile of single words. */
const lastColumnMin = 16;

/**
 * Turns blocks into lines.
 *
 * Everything that is ever shown passes here, and each span is made harmless on the way, whoever wrote it:
 * one gate is easier to keep than a hundred places that must remember.
 */
export function layOut(blocks: readonly Block[], options: LayoutOptions): Line[] {
  return blocks.flatMap((block) => layOutBlock(block, options));
}

function layOutBlock(block: Block, options: LayoutOptions): Line[] {
  const { width, isPlain } = options;
  switch (block.kind) {
    case 'gap':
      return isPlain ? [] : [[]];
    case 'text':
      return wrap(safe(quoted(block.phrase, options)), width, isPlain ? 0 : (block.indent ?? 0));
    case 'heading':
      return wrap(
        safe(block.phrase).map((span) =>
          span.tone === 'plain' ? { ...span, tone: 'title' } : span,
        ),
        width,
        0,
      );
    case 'art':
      return isPlain ? [] : drawArt(block.lines, width);
    case 'table':
      return isPlain ? readTable(block, width) : drawTable(block, width);
    case 'bar':
      return isPlain ? readBar(block, width) : drawBar(block, width);
  }
}

/** Breaks at spaces, and inside a word only if the word alone is wider than the line. */
function wrap(spans: Phrase, width: number, indent: number): Line[] {
  const room = Math.max(8, Math.min(width, widthMax) - indent);
  const lines: Span[][] = [];
  let line: Span[] = [];
  let used = 0;
  const end = (): void => {
    lines.push(indent === 0 ? line : [{ text: ' '.repeat(indent), tone: 'plain' }, ...line]);
    line = [];
    used = 0;
  };
  for (const { word, space } of wordsOf(spans)) {
    let rest = word;
    if (used > 0 && used + widthOf(rest) > room) {
      trimEnd(line);
      end();
    }
    while (widthOf(rest) > room) {
      const [head, tail] = splitSpans(rest, room - used);
      line.push(...head);
      end();
      rest = tail;
    }
    // Spaces may hang over the edge: they are cut off with the end of the line.
    line.push(...rest, ...space);
    used += widthOf(rest) + widthOf(space);
  }
  if (line.length > 0 || lines.length === 0) {
    trimEnd(line);
    end();
  }
  return lines;
}

interface Word {
  /** Of several spans, as a name with the comma behind it is. */
  readonly word: Span[];
  /** What separates it from the next. */
  readonly space: Span[];
}

function wordsOf(spans: Phrase): Word[] {
  const words: Word[] = [];
  let word: Span[] = [];
  for (const { text, tone } of spans) {
    // A command is typed as a whole and stays one.
    const pieces = tone === 'command' ? [text] : (text.match(/\S+|\s+/gu) ?? []);
    for (const piece of pieces) {
      if (piece.trim() !== '') {
        word.push({ text: piece, tone });
        continue;
      }
      words.push({ word, space: [{ text: piece, tone }] });
      word = [];
    }
  }
  if (word.length > 0) words.push({ word, space: [] });
  return words;
}

function widthOf(spans: Phrase): number {
  return textWidth(plainText(spans));
}

function trimEnd(line: Span[]): void {
  while (line.at(-1)?.text.trim() === '') line.pop();
}

function splitSpans(spans: readonly Span[], columns: number): [Span[], Span[]] {
  const head: Span[] = [];
  const tail: Span[] = [];
  let left = Math.max(1, columns);
  for (const span of spans) {
    if (left <= 0) {
      tail.push(span);
      continue;
    }
    const text = headOfWidth(span.text, left);
    head.push({ ...span, text });
    left -= textWidth(text);
    if (text.length < span.text.length) {
      tail.push({ ...span, text: span.text.slice(text.length) });
      left = 0;
    }
  }
  return [head, tail];
}

/** A picture that is broken at the edge is none. */
function drawArt(lines: readonly Phrase[], width: number): Line[] {
  const picture = lines.map(safe);
  return picture.some((line) => widthOf(line) > width) ? [] : picture;
}

/**
 * Columns as wide as their widest cell; the last takes what is left and wraps under itself. A window too
 * narrow for that gets sentences, which wrap at words.
 */
function drawTable(table: Extract<Block, { kind: 'table' }>, width: number): Line[] {
  const { columns } = table;
  const rows = table.rows.map((row) => row.map(safe));
  const hasTitles = columns.some(({ title }) => title !== '');
  const cells = hasTitles ? [columns.map(titleCell), ...rows] : rows;
  const widths = columns.map((_, index) =>
    Math.max(0, ...cells.map((row) => widthOf(row[index] ?? []))),
  );
  const lastWidth = widths.at(-1) ?? 0;
  const needed = columns.at(-1)?.align === 'left' ? Math.min(lastWidth, lastColumnMin) : lastWidth;
  const before = widths.slice(0, -1).reduce((sum, one) => sum + one + 2, 0);
  if (before + needed > width) return readTable(table, width);
  return cells.flatMap((row) => drawRow(row, columns, widths, width));
}

function drawRow(
  row: readonly Phrase[],
  columns: readonly Column[],
  widths: readonly number[],
  width: number,
): Line[] {
  const line: Span[] = [];
  let used = 0;
  for (const [index, { align }] of columns.entries()) {
    const cell = row[index] ?? [];
    const padding = Math.max(0, (widths[index] ?? 0) - widthOf(cell));
    if (index === columns.length - 1 && align === 'left') {
      const [first = [], ...more] = wrap(cell, width - used, 0);
      const below = more.map((rest) => [pad(used), ...rest]);
      const lines = [[...line, ...first], ...below];
      for (const one of lines) trimEnd(one);
      return lines;
    }
    line.push(...(align === 'right' ? [pad(padding), ...cell] : [...cell, pad(padding)]), pad(2));
    used += (widths[index] ?? 0) + 2;
  }
  trimEnd(line);
  return [line];
}

function titleCell({ title }: Column): Phrase {
  return [{ text: title, tone: 'faint' }];
}

/** `gpu: price 5 coins, power 10.` */
function readTable({ columns, rows }: Extract<Block, { kind: 'table' }>, width: number): Line[] {
  return rows.flatMap((row) => {
    const [name = [], ...rest] = row.map(safe);
    const facts = rest.flatMap((cell, index): Span[] => {
      if (plainText(cell) === '') return [];
      const title = columns[index + 1]?.title ?? '';
      return [...plain(title === '' ? '' : `${title} `), ...cell, ...plain(', ')];
    });
    const trimmed = name.map((span, index) =>
      index === 0 ? { ...span, text: span.text.trimStart() } : span,
    );
    if (facts.length === 0) return wrap([...trimmed, ...plain('.')], width, 0);
    return wrap([...trimmed, ...plain(': '), ...facts.slice(0, -1), ...plain('.')], width, 0);
  });
}

/** `the Travelling Salesman  [######------------------]  25 of 100 steps`. */
function drawBar(bar: Extract<Block, { kind: 'bar' }>, width: number): Line[] {
  const label = safe(bar.label);
  const share = bar.size === 0 ? 1 : bar.done / bar.size;
  const percent = Math.floor(share * 100);
  const tail = `  ${String(percent).padStart(3)} %, ${counted(bar.size - bar.done, bar.unit)} left`;
  // Room for the longest of the game's own, so that bars under each other begin and end alike.
  const labelWidth = Math.max(23, widthOf(label));
  const tailWidth = Math.max(30, textWidth(tail));
  const cells = Math.min(barWidthMax, Math.min(width, widthMax) - labelWidth - tailWidth - 3);
  if (cells < 8) return readBar(bar, width);
  const full = Math.min(cells, Math.floor(share * cells));
  return [
    [
      ...label,
      pad(labelWidth - widthOf(label) + 1),
      { text: '[', tone: 'faint' },
      { text: '#'.repeat(full), tone: 'good' },
      { text: '-'.repeat(cells - full), tone: 'faint' },
      { text: ']', tone: 'faint' },
      { text: tail, tone: 'plain' },
    ],
  ];
}

function readBar(
  { label, done, size, unit }: Extract<Block, { kind: 'bar' }>,
  width: number,
): Line[] {
  const percent = size === 0 ? 100 : Math.floor((done / size) * 100);
  const words = `: ${formatNumber(done)} of ${counted(size, unit)} done (${percent} %), ${formatNumber(size - done)} left.`;
  return wrap([...safe(label), ...plain(words)], width, 0);
}

function quoted(spans: Phrase, { quotesCommands }: LayoutOptions): Phrase {
  if (!quotesCommands) return spans;
  return spans.map((span) =>
    span.tone === 'command' ? { ...span, text: `'${span.text}'` } : span,
  );
}

/** Each span harmless to a terminal. */
function safe(spans: Phrase): Phrase {
  return spans.map((span) => ({ ...span, text: printable(span.text) }));
}

function plain(text: string): Span[] {
  return text === '' ? [] : [{ text, tone: 'plain' }];
}

function pad(columns: number): Span {
  return { text: ' '.repeat(columns), tone: 'plain' };
}
