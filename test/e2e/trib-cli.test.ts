import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import type { Tribble } from '../../src/tribbler/api-types.ts';
import { AtollProcess, runAtoll, type AtollOutcome } from '../support/atoll.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { password, TribblerHttp } from '../support/tribbler-http.ts';

// `atoll trib`, as people and scripts use it, at an application server over a ring in memory.

describe('atoll trib', () => {
  let server: TribblerHttp;

  before(async () => {
    server = await TribblerHttp.start();
  });

  after(() => server.stop());

  /** Runs commands as somebody whose settings are in a folder of their own. */
  function shellOf(folder: string): (words: string, input?: string) => Promise<AtollOutcome> {
    const environment = { XDG_CONFIG_HOME: folder, ATOLL_PASSWORD: password };
    return (words, input = '') =>
      runAtoll(['trib', ...words.split(' '), '--server', server.url], { environment, input });
  }

  test('signs up, posts, follows, reads, and deletes', async (t) => {
    const [ada, bob] = [shellOf(temporaryFolder(t)), shellOf(temporaryFolder(t))];
    assert.match((await ada('signup ada')).stdout, /^ada is logged in at http/);
    assert.equal((await bob('signup @bob')).exitCode, 0);
    assert.equal((await bob('follow @ada')).stdout, 'you follow @ada\n');
    const posted = await ada('post Hello');
    const id = /ada\/post_\S+/.exec(posted.stdout)?.[0] ?? '';
    assert.match(
      posted.stdout,
      /^@ada {2}\d{4}-\d\d-\d\d \d\d:\d\d {2}ada\/post_\S+\n {2}Hello\n$/,
    );
    assert.equal((await bob('timeline')).stdout, posted.stdout);
    assert.equal((await bob('posts ada')).stdout, posted.stdout);
    assert.equal((await bob('following')).stdout, '@ada\n');
    assert.equal((await bob('followers ada')).stdout, '@bob\n');
    assert.equal((await bob('friends')).stdout, '');
    assert.equal((await bob(`rm ${id}`)).exitCode, 1);
    assert.equal((await ada(`rm ${id}`)).stdout, `${id} is deleted\n`);
    assert.equal((await ada(`rm ${id}`)).exitCode, 3);
    assert.equal((await bob('timeline')).stdout, '');
    assert.equal((await bob('unfollow ada')).exitCode, 0);
    assert.equal((await bob('search a')).stdout, '@ada\n');
  });

  test('posts what it reads, line by line as it is, and prints JSON for programs', async (t) => {
    const cy = shellOf(temporaryFolder(t));
    await cy('signup cy');
    const { stdout } = await cy('post - --json', 'two\nlines\n');
    const tribble = JSON.parse(stdout) as Tribble;
    assert.equal(tribble.text, 'two\nlines');
    assert.deepEqual(JSON.parse((await cy('posts --json')).stdout), tribble);
    assert.deepEqual(JSON.parse((await cy('search cy --json')).stdout), { id: 'cy' });
  });

  test('keeps the token where nobody else can read it, and forgets it at the log-out', async (t) => {
    const folder = temporaryFolder(t);
    const di = shellOf(folder);
    await di('signup di');
    const { mode } = await stat(join(folder, 'atoll', 'trib.json'));
    assert.equal(mode & 0o777, 0o600);
    assert.equal((await di('logout')).exitCode, 0);
    const after_ = await di('timeline');
    assert.equal(after_.exitCode, 2);
    assert.match(after_.stderr, /not logged in at .*: atoll trib login NAME/);
    assert.equal((await di('login di')).exitCode, 0);
  });

  test('says what is wrong, in one line, with an exit code that tells which kind', async (t) => {
    const eve = shellOf(temporaryFolder(t));
    await eve('signup eve');
    const cases: readonly (readonly [string, number, RegExp])[] = [
      ['signup eve', 1, /There is a user eve already.*login NAME/],
      ['signup Eve', 2, /a to z/],
      ['posts nobody', 3, /no user nobody.*search/],
      ['follow nobody', 3, /no user nobody/],
      [`post ${'x'.repeat(301)}`, 2, /at most 300 letters .* this has 301/],
      ['rm something', 2, /Expected an id/],
      ['login eve', 0, /^$/],
    ];
    for (const [words, exitCode, stderr] of cases) {
      const outcome = await eve(words);
      assert.equal(outcome.exitCode, exitCode, `${words}: ${outcome.stderr}`);
      assert.match(outcome.stderr, stderr);
    }
    const environment = { XDG_CONFIG_HOME: temporaryFolder(t), ATOLL_PASSWORD: 'wrong horse' };
    const wrong = await runAtoll(['trib', 'login', 'eve', '--server', server.url], { environment });
    assert.equal(wrong.exitCode, 1);
    assert.match(wrong.stderr, /^atoll: There is no user of this name with this password\.\n$/);
    const nowhere = ['trib', 'search', '--server', 'http://127.0.0.1:1', '--timeout', '2s'];
    const lost = await runAtoll(nowhere, { environment });
    assert.equal(lost.exitCode, 5);
    assert.match(lost.stderr, /cannot reach Tribbler at .*atoll tribbler starts it/);
  });

  test('follows a timeline: what is there, then what comes, until Ctrl-C', async (t) => {
    const folder = temporaryFolder(t);
    await shellOf(folder)('signup fay');
    const gus = await server.join('gus');
    await shellOf(folder)('follow gus');
    await server.post(gus, 'before');
    const words = ['trib', 'timeline', '--follow', '--json', '--server', server.url];
    const atoll = new AtollProcess(words, { environment: { XDG_CONFIG_HOME: folder } });
    await atoll.said('stdout', 'before');
    await server.post(gus, 'after');
    await atoll.said('stdout', 'after');
    atoll.child.kill('SIGINT');
    const { stdout, exitCode } = await atoll.end();
    const texts = stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as Tribble).text);
    assert.deepEqual(texts, ['before', 'after']);
    assert.equal(exitCode, 130);
  });
});
