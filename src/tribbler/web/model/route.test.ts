import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRoute, profileAddress, tribbleAddress } from './route.ts';

const key = 'post_00064482f3a1b2_5e1f90c3';

test('an address leads to the page that it was made for', () => {
  const read = (address: string): unknown => parseRoute(address, '');
  assert.deepEqual(read('/'), { kind: 'home' });
  assert.deepEqual(read(profileAddress('robin')), { kind: 'profile', user: 'robin', tab: 'posts' });
  assert.deepEqual(read(profileAddress('robin', 'friends')), {
    kind: 'profile',
    user: 'robin',
    tab: 'friends',
  });
  assert.deepEqual(read(tribbleAddress({ user: 'robin', key })), {
    kind: 'tribble',
    user: 'robin',
    key,
  });
  assert.deepEqual(parseRoute('/search', '?q=he'), { kind: 'search', query: 'he' });
});

test('what is no address of ours leads nowhere', () => {
  const addresses = [
    '/robin',
    '/@Robin',
    '/@',
    '/@robin/posts',
    `/@robin/${key}/more`,
    '/@robin//',
  ];
  for (const address of [...addresses, '/@robin/post_1_2', '//evil.example', '/login/x']) {
    assert.deepEqual(parseRoute(address, ''), { kind: 'nowhere' }, address);
  }
});
