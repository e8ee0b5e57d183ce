import assert from 'node:assert/strict';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { Redis } from 'ioredis';

import { journalLimits } from '../../src/core/limits.ts';
import { GeoProcess } from '../support/geo-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';

const valueBytes = 65_536;
const batchKeys = 64;
/** So many that the log becomes longer than it may be, and then half as much again. */
const batches = Math.ceil((1.5 * journalLimits.snapshotLogBytes) / (batchKeys * valueBytes));
const count = batches * batchKeys;

/** A value that is told apart from all others by its beginning and its end. */
function valueOf(index: number): string {
  return `${index}`.padEnd(valueBytes / 2, 'v').padEnd(valueBytes, `${index}.`);
}

function filesOf(data: string, suffix: string): string[] {
  return readdirSync(data).filter((name) => name.endsWith(suffix));
}

test('a server that wrote past the bound of its log, and was killed, has all that it acknowledged', async (t) => {
  const data = temporaryFolder(t);
  const server = await GeoProcess.start({ data });
  t.after(() => server.kill());
  const redis = new Redis(server.port, '127.0.0.1');
  redis.on('error', () => undefined);
  t.after(() => redis.disconnect());
  for (let batch = 0; batch < batches; batch += 1) {
    const pipeline = redis.pipeline();
    for (let index = batch * batchKeys; index < (batch + 1) * batchKeys; index += 1) {
      pipeline.set(`key/${index}`, valueOf(index));
    }
    const replies = (await pipeline.exec()) ?? [];
    assert.ok(
      replies.every(([error]) => error === null),
      String(replies.find(([error]) => error !== null)),
    );
  }
  await until('a snapshot is there', 60_000, () => filesOf(data, '.snap').length > 0);
  // Behind the snapshot, in the log alone.
  for (let index = 0; index < 10; index += 1) await redis.set(`late/${index}`, valueOf(index));
  await server.kill();
  const [snapshot = ''] = filesOf(data, '.snap');
  assert.ok(statSync(join(data, snapshot)).size > journalLimits.snapshotLogBytes / 2);

  const again = await GeoProcess.start({ data });
  t.after(() => again.kill());
  const reader = new Redis(again.port, '127.0.0.1');
  t.after(() => reader.disconnect());
  assert.equal(await reader.dbsize(), count + 10);
  for (let index = 0; index < count; index += 1) {
    assert.equal(await reader.get(`key/${index}`), valueOf(index));
  }
});
