import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { AdminClient } from './admin-client.ts';

test('a backup comes whole, whatever the collector takes before it is read', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const server = createServer((_, response) => {
    response.write('begin ');
    setImmediate(() => response.end('end'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    const received = await new AdminClient(`127.0.0.1:${port}`).backup();
    for (let count = 0; count < 10; count += 1) {
      collect();
      await turn();
    }
    let text = '';
    for await (const bytes of received) text += Buffer.from(bytes).toString('latin1');
    assert.equal(text, 'begin end');
  } finally {
    server.close();
  }
});
