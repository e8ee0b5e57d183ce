/** The statuses of the handout, beside OK (Tribbler §3.1), and what it lacks. */
export type No =
  | 'NoSuchUser'
  | 'NoSuchPost'
  | 'NoSuchTargetUser'
  | 'Exists'
  | 'TooManySubscriptions'
  | 'OnceKeyReused';

/** What an operation came to: done, with what it gives, or one of the expected noes. Faults of the ring are thrown. */
export type Outcome<Value, Status extends No> =
  | { readonly status: 'OK'; readonly value: Value }
  | { readonly status: Status };

export function ok<Value>(value: Value): { readonly status: 'OK'; readonly value: Value } {
  return { status: 'OK', value };
}

export function no<Status extends No>(status: Status): { readonly status: Status } {
  return { status };
}

/** Done, with nothing to tell. */
export const done: { readonly status: 'OK'; readonly value: undefined } = ok(undefined);
