import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asPrefix, nameFault, passwordFault } from './names.ts';

test('a name that cannot be is told what is wrong with it', () => {
  assert.equal(nameFault('heather_2'), undefined);
  assert.match(nameFault('') ?? '', /Choose/);
  assert.match(nameFault('Heather') ?? '', /Small letters/);
  assert.match(nameFault('x'.repeat(31)) ?? '', /30/);
  assert.match(nameFault('a:b') ?? '', /Only/);
});

test('a password has 8 to 200 characters', () => {
  assert.equal(passwordFault('x'.repeat(8)), undefined);
  assert.equal(passwordFault('x'.repeat(200)), undefined);
  assert.match(passwordFault('x'.repeat(7)) ?? '', /At least 8/);
  assert.match(passwordFault('x'.repeat(201)) ?? '', /At most 200/);
});

test('what is typed to find somebody may be written as names are', () => {
  assert.equal(asPrefix(' @Hea '), 'hea');
});
