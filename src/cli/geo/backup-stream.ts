import { AtollError } from '../../core/errors.ts';
import { crc32c } from '../../core/crc32c.ts';
import { journalLimits } from '../../core/limits.ts';
import { parseDescription } from '../../geo/server/description.ts';
import type { GeoServer } from '../../geo/server/geo-server.ts';
import { decodeJournalRecord, JournalRecordWriter } from '../../geo/server/home/journal-record.ts';
import type { SnapshotSlices } from '../../geo/server/home/store-journal.ts';

/**
 * A backup on its way from a server to whoever asked for it: pieces of a length, a CRC-32C, a kind and content. The first says
 * what it is, the last how many came before it, so that one that is cut short is known to be.
 */
export interface BackupHead {
  readonly format: typeof backupFormat;
  readonly clusterId: string;
  readonly serverId: string;
  /** About: the server goes on meanwhile. */
  readonly keys: number;
  readonly tombstones: number;
}

const backupFormat = 'atoll backup 1';
const headKind = 0;
const recordKind = 1;
const endKind = 2;
/** Length of what follows the checksum, and the checksum. */
const prefixBytes = 8;
const pieceBytesMax: number = journalLimits.recordBytesMax + 1;

/** Everything that a server has, as pieces. */
export async function* backupPieces(server: GeoServer): AsyncGenerator<Uint8Array> {
  const { clusterId, id: serverId } = parseDescription(server.description);
  const ports = await server.inspect();
  const keys = Math.max(...ports.map(({ replica }) => replica.keys));
  const tombstones = Math.max(...ports.map(({ replica }) => replica.tombstones));
  const head: BackupHead = { format: backupFormat, clusterId, serverId, keys, tombstones };
  yield piece(headKind, Buffer.from(JSON.stringify(head)));
  const encoder = new JournalRecordWriter();
  let records = 0;
  for await (const { known = [], pack = new Uint8Array(0) } of server.slices()) {
    records += 1;
    yield piece(recordKind, encoder.encode({ kind: 'entries', claims: known, pack }));
  }
  yield piece(endKind, Buffer.from(JSON.stringify({ records })));
}

/** Reads pieces back. `onHead` comes first. Throws `FRAME_INVALID` for what is damaged or cut short. */
export async function* readBackup(
  source: AsyncIterable<Uint8Array>,
  onHead: (head: BackupHead) => void,
): SnapshotSlices {
  let records = 0;
  let hasHead = false;
  for await (const { kind, content } of readPieces(source)) {
    if (!hasHead) {
      if (kind !== headKind) throw invalid('it does not begin as one');
      onHead(parseHead(content));
      hasHead = true;
    } else if (kind === recordKind) {
      const record = decodeJournalRecord(content);
      if (record.kind !== 'entries') throw invalid('a record that is not one of entries');
      records += 1;
      const { claims, pack } = record;
      yield { ...(claims.length > 0 ? { known: claims } : {}), pack };
    } else if (kind === endKind) {
      const { records: expected } = JSON.parse(content.toString('utf8')) as { records: unknown };
      if (expected === records) return;
      throw invalid(`${records} records came of ${String(expected)}`);
    } else {
      throw invalid(`a piece of kind ${kind}`);
    }
  }
  throw invalid('its end is missing');
}

function parseHead(content: Buffer): BackupHead {
  const head = JSON.parse(content.toString('utf8')) as BackupHead;
  const format: unknown = head.format;
  if (format === backupFormat) return head;
  throw invalid(`it is of format ${String(format)}, expected ${backupFormat}`);
}

function piece(kind: number, content: Uint8Array): Uint8Array {
  const bytes = Buffer.allocUnsafe(prefixBytes + 1 + content.length);
  bytes.writeUInt32LE(1 + content.length, 0);
  bytes[prefixBytes] = kind;
  bytes.set(content, prefixBytes + 1);
  bytes.writeUInt32LE(crc32c(bytes, prefixBytes, bytes.length), 4);
  return bytes;
}

async function* readPieces(
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<{ kind: number; content: Buffer }> {
  let chunks: Uint8Array[] = [];
  let byteLength = 0;
  let wanted = prefixBytes;
  for await (const chunk of source) {
    chunks.push(chunk);
    byteLength += chunk.length;
    // Joined only when there is enough: else a large piece would be copied again with each chunk of it.
    if (byteLength < wanted) continue;
    let rest = Buffer.concat(chunks);
    for (;;) {
      wanted = rest.length < prefixBytes ? prefixBytes : prefixBytes + lengthOf(rest);
      if (rest.length < wanted) break;
      if (crc32c(rest, prefixBytes, wanted) !== rest.readUInt32LE(4)) {
        throw invalid('a checksum is wrong');
      }
      yield { kind: rest[prefixBytes] ?? 0, content: rest.subarray(prefixBytes + 1, wanted) };
      rest = rest.subarray(wanted);
    }
    chunks = [rest];
    byteLength = rest.length;
  }
  if (byteLength > 0) throw invalid('its end is missing');
}

function lengthOf(bytes: Buffer): number {
  const length = bytes.readUInt32LE(0);
  if (length >= 1 && length <= pieceBytesMax) return length;
  throw invalid(`a piece of ${length} bytes`);
}

function invalid(what: string): AtollError {
  return new AtollError('FRAME_INVALID', `this is no whole backup: ${what}`);
}
