import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';

import { Redis } from 'ioredis';

import { connect } from '../../src/client.ts';
import type { GeoProcessReady } from '../../src/cli/geo-process.ts';
import type { GeoStatus } from '../../src/cli/geo/geo-status.ts';
import { AtollError } from '../../src/core/errors.ts';
import type { GeoStore } from '../../src/geo/client/geo-store.ts';
import { AtollProcess, runAtoll } from '../support/atoll.ts';
import { findPorts } from '../support/free-ports.ts';
import { RunningGeo } from '../support/running-geo.ts';

// What an operator does with a cluster of real processes, with real files.

let folder: string;
const running: RunningGeo[] = [];

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'atoll-cluster-'));
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.kill()));
});

after(async () => {
  await rm(folder, { recursive: true });
});

async function start(...arguments_: readonly string[]): Promise<RunningGeo> {
  const server = await RunningGeo.start(...arguments_);
  running.push(server);
  return server;
}

async function contentOf(store: GeoStore): Promise<Map<string, string>> {
  const content = new Map<string, string>();
  for await (const { key, value } of store.list('')) content.set(key, value);
  return content;
}

async function putAll(store: GeoStore, prefix: string, count: number): Promise<void> {
  for (let i = 0; i < count; i += 500) {
    const keys = Array.from({ length: Math.min(500, count - i) }, (_, j) => `${prefix}${i + j}`);
    await Promise.all(keys.map((key) => store.put(key, `value of ${key}`)));
  }
}

const deadline = { timeout: 150_000 };

test(
  'a backup under load has all that was acknowledged before, and a new cluster begins with it',
  deadline,
  async () => {
    const server = await start('--data', join(folder, 'loaded'), '--actors', '2');
    const store = server.connect();
    await putAll(store, 'before/', 40_000);
    await store.put('gone', 'soon');
    await store.delete('gone');
    let isOver = false;
    const load = (async () => {
      for (let i = 0; !isOver; i += 1) await store.put(`meanwhile/${i % 1_000}`, String(i));
    })();
    const backup = join(folder, 'backup');
    const { exitCode, stdout, stderr } = await runAtoll([
      'geo',
      'backup',
      backup,
      '--admin',
      server.admin,
      '--json',
    ]);
    isOver = true;
    await load;
    assert.equal(exitCode, 0, stderr);
    const said = JSON.parse(stdout) as { event: string; keys: number; tombstones: number };
    assert.equal(said.event, 'backup');
    assert.ok(said.keys >= 40_000, stdout);
    const before_ = new Map([...(await contentOf(store))].filter(([key]) => !key.startsWith('m')));
    await store.close();

    const data = join(folder, 'restored');
    const restored = await runAtoll(['geo', 'restore', backup, '--data', data]);
    assert.equal(restored.exitCode, 0, restored.stderr);
    const again = await start('--data', data);
    const other = again.connect();
    const content = await contentOf(other);
    assert.equal(before_.size, 40_000);
    for (const [key, value] of before_) assert.equal(content.get(key), value);
    assert.equal(content.has('gone'), false);
    await other.put('before/0', 'after');
    assert.equal(
      await other.get('before/0'),
      'after',
      'what is written now beats what was restored',
    );
    await other.close();

    const [old, fresh] = [server, again].map(({ ready }) => ready);
    assert.notEqual(fresh?.id, old?.id);
    await again.stop();
    const joined = await runAtoll([
      'geo',
      '--port',
      '0',
      '--admin-port',
      '0',
      '--data',
      data,
      '--join',
      old?.description ?? '',
    ]);
    assert.equal(joined.exitCode, 2);
    assert.match(joined.stderr, /of cluster [0-9a-f]{16}.*use another folder/);
  },
);

