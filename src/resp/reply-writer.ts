import { clientLimits } from '../core/limits.ts';
import { escapeText } from './escape.ts';
import { OutputBuffer, utf8Length } from './output-buffer.ts';
import type { Reply } from './reply.ts';

/** An error line is for people; a longer one is cut. */
const errorLengthMax = 512;

const okLine = Buffer.from('+OK\r\n');
const nilLine2 = Buffer.from('$-1\r\n');
const nilLine3 = Buffer.from('_\r\n');

/**
 * Writes replies as RESP2 or RESP3 into one reused buffer. One writer serves all clients of a thread:
 * it is filled during one read event of one of them and handed over at its end in one write.
 */
export class ReplyWriter extends OutputBuffer implements Reply {
  /** That of the client whose commands are being executed. */
  protocol: 2 | 3 = 2;
  /** How many errors were ever written: who compares it before and after a command knows its outcome. */
  errorCount = 0;

  constructor(bytesMax: number = clientLimits.outputBytesHard, initialBytes?: number) {
    super(bytesMax, initialBytes);
  }

  simple(text: string): void {
    this.reserve(text.length + 3);
    this.bytes[this.position++] = 43; // +
    this.latin1(text);
    this.lineEnd();
  }

  ok(): void {
    this.copy(okLine, 0, 5);
  }

  error(code: string, message: string): void {
    this.errorCount += 1;
    const line = `-${code} ${escapeText(message, errorLengthMax)}\r\n`;
    this.latin1(line);
  }

  integer(value: number): void {
    this.header(58, value); // :
  }

  bulk(bytes: Uint8Array, start: number, end: number): void {
    const length = end - start;
    this.reserve(length + 34);
    this.header(36, length); // $
    this.copy(bytes, start, end);
    this.lineEnd();
  }

  bulkView(bytes: DataView, start: number, end: number): void {
    const length = end - start;
    this.reserve(length + 34);
    this.header(36, length);
    this.copyView(bytes, start, end);
    this.lineEnd();
  }

  bulkLatin1(text: string): void {
    this.reserve(text.length + 34);
    this.header(36, text.length);
    this.latin1(text);
    this.lineEnd();
  }

  bulkText(text: string): void {
    const length = utf8Length(text);
    this.reserve(length + 34);
    this.header(36, length);
    this.utf8(text, length);
    this.lineEnd();
  }

  nil(): void {
    if (this.protocol === 3) this.copy(nilLine3, 0, 3);
    else this.copy(nilLine2, 0, 5);
  }

  boolean(value: boolean): void {
    if (this.protocol === 3) this.latin1(value ? '#t\r\n' : '#f\r\n');
    else this.latin1(value ? ':1\r\n' : ':0\r\n');
  }

  double(value: number): void {
    const text = doubleText(value);
    if (this.protocol === 3) this.latin1(`,${text}\r\n`);
    else this.bulkLatin1(text);
  }

  array(size: number): void {
    this.header(42, size); // *
  }

  map(size: number): void {
    if (this.protocol === 3) this.header(37, size); // %
    else this.header(42, size * 2);
  }

  set(size: number): void {
    this.header(this.protocol === 3 ? 126 : 42, size); // ~
  }

  push(size: number): void {
    this.header(this.protocol === 3 ? 62 : 42, size); // >
  }

  verbatim(text: string): void {
    if (this.protocol === 2) {
      this.bulkText(text);
      return;
    }
    const length = utf8Length(text);
    this.reserve(length + 38);
    this.header(61, length + 4); // =
    this.latin1('txt:');
    this.utf8(text, length);
    this.lineEnd();
  }
}

/** RESP3: infinities and not-a-number have names of their own. */
function doubleText(value: number): string {
  if (value === Infinity) return 'inf';
  if (value === -Infinity) return '-inf';
  return Number.isNaN(value) ? 'nan' : String(value);
}
