import { assert } from '../core/assert.ts';
import { actorLimits } from '../core/limits.ts';
import type { ThreadPort } from '../core/threads.ts';
import type { ActorRef } from './actor-ref.ts';
import { parseAddress } from './address.ts';
import { BatchWriter } from './message/batch-writer.ts';
import type { ThreadCounters } from './counters.ts';
import type { SystemLinks } from './system-links.ts';
import { batchSeal } from './thread-batch.ts';
import { threadCounter, type ThreadCommand } from './thread-command.ts';

/**
 * What a thread's turn produced for other threads and systems: a batch for each destination, marshalled at the
 * tell, sent at the turn's end or when it is large. One message a post would be five times slower between
 * threads, and twenty times between systems.
 */
export class Outgoing {
  readonly #ports: readonly (ThreadPort | undefined)[];
  readonly #links: SystemLinks | undefined;
  readonly #counters: ThreadCounters;
  readonly #threadWriters: (BatchWriter | undefined)[] = [];
  readonly #systems: Map<string, Destination> = new Map();
  #likelySystem: Destination | undefined = undefined;

  /** `links` only on thread 0. */
  constructor(
    ports: readonly (ThreadPort | undefined)[],
    links: SystemLinks | undefined,
    counters: ThreadCounters,
  ) {
    this.#ports = ports;
    this.#links = links;
    this.#counters = counters;
  }

  /** Throws the `AtollError` that says what is not plain data. */
  toThread(thread: number, counter: number, message: unknown, bytesMax?: number): void {
    let writer = this.#threadWriters[thread];
    if (writer === undefined) {
      writer = new BatchWriter();
      this.#threadWriters[thread] = writer;
    }
    writer.add(counter, message, bytesMax);
    if (writer.byteLength >= actorLimits.threadBatchBytes) this.#post(thread, writer);
  }

  command(
    thread: number,
    command: ThreadCommand,
    bytesMax: number = Number.POSITIVE_INFINITY,
  ): void {
    this.toThread(thread, threadCounter, command, bytesMax);
  }

  /** Throws the `AtollError` that says what is not plain data. False if no system can have that address. */
  toSystem(to: ActorRef<never>, message: unknown): boolean {
    const destination = this.#findSystem(to.address);
    if (destination === undefined) return false;
    if (this.#links?.mayTake(to.address) === false) {
      this.#links.drop(to.address, 1);
      return true;
    }
    const lane = to.counter % destination.threads;
    let writer = destination.writers[lane];
    if (writer === undefined) {
      writer = new BatchWriter();
      destination.writers[lane] = writer;
    }
    writer.add(to.counter, message);
    if (writer.byteLength >= actorLimits.threadBatchBytes) this.#send(destination, lane, writer);
    return true;
  }

  /** Sends all batches. Systems first: on a thread without links that writes to thread 0's batch. */
  flush(): void {
    for (const destination of this.#systems.values()) {
      for (let lane = 0; lane < destination.writers.length; lane += 1) {
        const writer = destination.writers[lane];
        if (writer !== undefined && writer.count > 0) this.#send(destination, lane, writer);
      }
    }
    for (let thread = 0; thread < this.#threadWriters.length; thread += 1) {
      const writer = this.#threadWriters[thread];
      if (writer !== undefined && writer.count > 0) this.#post(thread, writer);
    }
  }

  #post(thread: number, writer: BatchWriter): void {
    const port = this.#ports[thread];
    assert(port !== undefined, `there is no port to thread ${thread}`);
    this.#counters.marshalledBytes += writer.byteLength;
    port.post(ownSeal, writer.view());
    writer.clear();
  }

  #send(destination: Destination, lane: number, writer: BatchWriter): void {
    const { address } = destination;
    if (this.#links === undefined) {
      const { count } = writer;
      this.command(0, { type: 'forward', address, lane, count, batch: writer.view() });
    } else {
      this.#counters.marshalledBytes += writer.byteLength;
      this.#links.send(address, lane, writer.view(), writer.count);
    }
    writer.clear();
  }

  #findSystem(address: string): Destination | undefined {
    if (this.#likelySystem?.address === address) return this.#likelySystem;
    let destination = this.#systems.get(address);
    if (destination === undefined) {
      const parsed = parseAddress(address);
      if (parsed === undefined) return undefined;
      if (this.#systems.size >= systemsKept) this.#forgetQuiet();
      destination = { address, threads: parsed.threads, writers: [] };
      this.#systems.set(address, destination);
    }
    this.#likelySystem = destination;
    return destination;
  }

  /** Refs of former lives name ever new addresses; what holds nothing can be made again. */
  #forgetQuiet(): void {
    for (const [address, { writers }] of this.#systems) {
      if (writers.every((writer) => writer === undefined || writer.count === 0)) {
        this.#systems.delete(address);
      }
    }
  }
}

interface Destination {
  readonly address: string;
  readonly threads: number;
  readonly writers: (BatchWriter | undefined)[];
}

const systemsKept = 64;
const ownSeal = batchSeal();
