import { assert } from '../src/core/assert.ts';
import { ArenaTable } from '../src/geo/server/arena/arena-table.ts';
import { Origins } from '../src/geo/server/origins.ts';
import { EntryViewBuilder } from '../src/geo/server/repair/entry-view-builder.ts';
import type { EntryView } from '../src/geo/server/repair/entry-view.ts';
import { FingerprintBuilder } from '../src/geo/server/repair/fingerprint.ts';
import { answerReconciliation, openReconciliation } from '../src/geo/server/repair/reconciler.ts';
import { SimRandom } from '../src/sim/sim-random.ts';
import type { BenchOptions, Figures } from './harness/figures.ts';
import { summarize } from './harness/in-turns.ts';

const million = 1_000_000;
const differences = 1_000;
/** Keys as redis-benchmark makes them. */
const keyBytes = 16;
const valueBytes = 64;
const sliceEntries = 20_000;
const originCount = 4;

/**
 * What does it cost two replicas of a million keys to find in what they differ: bytes and messages for a thousand
 * differences in the recent past and for as many anywhere; CPU time of the views and of the quick check?
 */
export function run({ rounds, say }: BenchOptions): Promise<Figures> {
  say('two tables of a million keys');
  const [one, other] = [new Sample(), new Sample()];
  for (let number = 0; number < million; number += 1) {
    one.put(number);
    other.put(number);
  }
  const figures: Record<string, Figures[string]> = {};
  const exchange = (name: string): void => {
    say(name);
    const { bytes, messages, found, answerMs } = reconcile(one.view(), other.view());
    assert(found === differences, `${found} differences were found`);
    figures[`bytes1000${name}`] = { value: bytes, unit: 'bytes' };
    figures[`messages1000${name}`] = { value: messages, unit: 'messages' };
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

/** A table whose entry `number` was written at a time and by an origin that follow from the number. */
class Sample {
  readonly #table = new ArenaTable(new SimRandom(1));
  readonly #origins = new Origins();
  readonly #bytes = Buffer.alloc(keyBytes + valueBytes, 'v');

  put(number: number): void {
    this.#bytes.write(`key:${String(number).padStart(keyBytes - 4, '0')}`, 'latin1');
    const version = {
      // A hundred writes a second, not evenly.
      wallMs: 1_750_000_000_000 + 10 * number + (Math.imul(number, 0x9e3779b1) >>> 28),
      counter: 0,
      origin: this.#origins.numberOf(`127.0.0.1:7000#boot1.3/${number % originCount}`),
      sequence: number + 1,
    };
    this.#table.put(this.#bytes, 0, keyBytes, keyBytes, this.#bytes.length, 0, version);
  }

  /** Takes the entry away, as if it had never come. */
  lose(number: number): void {
    const key = Buffer.from(`key:${String(number).padStart(keyBytes - 4, '0')}`);
    this.#table.bury(this.#table.find(key, 0, keyBytes));
    this.#table.dropTombstones(1);
  }

  view(): EntryView {
    const builder = new EntryViewBuilder(this.#table, this.#origins);
    while (builder.step(sliceEntries));
    return builder.view();
  }

  check(): string {
    const builder = new FingerprintBuilder(this.#table, this.#origins, 0);
    while (builder.step(sliceEntries));
    return JSON.stringify(builder.fingerprint());
  }
}

interface Reconciled {
  /** Of all messages, in both directions. */
  readonly bytes: number;
  /** In the direction that has more. */
  readonly messages: number;
  /** Entries that either side is to send. */
  readonly found: number;
  /** The longest that one message took to be answered. */
  readonly answerMs: number;
}

function reconcile(one: EntryView, other: EntryView): Reconciled {
  let message: Uint8Array | undefined = openReconciliation(one);
  let [bytes, messages, found, answerMs] = [0, 0, 0, 0];
  while (message !== undefined) {
    bytes += message.length;
    messages += 1;
    const startMs = performance.now();
    const answer = answerReconciliation(messages % 2 === 1 ? other : one, message);
    answerMs = Math.max(answerMs, performance.now() - startMs);
    found += answer.toSend.length;
    message = answer.reply;
  }
  return { bytes, messages: Math.ceil(messages / 2), found, answerMs };
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