describe('a backup', () => {
  test('of a server in memory, alone, has everything too', deadline, async () => {
    const server = await start('--actors', '2');
    const store = server.connect();
    await putAll(store, 'key/', 1_000);
    const backup = join(folder, 'of memory');
    const { stdout, stderr } = await runAtoll(['geo', 'backup', backup, '--admin', server.admin]);
    assert.match(stdout, /^1,000 keys and 0 tombstones/, stderr);
    await store.close();
  });

  test('goes only where nothing is, and so does what is restored', async () => {
    const server = await start();
    const store = server.connect();
    await store.put('key', 'value');
    await store.close();
    const backup = join(folder, 'twice');
    const arguments_ = ['geo', 'backup', backup, '--admin', server.admin];
    assert.equal((await runAtoll(arguments_)).exitCode, 0);
    const names = await readdir(backup);
    const second = await runAtoll(arguments_);
    assert.equal(second.exitCode, 2);
    assert.match(second.stderr, /expected an empty folder/);
    const onto = await runAtoll(['geo', 'restore', backup, '--data', backup]);
    assert.equal(onto.exitCode, 2);
    assert.deepEqual(await readdir(backup), names, 'nothing was touched');
  });

  test('that is damaged is not restored, and leaves nothing behind', async () => {
    const server = await start();
    const store = server.connect();
    await putAll(store, 'key/', 100);
    await store.close();
    const backup = join(folder, 'damaged');
    await runAtoll(['geo', 'backup', backup, '--admin', server.admin]);
    const name = (await readdir(backup)).find((each) => each.endsWith('.snap')) ?? '';
    const bytes = await readFile(join(backup, name));
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    await writeFile(join(backup, name), bytes);
    const data = join(folder, 'of damaged');
    const { exitCode, stderr } = await runAtoll(['geo', 'restore', backup, '--data', data]);
    assert.equal(exitCode, 1);
    assert.match(stderr, /\.snap at byte \d+/);
    assert.deepEqual(await readdir(data), []);
  });
});

test(
  'an operator sees who holds tombstones back, and that they go when the server is forgotten',
  deadline,
  async () => {
    const one = await start('--data', join(folder, 'one'));
    const two = await start('--data', join(folder, 'two'), '--join', one.ready.description);
    const store = one.connect();
    await store.put('both/have', 'it');
    await one.untilStatus(({ members }) => members.some(({ state }) => state === 'up'));
    await two.untilStatus(({ keysHere }) => keysHere === 1);
    await two.kill();
    await store.delete('both/have');
    await one.untilStatus(({ tombstonesHeldBy }) => tombstonesHeldBy.length === 1);
    const redis = new Redis(one.ready.queryPorts[0] ?? 0, '127.0.0.1');
    let info = '';
    while (!info.includes(`geo_tombstones_held_by:${two.ready.id}`)) info = await redis.info('geo');
    assert.match(info, /geo_tombstones:1\r/);
    const status = await runAtoll(['geo', 'status', '--admin', one.admin]);
    const shortId = two.ready.id.slice(0, 8);
    assert.match(
      status.stdout,
      new RegExp(`${shortId}  127\\.0\\.0\\.1:\\d+ .* away .* held back`),
    );
    assert.match(status.stdout, new RegExp(`1 tombstones wait for ${shortId} at .*\\(away\\)`));

    const wrong = await runAtoll(['geo', 'forget', one.ready.id, '--admin', one.admin]);
    assert.match(wrong.stderr, /cannot forget itself/);
    const forgotten = await runAtoll(['geo', 'forget', shortId, '--admin', one.admin]);
    assert.equal(forgotten.exitCode, 0, forgotten.stderr);
    while (!info.includes('geo_tombstones_held_by:\r')) info = await redis.info('geo');
    await redis.quit();
    await one.untilStatus(({ tombstones }) => tombstones === 0);

    // It knows nothing of this. What it has would bring back the key whose delete is forgotten.
    const back = await start(
      '--data',
      join(folder, 'two'),
      '--port',
      two.systemPort,
      '--join',
      one.ready.description,
    );
    const { id } = await back.untilStatus((server) => server.id !== two.ready.id);
    const there = back.connect();
    await store.put('only/now', 'here');
    await back.untilStatus(({ keysHere }) => keysHere === 1);
    assert.deepEqual([...(await contentOf(there)).keys()], ['only/now']);
    const names = await readdir(join(folder, 'two'));
    assert.equal(names.filter((name) => name.startsWith('stale-')).length, 1);
    const { members } = await one.untilStatus((server) =>
      server.members.some((each) => each.id === id && each.state === 'up'),
    );
    assert.equal(members.find((each) => each.id === two.ready.id)?.state, 'removed');
    await Promise.all([store.close(), there.close()]);
  },
);

