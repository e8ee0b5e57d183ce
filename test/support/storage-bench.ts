import { SimRandom } from '../../src/sim/sim-random.ts';
import assert from 'node:assert/strict';
import { clientLimits, type ClientLimits } from '../../src/core/limits.ts';
import type { Client } from '../../src/resp/client.ts';
import { ReplyParser } from '../../src/resp/reply-parser.ts';
import { ReplyWriter } from '../../src/resp/reply-writer.ts';
import type { ReplyValue } from '../../src/resp/reply-value.ts';
import type { LeaseTerms } from '../../src/ring/lease-terms.ts';
import { RecordWriter } from '../../src/ring/server/journal/journal-record.ts';
import type { PlantedBug } from '../../src/ring/server/planted-bugs.ts';
import { noTrial, type Trial } from '../../src/ring/server/ring-options.ts';
import { Storage } from '../../src/ring/server/storage/storage.ts';
import type { Once, Write, WriteOutcome } from '../../src/ring/server/storage/write.ts';

const nodeId = '0123456789abcdef';

/** A client of a storage on the bench, which does nothing by itself. */
export class BenchClient implements Client {
  readonly id: number;
  readonly reply: ReplyWriter = new ReplyWriter();
  protocol: 2 | 3 = 3;
  name = '';
  libraryName = '';
  libraryVersion = '';
  isAuthenticated = true;
  isListening = false;
  isClosing = false;
  readonly remote = 'bench:1';
  readonly limits: ClientLimits = clientLimits;
  /** What was pushed to it, oldest first. */
  readonly pushes: ReplyValue[] = [];
  #closedCallbacks: (() => void)[] = [];

  constructor(id: number) {
    this.id = id;
  }

  push(write: (reply: ReplyWriter) => void): void {
    if (this.isClosing) return;
    const writer = new ReplyWriter();
    writer.protocol = 3;
    write(writer);
    const parser = new ReplyParser({
      onReply: () => assert.fail('a push is no reply'),
      onPush: (values) => void this.pushes.push(values),
    });
    writer.flushTo({
      write: (bytes) => {
        assert.equal(parser.push(bytes, 0, bytes.length), undefined);
        return true;
      },
    });
  }

  onClosed(callback: () => void): void {
    this.#closedCallbacks.push(callback);
  }

  /** Its connection is over. */
  close(): void {
    this.isClosing = true;
    for (const callback of this.#closedCallbacks.splice(0)) callback();
  }

  closeAfterReply(): void {
    assert.fail('not used');
  }

  suspend(): void {
    assert.fail('not used');
  }

  answer(): void {
    assert.fail('not used');
  }

  reset(): void {
    assert.fail('not used');
  }
}

export interface BenchOptions {
  readonly terms?: LeaseTerms;
  readonly trial?: Partial<Trial>;
  readonly bugs?: readonly PlantedBug[];
  /** Records of an earlier life. */
  readonly records?: readonly Uint8Array[];
  readonly waitsForLeaseNote?: boolean;
  /** False: it has no journal. */
  readonly isKept?: boolean;
}

/** A storage without actor, gateway and sockets, at a time that the test says. */
export class StorageBench {
  readonly storage: Storage;
  /** What was emitted. */
  readonly records: Uint8Array[] = [];
  /** What became of writes that had to wait, in the order of hearing it: by the name that the test gave them. */
  readonly outcomes: (readonly [name: string, outcome: WriteOutcome])[] = [];
  nowMs = 1_000;
  #lastClientId = 0;

  constructor({
    terms,
    trial,
    bugs = [],
    records = [],
    waitsForLeaseNote,
    isKept = true,
  }: BenchOptions = {}) {
    const log = new RecordWriter((bytes, start, end) => {
      this.records.push(new Uint8Array(bytes.subarray(start, end)));
    });
    this.storage = new Storage({
      nodeId,
      terms: terms ?? { leaseMs: 10_000, guardMs: 2_000 },
      trial: { ...noTrial, ...trial, bugs },
      startedMs: this.nowMs,
      random: new SimRandom(1),
      log: isKept ? log : undefined,
      waitsForLeaseNote: waitsForLeaseNote === true,
    });
    for (const [index, record] of records.entries()) this.storage.loader.load(record, index + 1);
    this.storage.start({ hasLostRecords: false });
    const at = { host: 'bench', port: 1 };
    const view = { epoch: 1, nodes: [{ id: nodeId, at, virtualIds: [0] }] };
    this.storage.setView(view, { hasReturned: false });
  }

  client(): BenchClient {
    this.#lastClientId += 1;
    return new BenchClient(this.#lastClientId);
  }

  /** Time passes; what is due happens. */
  advance(ms: number): void {
    this.nowMs += ms;
    this.storage.begin({ monotonicMs: () => this.nowMs });
  }

  /** The id of a lease that is granted now; 0: none was. */
  lease(key: string, client: BenchClient): number {
    return this.storage.keeper.grant(key, client)?.id ?? 0;
  }

  /** A write by the name of what it writes. */
  set(
    key: string,
    value: string,
    client: BenchClient = this.client(),
    once?: Once,
  ): WriteOutcome | 'waits' {
    return this.write({ kind: 'set', key, value }, client, once, value);
  }

  write(
    write: Write,
    client: BenchClient = this.client(),
    once?: Once,
    name: string = write.kind,
  ): WriteOutcome | 'waits' {
    const waiter = {
      client,
      deliver: (outcome: WriteOutcome) => void this.outcomes.push([name, outcome]),
    };
    if (once === undefined) return this.storage.write(write, waiter);
    return this.storage.writeOnce(once, write, waiter);
  }
}
