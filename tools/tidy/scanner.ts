/**
 * Cuts TypeScript source into tokens, without its comments.
 *
 * Searching source with regular expressions finds imports in comments and banned names in strings;
 * a parser would tell exactly, but the compiler of TypeScript 7 has no programming interface to borrow.
 * What the rules ask (is this word code, what stands before and after it) needs only tokens.
 */
export interface Token {
  readonly kind: 'word' | 'string' | 'template' | 'number' | 'regex' | 'punctuator';
  /** As written; of a string what is between the quotes, escapes as they stand. */
  readonly text: string;
  /** 1 for the first line. */
  readonly line: number;
}

const wordStart = /[\p{L}_$#@]/u;
const wordPart = /[\p{L}\p{N}_$]/u;
const punctuatorsLong: readonly string[] = ['=>', '?.', '??', '...', '&&', '||', '++', '--'];

/** After these a `/` begins a regular expression; after other words, and values, it divides. */
const wordsBeforeRegex: ReadonlySet<string> = new Set(
  'return typeof case in of delete void throw new else do await yield instanceof'.split(' '),
);

export function scan(source: string): Token[] {
  return new Scanner(source).scan();
}

/** The lines of `source` that hold code: not blank, not comment alone. */
export function countCodeLines(source: string): number {
  const lines = new Set<number>();
  for (const { kind, text, line } of scan(source)) {
    const height = kind === 'template' ? text.split('\n').length : 1;
    for (let offset = 0; offset < height; offset++) lines.add(line + offset);
  }
  return lines.size;
}

class Scanner {
  readonly #source: string;
  readonly #tokens: Token[] = [];
  #at = 0;
  #line = 1;
  /** For each template that is open: how many braces are open inside its `${`. */
  readonly #templateBraces: number[] = [];

  constructor(source: string) {
    this.#source = source;
  }

  scan(): Token[] {
    if (this.#source.startsWith('#!')) this.#skipToLineEnd();
    while (this.#at < this.#source.length) this.#scanOne();
    return this.#tokens;
  }

  #scanOne(): void {
    const char = this.#source[this.#at] ?? '';
    const next = this.#source[this.#at + 1] ?? '';
    if (char === '\n') {
      this.#line++;
      this.#at++;
    } else if (/\s/.test(char)) this.#at++;
    else if (char === '/' && next === '/') this.#skipToLineEnd();
    else if (char === '/' && next === '*') this.#skipBlockComment();
    else if (char === "'" || char === '"') this.#scanString(char);
    else if (char === '`') this.#scanTemplate();
    else if (char === '}' && this.#templateBraces.at(-1) === 0) this.#scanTemplate();
    else if (char === '/' && this.#regexMayStart()) this.#scanRegex();
    else if (/\d/.test(char)) this.#scanWhile('number', /[\w.]/);
    else if (wordStart.test(char)) this.#scanWhile('word', wordPart);
    else this.#scanPunctuator(char);
  }

  #push(kind: Token['kind'], text: string, line: number = this.#line): void {
    this.#tokens.push({ kind, text, line });
  }

  #skipToLineEnd(): void {
    const end = this.#source.indexOf('\n', this.#at);
    this.#at = end < 0 ? this.#source.length : end;
  }

  #skipBlockComment(): void {
    const end = this.#source.indexOf('*/', this.#at + 2);
    const stop = end < 0 ? this.#source.length : end + 2;
    this.#line += this.#source.slice(this.#at, stop).split('\n').length - 1;
    this.#at = stop;
  }

  #scanString(quote: string): void {
    const start = ++this.#at;
    while (this.#at < this.#source.length && this.#source[this.#at] !== quote) {
      this.#at += this.#source[this.#at] === '\\' ? 2 : 1;
    }
    this.#push('string', this.#source.slice(start, this.#at));
    this.#at++;
  }

  /** Scans from the opening quote, or from the `}` that ends an insertion, to the next `${` or the end. */
  #scanTemplate(): void {
    const startLine = this.#line;
    if (this.#source[this.#at] === '}') this.#templateBraces.pop();
    const start = ++this.#at;
    for (; this.#at < this.#source.length; this.#at++) {
      const char = this.#source[this.#at];
      if (char === '\n') this.#line++;
      if (char === '\\') {
        this.#at++;
        if (this.#source[this.#at] === '\n') this.#line++;
      }
      const opensInsertion = char === '$' && this.#source[this.#at + 1] === '{';
      if (char !== '`' && !opensInsertion) continue;
      this.#push('template', this.#source.slice(start, this.#at), startLine);
      this.#at += opensInsertion ? 2 : 1;
      if (opensInsertion) {
        this.#push('punctuator', '${');
        this.#templateBraces.push(0);
      }
      return;
    }
  }

  #regexMayStart(): boolean {
    const before = this.#tokens.at(-1);
    if (before === undefined) return true;
    if (before.kind === 'word') return wordsBeforeRegex.has(before.text);
    if (before.kind === 'punctuator') return !/^[)\]}]$|^(\+\+|--)$/.test(before.text);
    return false;
  }

  #scanRegex(): void {
    const start = this.#at++;
    for (let inClass = false; this.#at < this.#source.length; this.#at++) {
      const char = this.#source[this.#at];
      if (char === '\\') this.#at++;
      else if (char === '[') inClass = true;
      else if (char === ']') inClass = false;
      else if (char === '/' && !inClass) break;
    }
    this.#at++;
    while (/[a-z]/.test(this.#source[this.#at] ?? '')) this.#at++;
    this.#push('regex', this.#source.slice(start, this.#at));
  }

  #scanWhile(kind: 'word' | 'number', part: RegExp): void {
    const start = this.#at++;
    while (this.#at < this.#source.length && part.test(this.#source[this.#at] ?? '')) this.#at++;
    this.#push(kind, this.#source.slice(start, this.#at));
  }

  #scanPunctuator(char: string): void {
    const innermost = this.#templateBraces.length - 1;
    const open = this.#templateBraces[innermost];
    if (open !== undefined && char === '{') this.#templateBraces[innermost] = open + 1;
    if (open !== undefined && char === '}') this.#templateBraces[innermost] = open - 1;
    const long = punctuatorsLong.find((text) => this.#source.startsWith(text, this.#at));
    const text = long ?? char;
    this.#push('punctuator', text);
    this.#at += text.length;
  }
}
