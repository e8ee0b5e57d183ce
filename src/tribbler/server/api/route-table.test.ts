import assert from 'node:assert/strict';
import { test } from 'node:test';

import { RouteTable } from './route-table.ts';

function table(): RouteTable<string> {
  const routes = new RouteTable<string>();
  routes.add('GET', '/users', 'list');
  routes.add('POST', '/users', 'make');
  routes.add('GET', '/users/{id}', 'one');
  routes.add('GET', '/users/{id}/posts/{key}', 'post');
  routes.add('GET', '/users/me', 'self');
  return routes;
}

test('a path has its routes by their methods', () => {
  const place = table().find('/users');
  assert.deepEqual(
    [...(place?.routes ?? [])],
    [
      ['GET', 'list'],
      ['POST', 'make'],
    ],
  );
});

test('words in braces are given by their names, decoded', () => {
  const place = table().find('/users/heather/posts/a%2Fb');
  assert.equal(place?.routes.get('GET'), 'post');
  assert.deepEqual(place?.params, { id: 'heather', key: 'a/b' });
  assert.deepEqual(table().find('/users/%zz')?.params, { id: '%zz' });
});

test('a word that is written is taken before one that could be anything', () => {
  assert.equal(table().find('/users/me')?.routes.get('GET'), 'self');
});

test('beginnings of paths, longer ones and empty words are not there', () => {
  for (const path of [
    '/',
    '/users/',
    '/users/x/posts',
    '/users/x/posts/',
    '/users/x/y',
    '//users',
  ]) {
    assert.equal(table().find(path), undefined, path);
  }
});
