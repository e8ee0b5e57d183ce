import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomBelow } from '../../core/random.ts';
import { SimRandom } from '../sim-random.ts';
import { ListModel, type ListCall } from './list-model.ts';

test('equal lists have equal states, others have others, and all can be undone', () => {
  const random = new SimRandom(5);
  const model = new ListModel();
  let items: string[] = [];
  const stateByItems = new Map<string, string>();
  for (let step = 0; step < 5_000; step += 1) {
    const item = `${randomBelow(random, 6)}`;
    const call: ListCall = random.chance(0.5)
      ? { kind: 'append', item, done: !items.includes(item) }
      : { kind: 'remove', item, done: items.includes(item) };
    const before = model.state;
    const undo = model.apply(call, true);
    assert.ok(undo !== undefined);
    if (random.chance(0.3)) {
      undo();
      assert.equal(model.state, before);
      continue;
    }
    if (call.done) {
      items = call.kind === 'append' ? [...items, item] : items.filter((other) => other !== item);
    }
    const name = items.join();
    assert.equal(model.state, stateByItems.get(name) ?? model.state);
    stateByItems.set(name, model.state);
  }
  assert.equal(new Set(stateByItems.values()).size, stateByItems.size);
});
