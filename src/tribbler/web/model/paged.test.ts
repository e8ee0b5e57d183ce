import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unloaded, withFirstPage, withNextPage, withProblem } from './paged.ts';

test('who is missing from a page is missing from the list', () => {
  const partial = (...missing: readonly string[]) => ({ missing, detail: '' });
  const first = withFirstPage({ items: [{ id: 'a' }], next: '2', partial: partial('robin') });
  const both = withNextPage(first, { items: [{ id: 'b' }], partial: partial('moss', 'robin') });
  assert.deepEqual(both.missing, ['robin', 'moss']);
});

test('a list whose first page fails has failed; a page that comes takes the problem away', () => {
  const problem = { code: 'lost', title: '', detail: '' };
  assert.equal(withProblem(unloaded, problem).status, 'failed');
  const later = withProblem(withFirstPage({ items: [{ id: 'a' }], next: '2' }), problem);
  assert.equal(later.status, 'ready');
  assert.equal(withNextPage(later, { items: [] }).problem, undefined);
});
