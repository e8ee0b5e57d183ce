import { assert } from '../core/assert.ts';
import { OutputBuffer, utf8Length } from './output-buffer.ts';

/** One argument of a command: text goes out in UTF-8, bytes as they are, numbers in decimal. */
export type CommandArgument = string | Uint8Array | number;

const asterisk = 42;
const dollar = 36;

/**
 * Writes commands as clients send them: arrays of bulk strings. Many commands may be written before they
 * are handed over with `flushTo`: that is pipelining.
 */
export class CommandWriter extends OutputBuffer {
  /** Whoever calls bounds what is outstanding; the writer takes everything. */
  constructor() {
    super(Infinity);
  }

  /** Writes one whole command, its name first. Requires: at least the name; numbers are whole. */
  command(...parts: readonly CommandArgument[]): void {
    assert(parts.length > 0, 'a command has a name');
    this.begin(parts.length);
    for (const part of parts) {
      if (typeof part === 'string') this.text(part);
      else if (typeof part === 'number') this.integer(part);
      else this.binary(part);
    }
  }

  /** Begins a command of `count` parts; exactly so many `text`, `binary` or `integer` follow. */
  begin(count: number): void {
    this.header(asterisk, count);
  }

  text(text: string): void {
    const length = utf8Length(text);
    this.reserve(length + 34);
    this.header(dollar, length);
    this.utf8(text, length);
    this.lineEnd();
  }

  binary(bytes: Uint8Array): void {
    this.header(dollar, bytes.length);
    this.reserve(bytes.length + 2);
    this.copy(bytes, 0, bytes.length);
    this.lineEnd();
  }

  integer(value: number): void {
    assert(Number.isSafeInteger(value), `not a whole number: ${value}`);
    this.text(String(value));
  }
}
