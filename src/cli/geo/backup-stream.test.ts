import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { AtollError } from '../../core/errors.ts';
import type { GeoServer } from '../../geo/server/geo-server.ts';
import { backupPieces, readBackup, type BackupHead } from './backup-stream.ts';

const description =
  '{"clusterId":"0123456789abcdef","id":"fedcba9876543210","at":"127.0.0.1:7000"}';
const packs = [Buffer.from('one'), Buffer.alloc(70_000, 7), Buffer.from('three')];

/** As much of a server as a backup asks for. */
const server = {
  description,
  inspect: () => Promise.resolve([{ replica: { keys: 5, tombstones: 1 } }]),
  async *slices() {
    yield { known: [['fedcba9876543210.1.1', 9]] as const, pack: packs[0] };
    await Promise.resolve();
    for (const pack of packs.slice(1)) yield { pack };
  },
} as unknown as GeoServer;

async function wholeBackup(): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of backupPieces(server)) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** As a network hands it on: in chunks that know nothing of pieces. */
async function* inChunks(bytes: Buffer, chunkBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    yield bytes.subarray(at, at + chunkBytes);
    await Promise.resolve();
  }
}

async function read(
  bytes: Buffer,
  chunkBytes: number,
): Promise<{ heads: BackupHead[]; known: unknown[]; packs: Buffer[] }> {
  const outcome = { heads: [] as BackupHead[], known: [] as unknown[], packs: [] as Buffer[] };
  const slices = readBackup(inChunks(bytes, chunkBytes), (head) => outcome.heads.push(head));
  for await (const slice of slices) {
    if (slice.known !== undefined) outcome.known.push(slice.known);
    if (slice.pack !== undefined) outcome.packs.push(Buffer.from(slice.pack));
  }
  return outcome;
}

test('a backup comes out as it went in, however it is cut on the way', async () => {
  const bytes = await wholeBackup();
  for (const chunkBytes of [1, 7, 4_096, bytes.length]) {
    const outcome = await read(bytes, chunkBytes);
    assert.deepEqual(outcome.packs, packs);
    assert.deepEqual(outcome.known, [[['fedcba9876543210.1.1', 9]]]);
    assert.deepEqual(outcome.heads, [
      {
        format: 'atoll backup 1',
        clusterId: '0123456789abcdef',
        serverId: 'fedcba9876543210',
        keys: 5,
        tombstones: 1,
      },
    ]);
  }
});

test('a backup that is cut short anywhere is none', async () => {
  const bytes = await wholeBackup();
  for (let length = 0; length < bytes.length; length += length < 300 ? 1 : 997) {
    await assert.rejects(
      read(bytes.subarray(0, length), 512),
      (error: AtollError) => error.code === 'FRAME_INVALID',
      `${length} bytes`,
    );
  }
});

test('a backup with one wrong bit is none', async () => {
  const bytes = await wholeBackup();
  for (let at = 0; at < bytes.length; at += at < 300 ? 1 : 997) {
    const damaged = Buffer.from(bytes);
    damaged[at] = (damaged[at] ?? 0) ^ 4;
    await assert.rejects(
      read(damaged, 512),
      (error: AtollError) => error.code === 'FRAME_INVALID',
      `byte ${at}`,
    );
  }
});
