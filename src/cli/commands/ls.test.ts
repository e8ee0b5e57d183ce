import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { AtollProcess, runAtoll, type AtollOutcome } from '../../../test/support/atoll.ts';
import { findPorts } from '../../../test/support/free-ports.ts';
import { SmallRingNode } from '../../../test/support/small-ring-node.ts';
import { formatHostPort } from '../../core/network.ts';
import { createOutside } from '../../platform/outside.ts';
import { connect } from '../../ring.ts';

let node: SmallRingNode;
let ring = '';

before(async () => {
  const at = { host: '127.0.0.1', port: await findPorts(1) };
  ring = formatHostPort(at);
  node = new SmallRingNode({ epoch: 1, nodes: [{ id: 'a', at, virtualIds: [7] }] });
  await node.start(createOutside(), at);
});

after(() => node.close());

/** `atoll ls …` against the test's node. */
function ls(...words: readonly string[]): Promise<AtollOutcome> {
  return runAtoll(['ls', ...words, '--ring', ring]);
}

test('what is put is got, and deleted', async () => {
  assert.deepEqual(await ls('put', 'k', 'v'), { exitCode: 0, stdout: '', stderr: '' });
  assert.deepEqual(await ls('get', 'k'), { exitCode: 0, stdout: 'v\n', stderr: '' });
  assert.equal((await ls('del', 'k')).exitCode, 0);
  const gone = { exitCode: 3, stdout: '', stderr: 'atoll: no such key: k\n' };
  assert.deepEqual(await ls('get', 'k'), gone);
  assert.deepEqual(await ls('del', 'k'), gone);
});

test('a list is appended to, printed, also its end, and removed from', async () => {
  for (const item of ['a', 'b', 'c']) assert.equal((await ls('append', 'l', item)).exitCode, 0);
  const again = await ls('append', 'l', 'b');
  assert.deepEqual(
    [again.exitCode, again.stderr],
    [3, 'atoll: the item is in the list already: b\n'],
  );
  assert.equal((await ls('list', 'l')).stdout, 'a\nb\nc\n');
  assert.equal((await ls('list', 'l', '--newest', '2')).stdout, 'b\nc\n');
  assert.equal((await ls('remove', 'l', 'b')).exitCode, 0);
  assert.equal((await ls('remove', 'l', 'b')).exitCode, 3);
  const { stdout } = await ls('list', 'l', '--json');
  assert.deepEqual(JSON.parse(stdout), { key: 'l', items: ['a', 'c'] });
});

test('--repeat says what it cost: from the fifth on the copy answers', async () => {
  await ls('put', 'hot', 'v');
  const { stdout } = await ls('get', 'hot', '--repeat', '10', '--json');
  const last: unknown = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  const { hits, misses, leasesGranted } = (last as { statistics: Record<string, number> })
    .statistics;
  assert.deepEqual({ hits, misses, leasesGranted }, { hits: 6, misses: 4, leasesGranted: 1 });
});

test('--lease reports a revocation and the new value until Ctrl-C', async () => {
  await ls('put', 'held', 'old');
  const holder = new AtollProcess(['ls', 'get', 'held', '--lease', '--ring', ring]);
  await holder.said('stderr', 'holding the lease');
  const writer = await connect({ ring });
  await writer.put('held', 'new');
  await writer.close();
  await holder.said('stdout', 'old\nrevoked\theld\nnew\n');
  holder.child.kill('SIGINT');
  assert.equal((await holder.end()).exitCode, 130);
});

test('a ring that is not there is exit 5, and a wrong use of a key exit 1', async () => {
  const port = await findPorts(1);
  const nobody = await runAtoll(['ls', 'get', 'k', '--ring', `127.0.0.1:${port}`]);
  assert.equal(nobody.exitCode, 5);
  await ls('put', 'value', 'v');
  const wrong = await ls('append', 'value', 'a');
  assert.equal(wrong.exitCode, 1);
  assert.match(wrong.stderr, /^atoll: .*WRONGTYPE/);
  assert.equal((await runAtoll(['ls', 'get', 'k', '--ring', 'nowhere'])).exitCode, 2);
});
