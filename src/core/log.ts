/**
 * Tells operators what happened. An event is a short stable sentence ("peer link lost"); whatever
 * varies goes into `fields`, so that events can be counted and searched.
 */
export interface Log {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;
