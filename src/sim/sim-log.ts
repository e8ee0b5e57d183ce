import type { Log, LogFields } from '../core/log.ts';

export interface SimLogEntry {
  /** Virtual time. */
  readonly atMs: number;
  /** The life that wrote it. */
  readonly who: string;
  readonly level: 'info' | 'warn' | 'error';
  readonly event: string;
  readonly fields: LogFields;
}

/** Hands every entry to the simulation, which keeps them all. */
export class SimLog implements Log {
  readonly #write: (level: SimLogEntry['level'], event: string, fields: LogFields) => void;

  constructor(write: (level: SimLogEntry['level'], event: string, fields: LogFields) => void) {
    this.#write = write;
  }

  info(event: string, fields: LogFields = {}): void {
    this.#write('info', event, fields);
  }

  warn(event: string, fields: LogFields = {}): void {
    this.#write('warn', event, fields);
  }

  error(event: string, fields: LogFields = {}): void {
    this.#write('error', event, fields);
  }
}
