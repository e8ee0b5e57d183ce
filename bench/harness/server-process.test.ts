import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startServer } from './server-process.ts';

/** A Node program that runs until it is ended. */
function program(source: string): { program: string; args: string[] } {
  return { program: process.execPath, args: ['-e', `${source}; setInterval(() => {}, 1000);`] };
}

test('a server is started, awaited by its ready line, and gone after stop', async () => {
  const server = await startServer({
    ...program(`console.log('booting'); console.log('{"event":"ready"}')`),
    isReady: (line) => line.includes('ready'),
  });
  assert.equal(server.readyLine, '{"event":"ready"}');
  process.kill(server.pid, 0);
  await server.stop();
  assert.throws(() => process.kill(server.pid, 0), { code: 'ESRCH' });
});

test('a server that does not hear SIGTERM is ended all the same', async () => {
  const server = await startServer({
    ...program(`process.on('SIGTERM', () => {}); console.log('deaf')`),
    stopTimeoutMs: 50,
  });
  await server.stop();
  assert.throws(() => process.kill(server.pid, 0), { code: 'ESRCH' });
});

test('a server that ends at once is reported with what it said', async () => {
  await assert.rejects(
    startServer({
      program: process.execPath,
      args: ['-e', `console.error('no disk'); process.exit(3)`],
    }),
    /ended with 3 before it was ready\n.*no disk/s,
  );
});

test('a server that says nothing is given up, and ended', async () => {
  await assert.rejects(
    startServer({ ...program(''), readyTimeoutMs: 50 }),
    /not ready after 50 ms/,
  );
});

test('a program that is not there is a clear error', async () => {
  await assert.rejects(startServer({ program: '/no/such/program', args: [] }), /ENOENT/);
});
