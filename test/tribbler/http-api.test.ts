import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';

import type { Page, ProblemDetails, Tribble, UserName } from '../../src/tribbler/api-types.ts';
import { MemoryRing } from '../../src/ring/libstore/memory-libstore.ts';
import { withCopies } from '../support/copying-store.ts';
import { password, TribblerHttp, type Answer } from '../support/tribbler-http.ts';

// docs/reference/http-api.md, over real HTTP.

function assertProblem(answer: Answer, status: number, code: string): void {
  const problem = answer.json as ProblemDetails;
  assert.equal(problem.code, code, answer.text);
  assert.equal(answer.status, status);
  assert.equal(problem.status, status);
  assert.equal(problem.type, `urn:atoll:problem:${code}`);
  assert.equal(answer.headers.get('content-type'), 'application/problem+json');
}

describe('the API', () => {
  let server: TribblerHttp;
  let heather: string;
  let robin: string;

  before(async () => {
    server = await TribblerHttp.start();
    [heather, robin] = [await server.join('heather'), await server.join('robin')];
  });

  after(() => server.stop());

  test('makes a user, and says where it is', async () => {
    const answer = await server.ask('/v1/users', {
      method: 'POST',
      body: { id: 'wren', password },
    });
    assert.equal(answer.status, 201);
    assert.equal(answer.headers.get('location'), '/v1/users/wren');
    const { created, ...others } = answer.json as { created: string };
    assert.deepEqual(others, { id: 'wren' });
    assert.equal(new Date(created).toISOString(), created);
  });

  test('refuses names that are taken or none, and passwords that are none', async () => {
    const signUp = (body: unknown): Promise<Answer> =>
      server.ask('/v1/users', { method: 'POST', body });
    assertProblem(await signUp({ id: 'heather', password }), 409, 'user-exists');
    assertProblem(await signUp({ id: 'Heather', password }), 422, 'invalid-name');
    assertProblem(await signUp({ id: 'a:b', password }), 422, 'invalid-name');
    assertProblem(await signUp({ id: 'finch', password: 'short' }), 422, 'invalid-password');
    const long = await signUp({ id: 'finch', password: 'x'.repeat(201) });
    assertProblem(long, 422, 'invalid-password');
    assertProblem(await signUp({ id: 'finch', password, admin: true }), 400, 'invalid-request');
    assertProblem(await signUp({ id: 'finch' }), 400, 'invalid-request');
  });

  test('logs in with the password and with no other, and out for good', async () => {
    const logIn = (body: unknown): Promise<Answer> =>
      server.ask('/v1/sessions', { method: 'POST', body });
    assertProblem(await logIn({ user: 'heather', password: 'wrong horse' }), 401, 'wrong-password');
    assertProblem(await logIn({ user: 'nobody', password }), 401, 'wrong-password');
    const token = await server.logIn('heather');
    assert.equal((await server.ask('/v1/me', { token })).status, 200);
    assert.equal((await server.ask('/v1/sessions', { method: 'DELETE', token })).status, 204);
    assertProblem(await server.ask('/v1/me', { token }), 401, 'not-logged-in');
  });

  test('gives browsers the session in a cookie that no script and no other site has', async () => {
    const answer = await server.ask('/v1/sessions', {
      method: 'POST',
      body: { user: 'heather', password, cookie: true },
    });
    assert.equal('token' in (answer.json as object), false);
    const set = answer.headers.get('set-cookie') ?? '';
    assert.match(set, /^atoll-session=\S+; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Lax$/);
    const [cookie = ''] = set.split(';');
    assert.equal((await server.ask('/v1/me', { headers: { cookie } })).status, 200);
  });

  test('takes changes by cookie only from its own page', async () => {
    const answer = await server.ask('/v1/sessions', {
      method: 'POST',
      body: { user: 'heather', password, cookie: true },
    });
    const [cookie = ''] = (answer.headers.get('set-cookie') ?? '').split(';');
    const post = (headers: Record<string, string>): Promise<Answer> =>
      server.ask('/v1/posts', {
        method: 'POST',
        body: { text: 'x' },
        headers: { cookie, ...headers },
      });
    assertProblem(await post({ origin: 'https://evil.example' }), 403, 'cross-site');
    assertProblem(await post({ origin: 'null' }), 403, 'cross-site');
    assertProblem(await post({}), 403, 'cross-site');
    assert.equal((await post({ origin: server.url })).status, 201);
    const forged = await server.ask('/v1/sessions', {
      method: 'POST',
      body: { user: 'robin', password, cookie: true },
      headers: { origin: 'https://evil.example' },
    });
    assertProblem(forged, 403, 'cross-site');
  });

  test('asks for a session where one is needed', async () => {
    for (const [method, path] of [
      ['GET', '/v1/me'],
      ['GET', '/v1/me/timeline'],
      ['GET', '/v1/me/stream'],
      ['DELETE', '/v1/sessions'],
      ['PUT', '/v1/me/subscriptions/robin'],
      ['DELETE', '/v1/posts/heather/post_066129efc36b78_87d1e10a'],
    ] as const) {
      assertProblem(await server.ask(path, { method }), 401, 'not-logged-in');
      const token = 'A'.repeat(43);
      assertProblem(await server.ask(path, { method, token }), 401, 'not-logged-in');
    }
  });

  test('posts, gives and deletes a Tribble', async () => {
    const posted = await server.ask('/v1/posts', {
      method: 'POST',
      token: heather,
      body: { text: 'one\r\ntwo <b>bold</b>' },
    });
    assert.equal(posted.status, 201);
    const tribble = posted.json as Tribble;
    assert.equal(tribble.text, 'one\ntwo <b>bold</b>');
    assert.equal(tribble.id, `heather/${tribble.key}`);
    const path = `/v1/posts/${tribble.id}`;
    assert.equal(posted.headers.get('location'), path);
    assert.deepEqual((await server.ask(path)).json, tribble);
    assertProblem(await server.ask(path, { method: 'DELETE', token: robin }), 403, 'not-yours');
    assert.equal((await server.ask(path, { method: 'DELETE', token: heather })).status, 204);
    assertProblem(await server.ask(path), 404, 'no-such-post');
    const again = await server.ask(path, { method: 'DELETE', token: heather });
    assertProblem(again, 404, 'no-such-post');
    assertProblem(await server.ask('/v1/posts/heather/usrid'), 404, 'no-such-post');
  });

  test('takes 300 graphemes and 3,000 bytes, and no more', async () => {
    const post = (text: unknown): Promise<Answer> =>
      server.ask('/v1/posts', { method: 'POST', token: heather, body: { text } });
    const family = '👨‍👩‍👧‍👦';
    assert.equal((await post('é'.repeat(300))).status, 201);
    assert.equal((await post(family.repeat(120))).status, 201);
    assertProblem(await post('x'.repeat(301)), 422, 'too-long');
    assertProblem(await post(family.repeat(121)), 422, 'too-long');
    assertProblem(await post(' \n\t'), 422, 'empty');
    assertProblem(await post('bell \u0007'), 400, 'invalid-request');
    assertProblem(await post('half \ud800'), 400, 'invalid-request');
    assertProblem(await post(7), 400, 'invalid-request');
  });

  test('refuses bodies that are no JSON, of another kind, or too large', async () => {
    const post = (body: string, type = 'application/json'): Promise<Answer> =>
      server.ask('/v1/posts', {
        method: 'POST',
        token: heather,
        body,
        headers: { 'content-type': type },
      });
    assertProblem(await post('{'), 400, 'invalid-request');
    assertProblem(await post('text=x', 'application/x-www-form-urlencoded'), 415, 'not-json');
    assertProblem(await post('"'.padEnd(20_000, 'x')), 413, 'body-too-large');
    const request: RequestInit & { duplex: 'half' } = {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${heather}` },
      body: new Blob(['{"text":"', 'x'.repeat(20_000), '"}']).stream(),
      duplex: 'half',
    };
    const chunked = await fetch(`${server.url}/v1/posts`, request);
    assert.equal(chunked.status, 413);
  });

  test('follows, unfollows, and lists who follows whom', async () => {
    const finch = await server.join('finch');
    const path = '/v1/me/subscriptions/heather';
    for (const method of ['PUT', 'PUT', 'DELETE', 'DELETE', 'PUT']) {
      assert.equal((await server.ask(path, { method, token: finch })).status, 204);
    }
    const namesAt = async (where: string): Promise<readonly string[]> =>
      ((await server.ask(where)).json as Page<UserName>).items.map(({ id }) => id);
    assert.deepEqual(await namesAt('/v1/users/finch/subscriptions'), ['heather']);
    assert.ok((await namesAt('/v1/users/heather/followers')).includes('finch'));
    assert.deepEqual(await namesAt('/v1/users/finch/friends'), []);
    await server.follow(heather, 'finch');
    assert.deepEqual(await namesAt('/v1/users/finch/friends'), ['heather']);
    const profile = await server.ask('/v1/users/heather', { token: finch });
    const viewer = { follows: true, followedBy: true, friend: true };
    assert.deepEqual((profile.json as { viewer: unknown }).viewer, viewer);
    const unknown = await server.ask('/v1/me/subscriptions/nobody', {
      method: 'PUT',
      token: finch,
    });
    assertProblem(unknown, 404, 'no-such-target-user');
    for (const list of ['subscriptions', 'followers', 'friends', 'posts']) {
      assertProblem(await server.ask(`/v1/users/nobody/${list}`), 404, 'no-such-user');
    }
    assertProblem(await server.ask('/v1/users/nobody'), 404, 'no-such-user');
  });

  test('makes a post with an Idempotency-Key once', async () => {
    const post = (text: string, key: string): Promise<Answer> =>
      server.ask('/v1/posts', {
        method: 'POST',
        token: robin,
        body: { text },
        headers: { 'idempotency-key': key },
      });
    const [first, second] = [await post('once', 'k-1'), await post('once', 'k-1')];
    assert.deepEqual(second.json, first.json);
    assertProblem(await post('twice', 'k-1'), 422, 'idempotency-key-reused');
    assertProblem(await post('once', 'a key:'), 400, 'invalid-request');
  });

  test('gives timelines in pages that go on', async () => {
    const reader = await server.join('reader');
    const writer = await server.join('writer');
    await server.follow(reader, 'writer');
    for (let number = 0; number < 25; number += 1) await server.post(writer, String(number));
    const seen: string[] = [];
    let cursor = '';
    do {
      const path = `/v1/me/timeline?limit=10${cursor}`;
      const page = (await server.ask(path, { token: reader })).json as Page<Tribble>;
      assert.ok(page.items.length <= 10);
      seen.push(...page.items.map(({ text }) => text));
      cursor = page.next === undefined ? '' : `&cursor=${page.next}`;
    } while (cursor !== '');
    assert.deepEqual(
      seen,
      Array.from({ length: 25 }, (_, number) => String(24 - number)),
    );
    const bad = await server.ask('/v1/me/timeline?cursor=x', { token: reader });
    assertProblem(bad, 400, 'invalid-cursor');
    for (const limit of ['0', '101', 'x', '-1']) {
      const answer = await server.ask(`/v1/users/writer/posts?limit=${limit}`);
      assertProblem(answer, 400, 'invalid-request');
    }
  });

  test('has one’s own Tribbles in the timeline only if they are asked for', async () => {
    const alone = await server.join('alone');
    await server.post(alone, 'hello?');
    const textsAt = async (path: string): Promise<readonly string[]> =>
      ((await server.ask(path, { token: alone })).json as Page<Tribble>).items.map(
        ({ text }) => text,
      );
    assert.deepEqual(await textsAt('/v1/me/timeline'), []);
    assert.deepEqual(await textsAt('/v1/me/timeline?own=true'), ['hello?']);
  });

  test('finds users by the beginning of their names, in pages', async () => {
    const names = Array.from({ length: 30 }, (_, number) => `search_${number}`);
    for (const name of [...names, 'searching', 'sea']) {
      await server.api.parts.service.users.create(name, { created: '', passwordHash: '' });
    }
    for (const prefix of ['search_', 's', 'sear', 'search_1', 'sea']) {
      const found: string[] = [];
      let cursor = '';
      do {
        const path = `/v1/users?prefix=${prefix}&limit=7${cursor}`;
        const page = (await server.ask(path)).json as Page<UserName>;
        found.push(...page.items.map(({ id }) => id));
        cursor = page.next === undefined ? '' : `&cursor=${page.next}`;
      } while (cursor !== '');
      const expected = [...names, 'searching', 'sea'].filter((name) => name.startsWith(prefix));
      assert.deepEqual(found, expected.toReversed(), prefix);
    }
    assertProblem(await server.ask('/v1/users?prefix=A'), 422, 'invalid-name');
    assertProblem(await server.ask('/v1/users?cursor=;'), 400, 'invalid-cursor');
  });

  test('says of each path and method that is not there that it is not', async () => {
    assertProblem(await server.ask('/v1/nothing'), 404, 'no-such-page');
    const patched = await server.ask('/v1/users/heather', { method: 'PATCH' });
    assertProblem(patched, 405, 'no-such-method');
    assert.equal(patched.headers.get('allow'), 'GET');
    assertProblem(await server.ask('/assets/nothing.js'), 404, 'no-such-page');
  });

  test('answers HEAD as GET, without the body, and opens no stream for it', async () => {
    const [whole, head] = [
      await server.ask('/v1/users/robin'),
      await server.ask('/v1/users/robin', { method: 'HEAD' }),
    ];
    assert.equal(head.status, 200);
    assert.equal(head.text, '');
    const length = String(Buffer.byteLength(whole.text));
    assert.equal(head.headers.get('content-length'), length);
    const stream = await server.ask('/v1/me/stream', { method: 'HEAD', token: robin });
    assert.equal(stream.headers.get('content-type'), 'text/event-stream');
    assert.equal(server.api.parts.streams.countOf('robin'), 0);
  });

  test('understands requests that name the server in their first line', async () => {
    const lines = [`GET ${server.url}/healthz HTTP/1.1`, 'host: localhost', 'connection: close'];
    const socket = connect({ port: Number(new URL(server.url).port), host: '127.0.0.1' });
    socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    let text = '';
    for await (const piece of socket.setEncoding('latin1') as AsyncIterable<string>) text += piece;
    assert.match(text, /^HTTP\/1.1 200 OK\r\n/);
    assert.ok(text.endsWith('{"status":"ok"}'));
  });

  test('describes itself as OpenAPI 3.1, every call of it', async () => {
    const document = (await server.ask('/openapi.json')).json as {
      openapi: string;
      paths: Record<string, Record<string, unknown>>;
    };
    assert.equal(document.openapi, '3.1.0');
    const calls = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    assert.deepEqual(calls.toSorted(), [
      'DELETE /v1/me/subscriptions/{id}',
      'DELETE /v1/posts/{user}/{key}',
      'DELETE /v1/sessions',
      'GET /v1/me',
      'GET /v1/me/stream',
      'GET /v1/me/timeline',
      'GET /v1/posts/{user}/{key}',
      'GET /v1/users',
      'GET /v1/users/{id}',
      'GET /v1/users/{id}/followers',
      'GET /v1/users/{id}/friends',
      'GET /v1/users/{id}/posts',
      'GET /v1/users/{id}/subscriptions',
      'POST /v1/posts',
      'POST /v1/sessions',
      'POST /v1/users',
      'PUT /v1/me/subscriptions/{id}',
    ]);
  });

  test('forbids browsers to run what is not its own, with every answer', async () => {
    for (const path of ['/v1/users/heather', '/v1/nothing', '/openapi.json', '/v1/me']) {
      const { headers } = await server.ask(path);
      assert.match(headers.get('content-security-policy') ?? '', /^default-src 'self'/, path);
      assert.equal(headers.get('x-content-type-options'), 'nosniff');
    }
  });
});

test('log-ins to one name are limited, right ones are not counted', async () => {
  const server = await TribblerHttp.start();
  try {
    await server.join('heather');
    const logIn = (word: string): Promise<Answer> =>
      server.ask('/v1/sessions', { method: 'POST', body: { user: 'heather', password: word } });
    for (let time = 0; time < 5; time += 1) assert.equal((await logIn(password)).status, 201);
    const statuses: number[] = [];
    for (let time = 0; time < 11; time += 1) statuses.push((await logIn('wrong horse')).status);
    assert.deepEqual(statuses, [...Array.from({ length: 10 }, () => 401), 429]);
    const limited = await logIn(password);
    assertProblem(limited, 429, 'too-many-requests');
    assert.ok(Number(limited.headers.get('retry-after')) >= 1);
  } finally {
    await server.stop();
  }
});

test('over TLS, by what the proxy says, cookies are for TLS alone', async () => {
  const server = await TribblerHttp.start({ isBehindProxy: true });
  try {
    await server.join('heather');
    const answer = await server.ask('/v1/sessions', {
      method: 'POST',
      body: { user: 'heather', password, cookie: true },
      headers: { 'x-forwarded-proto': 'https', 'x-forwarded-for': '10.0.0.9' },
    });
    assert.match(answer.headers.get('set-cookie') ?? '', /^__Host-atoll-session=.*; Secure$/);
  } finally {
    await server.stop();
  }
});

test('files of the page are asked for again, those with a hash in the name are kept', async () => {
  const bytes = new TextEncoder().encode('<!doctype html>');
  const files = new Map([
    ['/index.html', { bytes, mediaType: 'text/html', etag: '"abc"', isImmutable: false }],
    ['/assets/a-1.js', { bytes, mediaType: 'text/javascript', etag: '"def"', isImmutable: true }],
  ]);
  const server = await TribblerHttp.start({ files });
  try {
    for (const path of ['/', '/@heather', '/@heather/post_066129efc36b78_87d1e10a', '/search']) {
      const page = await server.ask(path);
      assert.equal(page.text, '<!doctype html>', path);
      assert.equal(page.headers.get('cache-control'), 'no-cache');
      assert.match(page.headers.get('content-security-policy') ?? '', /^default-src 'self'/);
      const again = await server.ask(path, { headers: { 'if-none-match': '"abc"' } });
      assert.equal(again.status, 304);
    }
    const asset = await server.ask('/assets/a-1.js');
    assert.match(asset.headers.get('cache-control') ?? '', /immutable/);
    assertProblem(await server.ask('/assets/../../package.json'), 404, 'no-such-page');
  } finally {
    await server.stop();
  }
});

test('an answer that is read late is as it was made, whatever was posted meanwhile', async () => {
  const server = await TribblerHttp.start({ store: withCopies(new MemoryRing().open()) });
  try {
    const reader = await server.join('reader');
    await server.join('writer');
    await server.follow(reader, 'writer');
    const post = (text: string): Promise<unknown> =>
      server.api.parts.service.posts.post('writer', text.padEnd(3_000, '.'));
    for (let number = 0; number < 100; number += 1) await post(`${number}`);
    const socket = connect({ port: Number(new URL(server.url).port), host: '127.0.0.1' });
    // More than the network takes in before anybody reads.
    const times = 30;
    for (let time = 0; time < times; time += 1) {
      const head = `host: localhost\r\nauthorization: Bearer ${reader}`;
      socket.write(`GET /v1/me/timeline HTTP/1.1\r\n${head}\r\n\r\n`);
      await post(`${100 + time}`);
      await server.ask('/v1/me/timeline', { token: reader });
    }
    let text = '';
    for await (const piece of socket.setEncoding('latin1') as AsyncIterable<string>) {
      text += piece;
      if (text.endsWith('}') && text.split('HTTP/1.1 200 OK').length > times) break;
    }
    const answers = text.split('HTTP/1.1 200 OK').slice(1);
    assert.equal(answers.length, times);
    for (const answer of answers) {
      const { items } = JSON.parse(answer.slice(answer.indexOf('{'))) as Page<Tribble>;
      const numbers = items.map((item) => Number.parseInt(item.text, 10));
      const newest = numbers[0] ?? 0;
      assert.deepEqual(
        numbers,
        Array.from({ length: 100 }, (_, place) => newest - place),
      );
    }
  } finally {
    await server.stop();
  }
});
