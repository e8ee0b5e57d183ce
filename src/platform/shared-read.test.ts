import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PlatformNetwork } from './network.ts';
import { canShareReads } from './shared-read.ts';

const network = new PlatformNetwork();

test(
  'reads are shared on this version of node',
  { skip: process.platform === 'win32' && 'not on Windows' },
  async () => {
    // When this fails the server still works, by data events; it takes a third more time for a command.
    assert.equal(await canShareReads(), true);
  },
);

test('accepted and dialled connections read into one and the same buffer', async () => {
  const buffers = new Set<Uint8Array>();
  const listener = await network.listen({ host: '127.0.0.1', port: 0 }, {}, (connection) => ({
    onData(bytes) {
      buffers.add(bytes);
      connection.write(Uint8Array.of(1));
    },
    onClose: () => {},
  }));
  const dialAndAsk = (): Promise<void> =>
    new Promise((resolve) => {
      const connection = network.connect(
        listener.address,
        {},
        {
          onOpen: () => void connection.write(Uint8Array.of(1)),
          onData(bytes) {
            buffers.add(bytes);
            connection.end();
          },
          onClose: () => resolve(),
        },
      );
    });
  await Promise.all([dialAndAsk(), dialAndAsk(), dialAndAsk()]);
  assert.equal(buffers.size, 1);
  await listener.close();
});
