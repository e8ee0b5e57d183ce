import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { gameLimits } from './game-limits.ts';
import { mapCounts } from './hardware.ts';
import {
  decodeAward,
  decodeDamage,
  decodeLedger,
  decodeMessage,
  decodePlace,
  decodePresence,
  decodeSolved,
  encodeDamage,
  encodeLedger,
  encodeMessage,
} from './values.ts';

const total = fc.integer({ min: 0, max: gameLimits.totalMax });
const counts = fc.tuple(total, total, total, total, total).map((all) => {
  const left = [...all];
  return mapCounts(() => left.pop() ?? 0);
});
const decoders = [
  decodeLedger,
  decodeDamage,
  decodeAward,
  decodeSolved,
  decodePlace,
  decodePresence,
  decodeMessage,
];

test('a ledger is read back as it was written', () => {
  fc.assert(
    fc.property(total, total, counts, counts, (earned, spent, bought, broken) => {
      const ledger = { earned, spent, bought, broken };
      assert.deepEqual(decodeLedger(encodeLedger(ledger)), ledger);
    }),
  );
});

test('damage and messages are read back as they were written', () => {
  const damage = { steps: 12, hits: 3, lastMs: 1_767_225_600_000 };
  assert.deepEqual(decodeDamage(encodeDamage(damage)), damage);
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 100 }), (text) => {
      fc.pre(text.trim() !== '');
      const message = { from: 'heather', manner: 'say' as const, text };
      assert.deepEqual(decodeMessage(encodeMessage(message)), message);
    }),
  );
});

test('a value that is malformed, of another version or absurd is not believed', () => {
  const fields = ['earned', 'spent', 'bought', 'broken'];
  const right = { v: 1, earned: 1, spent: 0, bought: {}, broken: {} };
  assert.ok(decodeLedger(JSON.stringify(right)) !== undefined);
  for (const field of fields) {
    for (const wrong of [-1, 0.5, 1e300, '1', null, [], true, gameLimits.totalMax + 1]) {
      const text = JSON.stringify({ ...right, [field]: wrong });
      assert.equal(decodeLedger(text), undefined, text);
    }
  }
  assert.equal(decodeLedger(JSON.stringify({ ...right, v: 2 })), undefined);
  assert.equal(decodeLedger(JSON.stringify({ ...right, bought: { cpu: -1 } })), undefined);
  assert.equal(decodeLedger(`{"v":1,"earned":NaN}`), undefined);
  assert.equal(
    decodeLedger(`${' '.repeat(gameLimits.valueCharsMax)}${JSON.stringify(right)}`),
    undefined,
  );
});

test('a type of hardware that is not known yet does no harm', () => {
  const text = '{"v":1,"earned":1,"spent":0,"bought":{"warp":3,"__proto__":{"cpu":9}},"broken":{}}';
  assert.equal(decodeLedger(text)?.bought.cpu, 0);
});

test('who took the last step is a name, or the value is nothing', () => {
  assert.deepEqual(decodeSolved('{"v":1,"by":"heather","at":5}'), { by: 'heather', atMs: 5 });
  for (const by of ['', 'A', 'a/b', '\u001b[2J', '__proto__']) {
    assert.equal(decodeSolved(JSON.stringify({ v: 1, by, at: 5 })), undefined);
  }
});

test('a message that is too long or only blanks is none', () => {
  const of = (text: string): string => encodeMessage({ from: 'heather', manner: 'say', text });
  assert.equal(decodeMessage(of(' \n\t')), undefined);
  assert.equal(decodeMessage(of('x'.repeat(gameLimits.messageCharsMax + 1))), undefined);
  // Also the longest text of the worst letters has room in a value.
  assert.ok(decodeMessage(of('\u0001'.repeat(gameLimits.messageCharsMax))) !== undefined);
});

test('no value at all breaks the reading of values', () => {
  fc.assert(
    fc.property(fc.string(), fc.jsonValue(), (text, value) => {
      for (const decode of decoders) {
        decode(text);
        decode(JSON.stringify(value));
        decode(JSON.stringify(Object.assign({ v: 1 }, value)));
      }
    }),
  );
});
