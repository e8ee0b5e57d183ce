import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faceColours, faceOf } from './face.ts';

const names = Array.from({ length: 500 }, (_, index) => `user_${index}`);

test('a name always has the same face', () => {
  assert.deepEqual(faceOf('heather'), faceOf('heather'));
});

test('different names have different faces, of all colours', () => {
  const faces = names.map(faceOf);
  assert.equal(new Set(faces.map(({ fur }) => fur)).size, names.length);
  assert.equal(new Set(faces.map(({ colour }) => colour)).size, faceColours.length);
});

test('eyes stay within the face', () => {
  for (const { x, y, radius } of names.flatMap((name) => faceOf(name).eyes)) {
    assert.ok(x - radius > 10 && x + radius < 90 && y - radius > 20 && y + radius < 75);
  }
});
