import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SpareBuffers } from './spare-buffers.ts';

/** Posts a piece from one side to the other, with what goes back along with it. */
function post(source: SpareBuffers, target: SpareBuffers, byteCount: number): ArrayBuffer {
  const buffer = source.take(byteCount);
  assert.ok(buffer.byteLength >= byteCount);
  const along = source.takeSurplus();
  for (const came of [buffer, ...along]) target.give(came);
  return buffer;
}

test('no buffer is made when each side has had its share, whatever goes each way', () => {
  const [one, other] = [new SpareBuffers(), new SpareBuffers()];
  const seen = new Set<ArrayBuffer>();
  const round = (): void => {
    for (let count = 0; count < 5; count += 1) seen.add(post(one, other, 100_000));
    seen.add(post(other, one, 10));
  };
  round();
  const made = seen.size;
  for (let count = 0; count < 20; count += 1) round();
  assert.equal(seen.size, made);
});

test('who mostly posts keeps what comes back', () => {
  const [one, other] = [new SpareBuffers(), new SpareBuffers()];
  for (let count = 0; count < 5; count += 1) post(one, other, 100_000);
  post(other, one, 10);
  one.take(10);
  assert.deepEqual(one.takeSurplus(), []);
});

test('what a burst needed is not kept for ever', () => {
  const spares = new SpareBuffers();
  for (let count = 0; count < 64; count += 1) spares.give(new ArrayBuffer(1_048_576));
  assert.equal(spares.takeSurplus().length, 4);
});

test('what is too small for a piece stays for a smaller one', () => {
  const spares = new SpareBuffers();
  const small = new ArrayBuffer(4_096);
  spares.give(small);
  assert.equal(spares.take(5_000).byteLength, 8_192);
  assert.equal(spares.take(4_000), small);
});
