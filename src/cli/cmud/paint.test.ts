import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';

import { phrase, toned } from '../../cmud/rules/phrase.ts';
import { paint, wantsColor } from './paint.ts';

test('a colour changes nothing in the words', () => {
  const line = phrase`You find ${toned('coins', '3 coins')} and ${toned('plain', 'dust')}.`;
  assert.equal(paint(line, false), 'You find 3 coins and dust.');
  const colored = paint(line, true);
  assert.notEqual(colored, paint(line, false));
  assert.equal(stripVTControlCharacters(colored), 'You find 3 coins and dust.');
});

test('NO_COLOR, FORCE_COLOR and a dumb terminal are honoured', () => {
  assert.equal(wantsColor({ TERM: 'xterm' }, true), true);
  assert.equal(wantsColor({ TERM: 'xterm' }, false), false);
  assert.equal(wantsColor({ TERM: 'dumb' }, true), false);
  assert.equal(wantsColor({ NO_COLOR: '1', FORCE_COLOR: '1' }, true), false);
  assert.equal(wantsColor({ NO_COLOR: '' }, true), true);
  assert.equal(wantsColor({ FORCE_COLOR: '1' }, false), true);
  assert.equal(wantsColor({ FORCE_COLOR: '0' }, true), false);
});
