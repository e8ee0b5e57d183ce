import { ByteReader } from '../../../core/byte-reader.ts';
import { ByteWriter } from '../../../core/byte-writer.ts';
import { clientLimits, ringLimits } from '../../../core/limits.ts';
import type { RingNode, RingView } from '../../ring-view.ts';
import type { AppliedEntry } from '../storage/applied-requests.ts';
import type { Once, WriteReply } from '../storage/write.ts';

/** Kinds of records. The order is the format's: `docs/formats/ring-journal.md`. */
const kinds = {
  set: 1,
  delete: 2,
  append: 3,
  remove: 4,
  virtualIds: 16,
  view: 17,
  leasesLast: 18,
  pack: 32,
  applied: 33,
} as const;

/** Set in the kind of a write that has a number. */
const onceFlag = 0x80;

/** Kinds of entries of a pack. */
const entryKinds = { value: 0, list: 1, moreOfList: 2 } as const;

/** A reply in the journal: those of writes that changed something. */
const replyBytes: readonly WriteReply[] = ['ok', 1];

/** Who takes what a record says. */
export interface RecordTaker {
  set(key: string, value: string, once: Once | undefined): void;
  delete(key: string, once: Once | undefined): void;
  append(key: string, item: string, once: Once | undefined): void;
  remove(key: string, item: string, once: Once | undefined): void;
  virtualIds(virtualIds: readonly number[]): void;
  view(view: RingView): void;
  /** Leases of this life may be in use so long after its end; 0: none is. Milliseconds. */
  leasesLast(forMs: number): void;
  /**
   * A pack of a snapshot begins: its entries have the effect of all records up to `number`. `isLater`: not only of those
   * that the snapshot stands for.
   */
  pack(number: number, isLater: boolean): void;
  /** Entries of the pack. */
  value(key: string, value: string): void;
  list(key: string, isMore: boolean, items: readonly string[]): void;
  applied(entry: AppliedEntry): void;
}

/**
 * Writes the records of a node: each change of a key as what it does, with the number of its request if it has one, so that
 * effect and memory of it come to the disk together or not at all.
 */
export class RecordWriter {
  readonly #writer = new ByteWriter();
  readonly #emit: (bytes: Uint8Array, start: number, end: number) => void;

  /** `emit` takes each record, which is lent for the call. */
  constructor(emit: (bytes: Uint8Array, start: number, end: number) => void) {
    this.#emit = emit;
  }

  set(key: string, value: string, once: Once | undefined): void {
    this.#begin(kinds.set, key, once);
    this.#writer.latin1(value);
    this.#end();
  }

  delete(key: string, once: Once | undefined): void {
    this.#begin(kinds.delete, key, once);
    this.#end();
  }

  append(key: string, item: string, once: Once | undefined): void {
    this.#begin(kinds.append, key, once);
    this.#writer.latin1(item);
    this.#end();
  }

  remove(key: string, item: string, once: Once | undefined): void {
    this.#begin(kinds.remove, key, once);
    this.#writer.latin1(item);
    this.#end();
  }

  virtualIds(virtualIds: readonly number[]): void {
    this.#writer.byte(kinds.virtualIds);
    writeVirtualIds(this.#writer, virtualIds);
    this.#end();
  }

  view({ epoch, nodes }: RingView): void {
    const writer = this.#writer;
    writer.byte(kinds.view);
    writer.varint(epoch);
    writer.varint(nodes.length);
    for (const { id, at, virtualIds } of nodes) {
      writer.latin1(id);
      writer.latin1(at.host);
      writer.varint(at.port);
      writeVirtualIds(writer, virtualIds);
    }
    this.#end();
  }

  leasesLast(forMs: number): void {
    this.#writer.byte(kinds.leasesLast);
    this.#writer.varint(Math.ceil(forMs));
    this.#end();
  }

  applied({ client, floor, age, replies }: AppliedEntry): void {
    const writer = this.#writer;
    writer.byte(kinds.applied);
    writer.latin1(client);
    writer.varint(floor);
    writer.varint(age);
    for (const [sequence, reply] of replies) {
      const byte = replyBytes.indexOf(reply);
      // Others changed nothing: after a start there are no late copies of them.
      if (byte < 0) continue;
      writer.varint(sequence);
      writer.byte(byte);
    }
    this.#end();
  }

  #begin(kind: number, key: string, once: Once | undefined): void {
    const writer = this.#writer;
    if (once === undefined) writer.byte(kind);
    else {
      writer.byte(kind | onceFlag);
      writer.latin1(once.client);
      writer.varint(once.sequence);
      writer.varint(once.floor);
    }
    writer.latin1(key);
  }

  #end(): void {
    const writer = this.#writer;
    this.#emit(writer.reserve(0), 0, writer.byteLength);
    writer.clear();
  }
}

