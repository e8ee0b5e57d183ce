import { ByteReader } from '../../../core/byte-reader.ts';
import { ByteWriter } from '../../../core/byte-writer.ts';
import type { VectorPairs } from '../../version-vector.ts';
import type { MemberCard } from '../remote/members.ts';

/**
 * What a record of the journal says (`docs/formats/journal.md`): entries, and what is known with them; or which servers there
 * are. A log of them and a snapshot are made of the same records.
 */
export type JournalRecord =
  | { readonly kind: 'entries'; readonly claims: VectorPairs; readonly pack: Uint8Array }
  | {
      readonly kind: 'cluster';
      readonly clusterId: string;
      readonly members: readonly MemberCard[];
    };

const entriesKind = 1;
const clusterKind = 2;
const removedFlag = 1;
const volatileFlag = 2;
const textBytesMax = 320;

/** Encodes records, each lent until the next. */
export class JournalRecordWriter {
  readonly #writer: ByteWriter = new ByteWriter();

  encode(record: JournalRecord): Uint8Array {
    const writer = this.#writer;
    if (record.kind === 'entries') {
      writer.byte(entriesKind);
      writer.varint(record.claims.length);
      for (const [origin, sequence] of record.claims) {
        writer.latin1(origin);
        writer.varint(sequence);
      }
      const { pack } = record;
      const at = writer.byteLength;
      writer.reserve(pack.length).set(pack, at);
      writer.wrote(pack.length);
    } else {
      writer.byte(clusterKind);
      writer.latin1(record.clusterId);
      writer.varint(record.members.length);
      for (const { id, incarnation, at, isRemoved, isVolatile } of record.members) {
        writer.latin1(id);
        writer.varint(incarnation);
        writer.latin1(at);
        writer.byte((isRemoved ? removedFlag : 0) | (isVolatile ? volatileFlag : 0));
      }
    }
    return writer.lend();
  }
}

/** The record in `bytes`, which are lent with it. Throws `FRAME_INVALID` for what is none. */
export function decodeJournalRecord(bytes: Uint8Array): JournalRecord {
  const reader = new ByteReader(bytes, 'a record of a geo store');
  const kind = reader.byte();
  if (kind === entriesKind) {
    const claims: (readonly [string, number])[] = [];
    for (let left = reader.varint(); left > 0; left -= 1) {
      claims.push([reader.latin1('an origin', textBytesMax), reader.varint()]);
    }
    return { kind: 'entries', claims, pack: bytes.subarray(reader.at) };
  }
  if (kind !== clusterKind) throw reader.invalid(`kind ${kind}`);
  const clusterId = reader.latin1('an id', textBytesMax);
  const members: MemberCard[] = [];
  for (let left = reader.varint(); left > 0; left -= 1) {
    const id = reader.latin1('an id', textBytesMax);
    const incarnation = reader.varint();
    const at = reader.latin1('an address', textBytesMax);
    const flags = reader.byte();
    const isRemoved = (flags & removedFlag) !== 0;
    members.push({ id, incarnation, at, isRemoved, isVolatile: (flags & volatileFlag) !== 0 });
  }
  return { kind: 'cluster', clusterId, members };
}
