import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AssertionFailed } from '../../src/core/assert.ts';
import type { AtollError } from '../../src/core/errors.ts';
import { openJournal } from '../../src/core/journal/open-journal.ts';
import type { Journal } from '../../src/core/journal/journal.ts';
import type { OpenJournalOptions, Recovery } from '../../src/core/journal/open-journal.ts';
import { journalLimits } from '../../src/core/limits.ts';
import { Simulation } from '../../src/sim/simulation.ts';
import type { SimNode } from '../../src/sim/sim-node.ts';
import { simulatedOptions } from './simulated-options.ts';

/** One server with a journal, in a simulation of its own. */
class Server {
  readonly simulation: Simulation = new Simulation({ seed: 1 });
  readonly node: SimNode = this.simulation.node('server');
  /** What the last opening loaded, as text. */
  loaded: string[] = [];
  recovery: Recovery | undefined;
  durable: number[] = [];
  fault: AtollError | undefined;

  settle<T>(promise: Promise<T>): Promise<T> {
    return this.simulation.settle(promise);
  }

  async open(options: Partial<OpenJournalOptions> = {}): Promise<Journal> {
    this.loaded = [];
    this.durable = [];
    const take = (bytes: Buffer, start: number, end: number): void => {
      this.loaded.push(bytes.toString('utf8', start, end));
    };
    const { journal, recovery } = await this.settle(
      openJournal({
        ...simulatedOptions(this.node),
        onDurable: (sequence) => this.durable.push(sequence),
        onFault: (fault) => (this.fault = fault),
        loadSnapshot: take,
        loadRecord: take,
        ...options,
      }),
    );
    this.recovery = recovery;
    return journal;
  }

  crash(hasPower: boolean): void {
    this.node.crash({ hasPower });
    this.node.restart();
  }
}

function append(journal: Journal, ...texts: readonly string[]): number[] {
  return texts.map((text) => journal.append(Buffer.from(text)));
}

async function* recordsOf(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield await Promise.resolve(Buffer.from(text));
}

test('records are numbered from 1, and are there after a power cut once they are durable', async () => {
  const server = new Server();
  const journal = await server.open();
  assert.deepEqual(append(journal, 'one', 'two', ''), [1, 2, 3]);
  await server.settle(journal.sync());
  assert.deepEqual(server.durable, [3]);
  server.crash(false);
  await server.open();
  assert.deepEqual(server.loaded, ['one', 'two', '']);
});

test('all that is appended in one turn shares a sync, and what comes meanwhile the next one', async () => {
  const server = new Server();
  const journal = await server.open();
  for (let count = 0; count < 500; count++) append(journal, `record ${count}`);
  await server.simulation.reach('a write', () => journal.stats.writtenBytes > 0);
  for (let count = 0; count < 500; count++) append(journal, `later ${count}`);
  await server.settle(journal.sync());
  assert.deepEqual(server.durable, [500, 1_000]);
  assert.equal(journal.stats.commits, 2);
});

test('how long each write with its sync took is counted in its class', async () => {
  const server = new Server();
  const journal = await server.open();
  for (const record of ['one', 'two', 'three']) {
    append(journal, record);
    await server.settle(journal.sync());
  }
  const { commits, commitMs, commitMsMax, commitDurations } = journal.stats;
  const { counts, sumMs } = commitDurations;
  assert.equal(commits, 3);
  assert.equal(
    counts.reduce((sum, count) => sum + count, 0),
    commits,
  );
  assert.ok(commitMs > 0 && sumMs >= commitMs && sumMs <= commits * commitMsMax);
});

test('an appended record is copied: the bytes are lent for the call only', async () => {
  const server = new Server();
  const journal = await server.open();
  const bytes = Buffer.from('..mine..');
  journal.append(bytes, 2, 6);
  bytes.fill(0);
  await server.settle(journal.close());
  await server.open();
  assert.deepEqual(server.loaded, ['mine']);
});

test('the incarnation rises with every boot, also of one that crashed, and the id stays', async () => {
  const server = new Server();
  const seen: number[] = [];
  const ids = new Set<string>();
  for (let boot = 0; boot < 4; boot++) {
    await server.open();
    seen.push(server.recovery?.incarnation ?? 0);
    ids.add(Buffer.from(server.recovery?.journalId ?? []).toString('hex'));
    server.crash(boot % 2 === 0);
  }
  assert.deepEqual(seen, [1, 2, 3, 4]);
  assert.equal(ids.size, 1);
});

