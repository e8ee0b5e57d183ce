import { isatty } from 'node:tty';
import { pino } from 'pino';
import type { Log, LogFields } from '../core/log.ts';

export type LogLevel = 'info' | 'warn' | 'error' | 'silent';

export interface LogOptions {
  /** The least level that is written; `info` if not given. */
  readonly level?: LogLevel;
  /** Put into every line as `name`: which process or thread it is from. */
  readonly name?: string;
  /** For people, not programs. If not given: whether stderr is a terminal. */
  readonly human?: boolean;
  /** Takes each line with its newline; stderr if not given. */
  readonly write?: (line: string) => void;
}

/**
 * Logs to stderr: JSON lines for programs, or one aligned line each when a person is watching.
 *
 * Lines are written at once and not buffered, because the last ones before a crash are the ones needed.
 */
export function createLog({ level = 'info', name, human, write }: LogOptions = {}): Log {
  const writeLine = write ?? standardErrorWriter();
  const isHuman = human ?? (write === undefined && isatty(2));
  const logger = pino(
    {
      level,
      base: name === undefined ? {} : { name },
      messageKey: 'event',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: isHuman ? (line: string): void => writeLine(humanLine(line)) : writeLine },
  );
  return {
    info: (event, fields) => logger.info(fields ?? {}, event),
    warn: (event, fields) => logger.warn(fields ?? {}, event),
    error: (event, fields) => logger.error(fields ?? {}, event),
  };
}

function standardErrorWriter(): (line: string) => void {
  const destination = pino.destination({ dest: 2, sync: true });
  return (line) => void destination.write(line);
}

/** `12:34:56.789 warn  peer link lost  peer="s2" attempts=3` */
function humanLine(jsonLine: string): string {
  const parsed = JSON.parse(jsonLine) as LogFields;
  const { level, time, event, ...fields } = parsed;
  const clock = String(time).slice(11, 23);
  const pairs = Object.entries(fields).map(([key, value]) => ` ${key}=${printable(value)}`);
  return `${clock} ${String(level).padEnd(5)} ${String(event)}${pairs.length > 0 ? ' ' : ''}${pairs.join('')}\n`;
}

/** Strings in quotes and escaped: what a client sent must not move the operator's cursor. */
function printable(value: LogFields[string]): string {
  if (typeof value !== 'string') return String(value);
  return JSON.stringify(value).replace(
    /[\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
