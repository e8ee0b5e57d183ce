import { assert } from '../src/core/assert.ts';
import { openReconciliation } from '../src/geo/server/repair/reconciler.ts';
import type { BenchOptions, Figures } from './harness/figures.ts';
import { summarize } from './harness/in-turns.ts';
import { reconcile } from './repair/reconcile.ts';
import { SampleTable } from './repair/sample-table.ts';

const million = 1_000_000;
const differences = 1_000;

/**
 * What does it cost two replicas of a million keys to find in what they differ: bytes and messages for a thousand
 * differences in the recent past and for as many anywhere; CPU time of the views and of the quick check?
 */
export function run({ rounds, say }: BenchOptions): Promise<Figures> {
  say('two tables of a million keys');
  const [one, other] = [new SampleTable(), new SampleTable()];
  for (let number = 0; number < million; number += 1) {
    one.put(number);
    other.put(number);
  }
  const figures: Record<string, Figures[string]> = {};
  const exchange = (name: string): void => {
    say(name);
    const { messages, found, answerMs } = reconcile(one.view(), other.view());
    assert(found === differences, `${found} differences were found`);
    const bytes = messages.reduce((sum, message) => sum + message.length, 0);
    figures[`bytes1000${name}`] = { value: bytes, unit: 'bytes' };
    // In the direction that has more.
    figures[`messages1000${name}`] = { value: Math.ceil(messages.length / 2), unit: 'messages' };
    figures[`answerMax1000${name}Ms`] = { value: answerMs, unit: 'ms' };
  };
  figures['openBytes'] = { value: openReconciliation(one.view()).length, unit: 'bytes' };
  figures['viewMillionMs'] = measure(rounds, () => one.view());
  figures['quickCheckMillionMs'] = measure(rounds, () => one.check());
  say('quick check');
  assert(one.check() === other.check(), 'equal tables are found equal');

  for (let added = 0; added < differences; added += 1) one.put(million + added);
  exchange('Recent');
  for (let added = 0; added < differences; added += 1) other.put(million + added);

  const afterOutage = million + differences;
  for (let added = 0; added < differences; added += 1) {
    (added % 2 === 0 ? one : other).put(afterOutage + added);
  }
  exchange('RecentBoth');
  for (let added = 0; added < differences; added += 1) {
    (added % 2 === 0 ? other : one).put(afterOutage + added);
  }
  for (let lost = 0; lost < differences; lost += 1) {
    (lost % 2 === 0 ? one : other).lose(lost * (million / differences));
  }
  exchange('Spread');
  return Promise.resolve(figures);
}

/** CPU time, which does not depend on who else uses the machine. */
function measure(rounds: number, work: () => unknown): Figures[string] {
  const samples: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const start = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(start);
    samples.push((user + system) / 1_000);
  }
  return summarize(samples, 'ms');
}
