import type { ListCall } from '../linearizability/list-model.ts';
import type { RegisterCall } from '../linearizability/register-model.ts';

/** What a client asked and what came of it. */
export interface Operation {
  /** The client's name, which is its host. */
  readonly client: string;
  readonly key: string;
  /** With the answer, once there is one. */
  call: RegisterCall | ListCall;
  /** Virtual milliseconds. */
  readonly startMs: number;
  endMs: number;
  /** Its place among all beginnings and ends of a run: what ended before another began did so everywhere. */
  readonly start: number;
  end: number;
  /** `unknown`: nobody told, so that it may have been done at any time since, or may still be. */
  outcome: 'acknowledged' | 'unknown';
  /** Answered from a copy: nobody was asked. */
  isCached: boolean;
  /** Why it was not acknowledged, for people. */
  reason: string;
}

/** What clients asked and saw, in the order in which they asked. */
export class History {
  readonly operations: Operation[] = [];
  #place = 0;

  begin(client: string, key: string, call: Operation['call'], startMs: number): Operation {
    const operation: Operation = {
      client,
      key,
      call,
      startMs,
      endMs: Infinity,
      start: this.#nextPlace(),
      end: Infinity,
      outcome: 'unknown',
      isCached: false,
      reason: '',
    };
    this.operations.push(operation);
    return operation;
  }

  acknowledge(operation: Operation, call: Operation['call'], endMs: number): void {
    operation.call = call;
    operation.endMs = endMs;
    operation.end = this.#nextPlace();
    operation.outcome = 'acknowledged';
  }

  /** All operations, by key. */
  byKey(): Map<string, Operation[]> {
    const byKey = new Map<string, Operation[]>();
    for (const operation of this.operations) {
      const known = byKey.get(operation.key);
      if (known === undefined) byKey.set(operation.key, [operation]);
      else known.push(operation);
    }
    return byKey;
  }

  #nextPlace(): number {
    this.#place += 1;
    return this.#place;
  }
}

/** An operation on one line: `c2 put v1 c2#17, acknowledged, 1203.400 to 1204.900 ms`. */
export function describeOperation(operation: Operation): string {
  const { client, key, call, outcome, reason, isCached, startMs, endMs } = operation;
  const because = reason === '' ? '' : ` (${reason})`;
  const how = isCached ? 'from its copy' : outcome;
  const times = `${startMs.toFixed(3)} to ${endMs.toFixed(3)} ms`;
  return `${client} ${describeCall(key, call)}, ${how}${because}, ${times}`;
}

function describeCall(key: string, call: Operation['call']): string {
  switch (call.kind) {
    case 'put':
      return `put ${key} ${call.value}`;
    case 'put if absent':
      return `put if absent ${key} ${call.value}: ${call.done}`;
    case 'delete':
      return `delete ${key}: ${call.found}`;
    case 'get':
      return `get ${key}: ${call.value ?? 'nothing'}`;
    case 'append':
    case 'remove':
      return `${call.kind} ${key} ${call.item}: ${call.done}`;
    case 'read':
      return `read ${key}: ${call.items?.join() ?? 'nothing'}`;
  }
}
