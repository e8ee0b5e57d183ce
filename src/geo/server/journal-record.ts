import { ByteReader } from '../../core/byte-reader.ts';
import { ByteWriter } from '../../core/byte-writer.ts';
import type { VectorPairs } from '../version-vector.ts';
import type { MemberCard } from './members.ts';

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
const textBytesMax = 320;

/** Encodes records, each in an array of its own. */
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
      for (const { id, incarnation, at, isRemoved } of record.members) {
        writer.latin1(id);
        writer.varint(incarnation);
        writer.latin1(at);
        writer.byte(isRemoved ? 1 : 0);
      }
    }
    return writer.take();
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
    members.push({
      id: reader.latin1('an id', textBytesMax),
      incarnation: reader.varint(),
      at: reader.latin1('an address', textBytesMax),
      isRemoved: reader.byte() === 1,
    });
  }
  return { kind: 'cluster', clusterId, members };
}
