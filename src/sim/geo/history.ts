/** What a client asked and what came of it. */
export interface Operation {
  /** The client's name. */
  readonly client: string;
  /** Which of its operations this is: 1, 2, 3, … in the order in which they were asked. */
  readonly number: number;
  /** The replica that was asked (`s1/2`); undefined: whichever the client's router chose. */
  readonly replica: string | undefined;
  readonly action: Action;
  /** Virtual milliseconds at which it was asked. */
  readonly startMs: number;
  /** When the client heard of it; Infinity as long as it has not. */
  endMs: number;
  outcome: Outcome;
  /** Why it was not acknowledged, for people. */
  reason: string;
}

/**
 * `acknowledged`: it was done. `failed`: it was certainly not done, and never will be. `unknown`: nobody told,
 * so that it may have been done at any time since, or may still be.
 */
export type Outcome = 'acknowledged' | 'failed' | 'unknown';

export type Action =
  /** Every value is put once: it names its put. `ttlMs` undefined: it never ends. */
  | {
      readonly kind: 'put';
      readonly key: string;
      readonly value: string;
      readonly ttlMs: number | undefined;
    }
  /** `found`: whether there was something to delete. */
  | { readonly kind: 'delete'; readonly key: string; found: boolean }
  /** `value` undefined: the replica had none. */
  | { readonly kind: 'get'; readonly key: string; value: string | undefined }
  /** `pairs` in the order in which they came. */
  | { readonly kind: 'list'; readonly prefix: string; pairs: readonly KeyAndValue[] };

export type KeyAndValue = readonly [key: string, value: string];

/**
 * What clients asked and saw, in the order in which they asked: the outside view of a store, from which
 * checkers decide whether it kept its promises.
 */
export class History {
  readonly operations: Operation[] = [];
  readonly #countByClient: Map<string, number> = new Map();

  /** An operation begins; its outcome is `unknown` until somebody says otherwise. */
  begin(client: string, replica: string | undefined, action: Action, startMs: number): Operation {
    const number = (this.#countByClient.get(client) ?? 0) + 1;
    this.#countByClient.set(client, number);
    const operation: Operation = {
      client,
      number,
      replica,
      action,
      startMs,
      endMs: Infinity,
      outcome: 'unknown',
      reason: '',
    };
    this.operations.push(operation);
    return operation;
  }
}

/** An operation on one line: `c2#17 at s1/2 put room/3 = c2#17, acknowledged, 1203.4 to 1204.9 ms`. */
export function describeOperation(operation: Operation): string {
  const { client, number, replica = 'anywhere', action, outcome, startMs, endMs } = operation;
  const times = `${startMs.toFixed(3)} to ${endMs.toFixed(3)} ms`;
  const because = operation.reason === '' ? '' : ` (${operation.reason})`;
  return `${client}#${number} at ${replica} ${describeAction(action)}, ${outcome}${because}, ${times}`;
}

function describeAction(action: Action): string {
  switch (action.kind) {
    case 'put': {
      const ttl = action.ttlMs === undefined ? '' : ` for ${action.ttlMs} ms`;
      return `put ${action.key} = ${shortened(action.value)}${ttl}`;
    }
    case 'delete':
      return `delete ${action.key}: ${action.found ? 'found' : 'nothing'}`;
    case 'get':
      return `get ${action.key}: ${shortened(action.value)}`;
    case 'list':
      return `list ${action.prefix}: ${action.pairs.length} pairs`;
  }
}

/** Values are filled up to their size with `~`. */
function shortened(value: string | undefined): string {
  return value === undefined ? 'nothing' : value.replace(/~+$/, '~');
}
