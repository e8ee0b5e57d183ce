import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';

import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { createOutside } from '../../platform/outside.ts';
import type { GeoProcessOptions } from './geo-process-options.ts';
import { GeoLives } from './geo-lives.ts';

function livesIn(data: string): GeoLives {
  const options: GeoProcessOptions = {
    host: '127.0.0.1',
    port: 0,
    actors: 1,
    adminPort: 0,
    join: [],
    data,
    durability: undefined,
    linkLatencyMs: 0,
    onCorrupt: 'refuse',
    saysPlainly: true,
  };
  return new GeoLives(options, [], createOutside());
}

test('a server that is told to stop before it has started ends without having started', async (t) => {
  const data = temporaryFolder(t);
  let stop: () => void = () => {};
  const stopped = new Promise<void>((resolve) => (stop = resolve));
  await livesIn(data).run(stopped, () => Promise.resolve(stop()));
  const before = readdirSync(data);
  assert.ok(before.length > 0);
  const lives = livesIn(data);
  await lives.run(Promise.resolve(), () => assert.fail('it says that it is ready'));
  assert.equal(lives.unreadyReason(), 'it was told to stop');
  // A start that had come to its end would have begun a file.
  assert.deepEqual(readdirSync(data), before);
});
