import { groupBy } from './group-by.ts';
import { checkList, type ListCall } from '../../linearizability/list-model.ts';
import { checkRegister, type RegisterCall } from '../../linearizability/register-model.ts';
import type { TimedCall, Verdict } from '../../linearizability/linearizability.ts';
import type { Violation } from '../../swarm/swarm-run.ts';
import type { Evidence } from '../evidence.ts';
import { describeOperation, type Operation } from '../history.ts';

/** B1 and B12: what clients saw of a key could have been seen if one thing had happened after the other. */
export function checkKeys({ operations }: Evidence): Violation[] {
  const byKey = groupBy(operations, ({ key }) => key);
  return [...byKey].flatMap(([key, ofKey]) => {
    const verdict = checkKey(ofKey);
    return verdict.kind === 'broken'
      ? [{ invariant: 'B1', text: explain(key, ofKey, verdict) }]
      : [];
  });
}

/** A history that takes more has no verdict: there is one among thousands. */
const stepsMax = 100_000;

function checkKey(operations: readonly Operation[]): Verdict<RegisterCall | ListCall> {
  const isList = operations.some(({ call }) => isOfList(call));
  const timed = operations.map(({ call, start, end }) => ({ call, start, end }));
  return isList
    ? checkList(timed as TimedCall<ListCall>[], { stepsMax })
    : checkRegister(timed as TimedCall<RegisterCall>[], { stepsMax });
}

function isOfList({ kind }: Operation['call']): boolean {
  return kind === 'append' || kind === 'remove' || kind === 'read';
}

function explain(
  key: string,
  operations: readonly Operation[],
  { depth, state, next }: Extract<Verdict<RegisterCall | ListCall>, { kind: 'broken' }>,
): string {
  const calls = next.map(({ start }) => {
    const operation = operations.find((each) => each.start === start);
    return operation === undefined ? '?' : describeOperation(operation);
  });
  return `${key}: after ${depth} of its operations (${state}) none of these can be next: ${calls.join('; ')}`;
}
