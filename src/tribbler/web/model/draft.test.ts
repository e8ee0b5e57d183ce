import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeDraft } from './draft.ts';

test('an emoji of a family is one letter', () => {
  const verdict = judgeDraft('👨‍👩‍👧‍👦');
  assert.equal(verdict.left, 299);
  assert.equal(verdict.words, '299 of 300 letters left');
});

test('300 letters are good and 301 are not', () => {
  assert.equal(judgeDraft('é'.repeat(300)).kind, 'good');
  const verdict = judgeDraft('é'.repeat(301));
  assert.equal(verdict.kind, 'too-long');
  assert.equal(verdict.words, '1 letter too many');
});

test('few letters of many bytes are too long as well', () => {
  const verdict = judgeDraft('👨‍👩‍👧‍👦'.repeat(121));
  assert.equal(verdict.kind, 'too-long');
  assert.equal(verdict.words, '25 bytes too many');
});

test('white space is nothing to post', () => {
  assert.equal(judgeDraft(' \n\t').kind, 'empty');
});

test('what is not text is told apart', () => {
  assert.equal(judgeDraft('\u0000').kind, 'not-text');
});
