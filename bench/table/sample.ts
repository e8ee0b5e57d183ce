import { assert } from '../../src/core/assert.ts';
import { ArenaTable } from '../../src/geo/server/arena/arena-table.ts';
import { MapTable } from '../../test/support/map-table.ts';
import type { Table, Version } from '../../src/geo/server/table.ts';
import { PlatformRandom } from '../../src/platform/random.ts';
import { ReplyWriter } from '../../src/resp/reply-writer.ts';

/** What one run of this program measures, on one table of so many keys with values of 64 bytes. */
export type SampleName =
  | 'newUs'
  | 'newP9999Us'
  | 'newMaxUs'
  | 'newWorst64CpuUs'
  | 'getNs'
  | 'setNs'
  | 'listPageUs'
  | 'bytesPerKey'
  | 'collectionMs';

/** Keys as redis-benchmark makes them. */
const keyBytes = 16;
const valueBytes = 64;
/** Commands as they lie in a read buffer, one after the other; used again and again. */
const commandBytes = 128;
const commandsRead = 512;
const pageEntries = 100;

const reply = new ReplyWriter();
const version: Version = { wallMs: Date.now(), counter: 0, origin: 0, sequence: 0 };
const read = Buffer.alloc(commandBytes * commandsRead, 'v');

/** Runs in a process of its own, because the one table would slow the other's code and hide its memory. */
function measure(table: Table, count: number, ms: number): Record<SampleName, number> {
  collect();
  const before = process.memoryUsage().rss;
  const { newUs, newWorst64CpuUs, tookUs } = fill(table, count);
  const collectionMs = collect();
  const bytesPerKey = (process.memoryUsage().rss - before) / count;
  assert(table.size === count, 'all keys are there');
  return {
    newUs,
    newP9999Us: tookUs.toSorted()[Math.floor(count * 0.9999)] ?? 0,
    newWorst64CpuUs,
    newMaxUs: tookUs.reduce((max, us) => Math.max(max, us), 0),
    getNs: repeat(count, ms, (at) => get(table, at)) * 1_000,
    setNs: repeat(count, ms, (at) => put(table, at)) * 1_000,
    listPageUs: repeat(count, ms, (at) => list(table, at)),
    bytesPerKey,
    collectionMs,
  };
}

interface Filled {
  readonly newUs: number;
  readonly newWorst64CpuUs: number;
  /** By the clock. */
  readonly tookUs: Float64Array;
}

/**
 * Adds the keys in a random order: what each took by the clock, and the CPU time of one in the mean and of
 * the worst 64 in a row. On a busy machine the clock mostly shows how long others were running.
 */
function fill(table: Table, count: number): Filled {
  const tookUs = new Float64Array(count);
  let cpuUs = 0;
  let newWorst64CpuUs = 0;
  for (let first = 0; first < count; first += 64) {
    const end = Math.min(first + 64, count);
    // A factor without a common divisor visits every number once, in no order.
    for (let i = first; i < end; i += 1) writeKey(i - first, (i * 7_368_787) % count);
    const startUs = readCpuUs();
    for (let i = first; i < end; i += 1) {
      const start = performance.now();
      put(table, (i - first) * commandBytes);
      tookUs[i] = (performance.now() - start) * 1_000;
    }
    const rowUs = readCpuUs() - startUs;
    cpuUs += rowUs;
    newWorst64CpuUs = Math.max(newWorst64CpuUs, rowUs);
  }
  return { newUs: cpuUs / count, newWorst64CpuUs, tookUs };
}

/** CPU time of an operation on a random key, and of nothing else: the keys are written before. */
function repeat(count: number, ms: number, operation: (at: number) => void): number {
  let operations = 0;
  let cpuUs = 0;
  while (cpuUs < ms * 1_000) {
    for (let i = 0; i < commandsRead; i += 1) writeKey(i, Math.floor(Math.random() * count));
    const startUs = readCpuUs();
    for (let i = 0; i < commandsRead; i += 1) operation(i * commandBytes);
    cpuUs += readCpuUs() - startUs;
    operations += commandsRead;
  }
  return cpuUs / operations;
}

/** Of this process: the clock would also count what the machine does meanwhile. */
function readCpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

function put(table: Table, at: number): void {
  version.sequence += 1;
  const value = at + keyBytes;
  table.put(read, at, value, value, value + valueBytes, 0, version);
}

function get(table: Table, at: number): void {
  table.writeValue(table.find(read, at, at + keyBytes), reply);
  if (reply.byteLength > 50_000) reply.reset();
}

function list(table: Table, at: number): void {
  let left = pageEntries;
  const range = {
    prefix: read,
    prefixStart: at,
    prefixEnd: at + 4,
    after: read,
    afterStart: at,
    afterEnd: at + keyBytes,
  };
  table.list(range, (reference) => {
    table.writeKey(reference, reply);
    table.writeValue(reference, reply);
    left -= 1;
    return left > 0;
  });
  reply.reset();
}

/** Writes `key:` and twelve digits where command `slot` of the buffer begins, and returns that. */
function writeKey(slot: number, number: number): number {
  const at = slot * commandBytes;
  read.write('key:', at, 'latin1');
  let rest = number;
  for (let digit = at + keyBytes - 1; digit >= at + 4; digit -= 1) {
    read[digit] = 48 + (rest % 10);
    rest = Math.floor(rest / 10);
  }
  return at;
}

/** A full collection; how many milliseconds it took. */
function collect(): number {
  assert(globalThis.gc !== undefined, 'needs --expose-gc');
  globalThis.gc();
  const start = performance.now();
  globalThis.gc();
  return performance.now() - start;
}

const [kind, count, ms] = process.argv.slice(2);
const table = kind === 'arena' ? new ArenaTable(new PlatformRandom()) : new MapTable();
console.log(JSON.stringify(measure(table, Number(count), Number(ms))));