test(
  'a client of the nearest server goes on while servers of its cluster die and come back',
  deadline,
  async () => {
    const port = await findPorts(4);
    const [near, far] = [port, port + 2].map((each, index) => {
      return ['--port', String(each), '--data', join(folder, ['near', 'far'][index] ?? '')];
    });
    const first = await start(...(near ?? []));
    const second = await start(...(far ?? []), '--join', first.ready.description);
    const store = connect({ addresses: [first.address, second.address] });
    let puts = 0;
    const write = async (): Promise<void> => {
      for (let i = 0; i < 50; i += 1) {
        // A put whose connection is lost has perhaps happened: only its caller knows that it may be repeated.
        for (;;) {
          try {
            await store.put(`key/${puts}`, String(puts));
            break;
          } catch (error) {
            assert.ok(error instanceof AtollError);
            assert.ok(['CONNECTION_LOST', 'CONNECT_FAILED'].includes(error.code), error.code);
          }
        }
        puts += 1;
      }
    };
    await write();
    for (const victim of [first, second]) {
      // The other one has what was written here, so that the client finds it there.
      await victim.untilStatus(({ members }) =>
        members.every(
          ({ state, dirtyKeys }) => state === 'self' || (state === 'up' && dirtyKeys === 0),
        ),
      );
      await victim.kill();
      await write();
      assert.equal(await store.get('key/0'), '0');
      const back = await start(...((victim === first ? near : far) ?? []));
      await back.untilStatus(({ keysHere }) => keysHere === puts);
      await write();
    }
    await store.close();
  },
);

test(
  'a server whose disk is full takes no write, says so, and goes on answering reads',
  deadline,
  async () => {
    // A file may be no larger than 400 blocks of 512 or 1024 bytes; a value has more.
    const limited = { through: ['sh', '-c', 'ulimit -f 400; exec "$0" "$@"'] };
    const atoll = new AtollProcess(
      [
        'geo',
        '--port',
        '0',
        '--admin-port',
        '0',
        '--actors',
        '1',
        '--json',
        '--data',
        join(folder, 'full'),
      ],
      limited,
    );
    await atoll.said('stdout', '\n');
    const { queryPorts, adminPort } = JSON.parse(atoll.stdout) as GeoProcessReady;
    const store = connect({ addresses: [`127.0.0.1:${queryPorts[0] ?? 0}`] });
    await store.put('kept', 'yes');
    await assert.rejects(store.put('too much', 'x'.repeat(1_000_000)), { code: 'CONNECTION_LOST' });
    await assert.rejects(store.put('more', 'x'), { code: 'RESP_REPLY_ERROR' });
    assert.equal(await store.get('kept'), 'yes');
    const response = await fetch(`http://127.0.0.1:${adminPort}/readyz`);
    assert.equal(response.status, 503);
    assert.match(await response.text(), /^no write is taken any more: .*cannot be written/);
    const backup = join(folder, 'of full');
    const saved = await runAtoll(['geo', 'backup', backup, '--admin', `127.0.0.1:${adminPort}`]);
    assert.equal(saved.exitCode, 0, saved.stderr);
    await store.close();
    atoll.child.kill('SIGTERM');
    assert.equal((await atoll.end()).exitCode, 0);
  },
);

describe('the admin port', () => {
  test('says why a server is not ready, as long as it waits for others', deadline, async () => {
    const nobody = JSON.stringify({
      clusterId: '0'.repeat(16),
      id: '1'.repeat(16),
      at: '127.0.0.1:1',
    });
    const adminPort = await findPorts(1);
    const atoll = new AtollProcess([
      'geo',
      '--port',
      '0',
      '--actors',
      '1',
      '--admin-port',
      String(adminPort),
      '--join',
      nobody,
    ]);
    const ask = (path: string): Promise<Response | undefined> =>
      fetch(`http://127.0.0.1:${adminPort}${path}`).catch(() => undefined);
    let words = '';
    while (!words.startsWith('waiting')) {
      const response = await ask('/readyz');
      if (response === undefined) continue;
      assert.equal(response.status, 503);
      words = await response.text();
    }
    assert.equal(words, 'waiting for the other servers\n');
    const status = await ask('/status');
    assert.ok(status !== undefined);
    const { state, server } = (await status.json()) as GeoStatus;
    assert.equal(state, 'joining');
    assert.equal(server?.ports.length, 1);
    atoll.child.kill('SIGTERM');
    const { exitCode, stdout } = await atoll.end();
    assert.deepEqual(
      [exitCode, stdout],
      [0, ''],
      'it ends in order, and never said that it was ready',
    );
  });

  test('answers no web page, whatever name it has for us', async () => {
    const server = await start();
    const withHeader = (name: string, value: string): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        const [host, port] = server.admin.split(':');
        const asked = request({ host, port, path: '/status', headers: { [name]: value } });
        asked.on('response', (response) => resolve(response.resume().statusCode));
        asked.on('error', reject);
        asked.end();
      });
    assert.equal(await withHeader('origin', 'http://example.com'), 403);
    assert.equal(await withHeader('host', 'example.com'), 403);
    assert.equal(await withHeader('accept', '*/*'), 200);
    assert.equal((await server.fetch(`/members/${'0'.repeat(16)}/forget`)).status, 405);
    assert.equal((await server.fetch(`/members/${'0'.repeat(16)}/forget`, 'POST')).status, 404);
  });
});