/** Writes a pack of a snapshot. */
export class PackWriter {
  readonly #writer = new ByteWriter();

  get byteLength(): number {
    return this.#writer.byteLength;
  }

  begin(number: number, base: number): void {
    this.#writer.byte(kinds.pack);
    this.#writer.varint(number);
    this.#writer.varint(number - base);
  }

  value(key: string, value: string): void {
    this.#writer.byte(entryKinds.value);
    this.#writer.latin1(key);
    this.#writer.latin1(value);
  }

  list(key: string, isMore: boolean, items: readonly string[]): void {
    this.#writer.byte(isMore ? entryKinds.moreOfList : entryKinds.list);
    this.#writer.latin1(key);
    this.#writer.varint(items.length);
    for (const item of items) this.#writer.latin1(item);
  }

  take(): Uint8Array {
    return this.#writer.take();
  }
}

/** Tells `taker` what a record says. Throws `FRAME_INVALID` for what is none. */
export function readRecord(bytes: Uint8Array, taker: RecordTaker): void {
  const reader = new ByteReader(bytes, 'a record of a node');
  const kind = reader.byte();
  const once = (kind & onceFlag) === 0 ? undefined : readOnce(reader);
  switch (kind & ~onceFlag) {
    case kinds.set:
      taker.set(readKey(reader), readValue(reader), once);
      break;
    case kinds.delete:
      taker.delete(readKey(reader), once);
      break;
    case kinds.append:
      taker.append(readKey(reader), readValue(reader), once);
      break;
    case kinds.remove:
      taker.remove(readKey(reader), readValue(reader), once);
      break;
    case kinds.virtualIds:
      taker.virtualIds(readVirtualIds(reader));
      break;
    case kinds.view:
      taker.view(readView(reader));
      break;
    case kinds.leasesLast:
      taker.leasesLast(reader.varint());
      break;
    case kinds.pack:
      readPack(reader, taker);
      break;
    case kinds.applied:
      taker.applied(readApplied(reader));
      break;
    default:
      throw reader.invalid(`kind ${kind}`);
  }
  if (!reader.isAtEnd) throw reader.invalid('more than one');
}

function readPack(reader: ByteReader, taker: RecordTaker): void {
  const number = reader.varint();
  taker.pack(number, reader.varint() > 0);
  while (!reader.isAtEnd) {
    const kind = reader.byte();
    const key = readKey(reader);
    if (kind === entryKinds.value) taker.value(key, readValue(reader));
    else if (kind === entryKinds.list || kind === entryKinds.moreOfList) {
      const items: string[] = [];
      for (let left = reader.varint(); left > 0; left -= 1) items.push(readValue(reader));
      taker.list(key, kind === entryKinds.moreOfList, items);
    } else throw reader.invalid(`an entry of kind ${kind}`);
  }
}

function readOnce(reader: ByteReader): Once {
  const client = reader.latin1('a client', ringLimits.clientIdBytesMax);
  return { client, sequence: reader.varint(), floor: reader.varint() };
}

function readApplied(reader: ByteReader): AppliedEntry {
  const client = reader.latin1('a client', ringLimits.clientIdBytesMax);
  const floor = reader.varint();
  const age = reader.varint();
  const replies = new Map<number, WriteReply>();
  while (!reader.isAtEnd) {
    const sequence = reader.varint();
    const byte = reader.byte();
    const reply = replyBytes[byte];
    if (reply === undefined) throw reader.invalid(`a reply of kind ${byte}`);
    replies.set(sequence, reply);
  }
  return { client, floor, age, replies };
}

function readView(reader: ByteReader): RingView {
  const epoch = reader.varint();
  const nodes: RingNode[] = [];
  for (let left = reader.varint(); left > 0; left -= 1) {
    const id = reader.latin1('an id', nameBytesMax);
    const host = reader.latin1('a host', nameBytesMax);
    const port = reader.varint();
    nodes.push({ id, at: { host, port }, virtualIds: readVirtualIds(reader) });
  }
  return { epoch, nodes };
}

function writeVirtualIds(writer: ByteWriter, virtualIds: readonly number[]): void {
  writer.varint(virtualIds.length);
  for (const virtualId of virtualIds) writer.varint(virtualId);
}

function readVirtualIds(reader: ByteReader): number[] {
  const virtualIds: number[] = [];
  for (let left = reader.varint(); left > 0; left -= 1) virtualIds.push(reader.varint());
  return virtualIds;
}

function readKey(reader: ByteReader): string {
  return reader.latin1('a key', clientLimits.keyBytesMax, 0);
}

function readValue(reader: ByteReader): string {
  return reader.latin1('a value', clientLimits.valueBytesMax, 0);
}

/** Of a node's id and of the name of a host. */
const nameBytesMax = 255;