test('after a failed sync nothing is acknowledged, whoever waits hears of it, and appends are refused', async () => {
  const server = new Server();
  const journal = await server.open();
  append(journal, 'one');
  await server.settle(journal.sync());
  server.node.drive.setConditions({ syncFailChance: 1 });
  append(journal, 'two');
  await assert.rejects(server.settle(journal.sync()), { code: 'DISK_FAILED' });
  server.node.drive.heal();
  assert.equal(server.fault?.code, 'DISK_FAILED');
  assert.throws(() => append(journal, 'three'), { code: 'DISK_FAILED' });
  await assert.rejects(server.settle(journal.sync()), { code: 'DISK_FAILED' });
  await assert.rejects(server.settle(journal.snapshot(recordsOf('x'))), { code: 'DISK_FAILED' });
  await server.simulation.advance(5_000);
  assert.deepEqual(server.durable, [1]);
  await assert.rejects(server.settle(journal.close()), { code: 'DISK_FAILED' });
  await server.open();
  assert.equal(server.loaded[0], 'one');
});

test('a full disk is a coded fault, and what was acknowledged is there when there is room again', async () => {
  const server = new Server();
  const journal = await server.open();
  append(journal, 'one');
  await server.settle(journal.sync());
  server.node.drive.setConditions({ capacityBytes: server.node.drive.usedBytes + 50 });
  append(journal, 'x'.repeat(100));
  await assert.rejects(server.settle(journal.sync()), { code: 'DISK_FULL' });
  server.crash(true);
  server.node.drive.heal();
  await server.open();
  assert.deepEqual(server.loaded, ['one']);
  assert.equal(server.recovery?.cutBytes, 50);
});

test('a disk that hangs bounds what waits: records beyond are refused and nothing is lost', async () => {
  const server = new Server();
  const journal = await server.open();
  const large = Buffer.alloc(journalLimits.recordBytesMax);
  let taken = 0;
  assert.throws(
    () => {
      for (; taken < 100; taken++) journal.append(large);
    },
    { code: 'JOURNAL_BEHIND' },
  );
  assert.equal(taken, 7);
  await server.settle(journal.sync());
  append(journal, 'again');
  await server.settle(journal.close());
  await server.open();
  assert.equal(server.loaded.length, 8);
});

test('with interval a record counts at once, and is durable within a second', async () => {
  const server = new Server();
  const journal = await server.open({ durability: 'interval' });
  append(journal, 'one');
  await server.simulation.advance(500);
  assert.deepEqual(server.durable, []);
  await server.simulation.advance(600);
  assert.deepEqual(server.durable, [1]);
  server.crash(false);
  await server.open();
  assert.deepEqual(server.loaded, ['one']);
});

test('with interval a sync that is asked for does not wait for its second', async () => {
  const server = new Server();
  const journal = await server.open({ durability: 'interval' });
  append(journal, 'one');
  await server.simulation.advance(100);
  await server.simulation.settle(journal.sync(), 100);
  assert.deepEqual(server.durable, [1]);
});

test('a snapshot stands for what was before it, and old segments go when two newer ones are there', async () => {
  const server = new Server();
  const journal = await server.open({ segmentBytesMax: 100 });
  for (const round of [1, 2, 3]) {
    append(journal, `round ${round}`, 'x'.repeat(100));
    await server.settle(journal.sync());
    append(journal, 'more');
    await server.settle(journal.sync());
    const sequence = await server.settle(journal.snapshot(recordsOf(`state ${round}`)));
    assert.equal(sequence, 3 * round);
  }
  append(journal, 'after');
  await server.settle(journal.close());
  const names = server.node.drive.names.filter((name) => name !== 'boot');
  assert.deepEqual(
    names.filter((name) => name.endsWith('.snap')),
    ['snapshot-0000000000000006.snap', 'snapshot-0000000000000009.snap'],
  );
  assert.ok(!names.includes('journal-0000000000000001.log'));
  await server.open();
  assert.deepEqual(server.loaded, ['state 3', 'after']);
});

test('a snapshot of a journal without records is loaded, as a backup that is restored needs', async () => {
  const server = new Server();
  const journal = await server.open();
  assert.equal(await server.settle(journal.snapshot(recordsOf('all of it'))), 0);
  append(journal, 'one');
  await server.settle(journal.close());
  await server.open();
  assert.deepEqual(server.loaded, ['all of it', 'one']);
});

test('a snapshot without anything new since the last one is not written', async () => {
  const server = new Server();
  const journal = await server.open();
  append(journal, 'one');
  await server.settle(journal.snapshot(recordsOf('state')));
  await server.settle(journal.snapshot(recordsOf('never asked for')));
  await server.settle(journal.close());
  await server.open();
  assert.deepEqual(server.loaded, ['state']);
});

