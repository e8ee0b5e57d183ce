import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ChatLog } from './chat.ts';
import { gameLimits } from './game-limits.ts';
import { chatKey, parseKey } from './keys.ts';

const heather = { name: 'heather', writer: 'writer01' };
const robin = { name: 'robin', writer: 'writer02' };
const all = { kind: 'all' } as const;

test('what comes twice is heard once, and what one said oneself not at all', () => {
  const speaker = new ChatLog();
  const listener = new ChatLog();
  const { key, value } = speaker.speak(heather, all, 'chat', 'hello', 1_000);
  assert.equal(speaker.hear(key, value, 1_000), undefined);
  assert.equal(listener.hear(key, value, 1_000)?.text, 'hello');
  assert.equal(listener.hear(key, value, 1_000), undefined);
});

test('two things said in the same millisecond have two keys, in order', () => {
  const log = new ChatLog();
  const first = log.speak(heather, all, 'chat', 'one', 1_000);
  const second = log.speak(heather, all, 'chat', 'two', 1_000);
  assert.ok(first.key < second.key);
});

test('an answer is ordered behind what it answers, also by a clock that is behind', () => {
  const [ahead, behind] = [new ChatLog(), new ChatLog()];
  const question = ahead.speak(heather, all, 'chat', 'who?', 60_000);
  behind.hear(question.key, question.value, 59_000);
  const answer = behind.speak(robin, all, 'chat', 'me', 1_000);
  assert.ok(answer.key > question.key);
});

test('a stamp from the far future is not heard and moves no clock', () => {
  const log = new ChatLog();
  const { value } = new ChatLog().speak(heather, all, 'chat', 'boo', 1);
  const key = chatKey(all, 999_999_999_999_999, 'writer09', 1);
  assert.equal(log.hear(key, value, 1_000), undefined);
  const parsed = parseKey(log.speak(robin, all, 'chat', 'calm', 1_000).key);
  assert.ok(parsed?.kind === 'chat');
  assert.equal(parsed.stampMs, 1_000);
});

test('one does not say on a channel what does not belong there', () => {
  const log = new ChatLog();
  const { value } = new ChatLog().speak(heather, all, 'chat', 'x', 1);
  const key = chatKey({ kind: 'player', name: 'robin' }, 1, 'writer09', 1);
  assert.equal(log.hear(key, value, 1_000), undefined);
});

test('what was forgotten is not heard again', () => {
  const log = new ChatLog();
  const speaker = new ChatLog();
  const count = gameLimits.chatRemembered + 10;
  const said = Array.from({ length: count }, (_, index) =>
    speaker.speak(heather, all, 'chat', `line ${index}`, 1_000 + index),
  );
  for (const { key, value } of said) assert.ok(log.hear(key, value, 10_000) !== undefined);
  for (const { key, value } of said) assert.equal(log.hear(key, value, 10_000), undefined);
});