test('a damaged snapshot is replaced by the one before and the log behind that', async () => {
  const server = new Server();
  const journal = await server.open();
  append(journal, 'one');
  await server.settle(journal.snapshot(recordsOf('state 1')));
  append(journal, 'two');
  await server.settle(journal.snapshot(recordsOf('state 2')));
  append(journal, 'three');
  await server.settle(journal.close());
  server.node.drive.flipBit('snapshot-0000000000000002.snap', 77);
  await server.open();
  assert.deepEqual(server.loaded, ['state 1', 'two', 'three']);
  assert.equal(server.recovery?.damagedSnapshots, 1);
});

test('a snapshot that is cut short by a crash is as if it had never been begun', async () => {
  const server = new Server();
  const journal = await server.open();
  append(journal, 'one');
  const endless = async function* (): AsyncGenerator<Uint8Array> {
    for (;;) {
      await new Promise<void>((done) => server.node.outside.timers.setTimer(1, done));
      yield Buffer.alloc(100_000);
    }
  };
  void journal.snapshot(endless());
  await server.simulation.advance(100);
  server.crash(true);
  const again = await server.open();
  assert.deepEqual(server.loaded, ['one']);
  assert.equal(again.stats.segments, 2);
  assert.ok(!server.node.drive.names.some((name) => name.includes('snap')));
});

test('commits go on while a snapshot waits for its source', async () => {
  const server = new Server();
  const journal = await server.open();
  append(journal, 'one');
  let go = (): void => {};
  const slow = async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from('state');
    await new Promise<void>((done) => (go = done));
  };
  const snapshot = journal.snapshot(slow());
  await server.simulation.advance(10);
  append(journal, 'two');
  await server.settle(journal.sync());
  assert.equal(journal.durableSequence, 2);
  go();
  assert.equal(await server.settle(snapshot), 1);
});

test('two openings of one folder at once: the second is refused until the first has closed', async () => {
  const server = new Server();
  const journal = await server.open();
  await assert.rejects(server.open(), { code: 'DISK_LOCKED' });
  await server.settle(journal.close());
  await server.open();
});

test('what a client stores cannot be taken for a frame', async () => {
  // A whole journal with a frame that claims much to be durable, stored as a value in another one.
  const other = new Server();
  const source = await other.open({
    random: { bytes: (n) => new Uint8Array(n), fraction: () => 0 },
  });
  append(source, ...Array.from({ length: 50 }, () => 'x'));
  await other.settle(source.close());
  const name = other.node.drive.names.find((each) => each.startsWith('journal')) ?? '';
  const forged = new Uint8Array(other.node.drive.get(name)?.length ?? 0);
  other.node.drive.get(name)?.read(0, forged);

  const server = new Server();
  const journal = await server.open();
  append(journal, 'mine');
  await server.settle(journal.sync());
  journal.append(forged);
  // Torn right behind the forged end frame.
  await server.simulation.reach('a write', () => journal.stats.writtenBytes > 200);
  server.crash(true);
  const live = server.node.drive.names.find((each) => each.startsWith('journal')) ?? '';
  server.node.drive.flipBit(live, (server.node.drive.get(live)?.length ?? 0) - forged.length);
  await server.open();
  assert.deepEqual(server.loaded, ['mine']);
});

test('loading tells how far it is, and waits for whoever is told', async () => {
  const server = new Server();
  const journal = await server.open();
  for (let count = 0; count < 30; count++) journal.append(Buffer.alloc(100_000));
  await server.settle(journal.close());
  const told: [number, number][] = [];
  await server.open({
    onProgress: async (done, total) => {
      await Promise.resolve();
      told.push([done, total]);
    },
  });
  assert.ok(told.length >= 6, `${told.length} times`);
  for (const [index, [done, total]] of told.entries()) {
    assert.ok(done >= (told[index - 1]?.[0] ?? 0) && done <= total);
  }
});

test('using a journal that is closed is a bug', async () => {
  const server = new Server();
  const journal = await server.open();
  await server.settle(journal.close());
  assert.throws(() => append(journal, 'x'), AssertionFailed);
});

test('any records of any size come back as they were, over any pauses and snapshots', async () => {
  const step = fc.oneof(
    { weight: 10, arbitrary: fc.uint8Array({ maxLength: 2_000 }) },
    { weight: 2, arbitrary: fc.constant('sync' as const) },
    { weight: 1, arbitrary: fc.constant('reopen' as const) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const server = new Server();
      const options = { segmentBytesMax: 3_000, frameBytesMax: 500 };
      let journal = await server.open(options);
      const expected: string[] = [];
      for (const each of steps) {
        if (each === 'sync') {
          await server.settle(journal.sync());
        } else if (each === 'reopen') {
          await server.settle(journal.close());
          journal = await server.open(options);
        } else {
          journal.append(each);
          expected.push(Buffer.from(each).toString('utf8'));
        }
      }
      await server.settle(journal.close());
      await server.open(options);
      assert.deepEqual(server.loaded, expected);
    }),
    { numRuns: 40 },
  );
});
