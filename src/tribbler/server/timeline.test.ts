import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { valueOf } from '../../../test/support/tribbler-world.ts';
import { withCopies } from '../../../test/support/copying-store.ts';
import { MemoryRing } from '../../ring/libstore/memory-libstore.ts';
import { makePostKey } from '../post-key.ts';
import { joinBytes } from './joined-bytes.ts';
import { keys } from './keys.ts';
import { Timeline, type TribblePage } from './timeline.ts';
import { TribbleReader } from './tribble-reader.ts';

const users = ['ada', 'bob', 'cy'];

function textOf({ tribbles, joined, ...rest }: TribblePage): string {
  const lent = joined?.join('[', tribbles, ']');
  const bytes = lent?.bytes ?? joinBytes('[', tribbles, ']');
  lent?.giveBack();
  return `${new TextDecoder().decode(bytes)} ${JSON.stringify(rest)}`;
}

/** Who posts, how many, and by how much the clock of the server was late; or deletes which of the newest. */
const step = fc.record({
  user: fc.nat(users.length - 1),
  posts: fc.oneof(fc.nat(3), fc.nat(130)),
  lateUs: fc.oneof(fc.constant(0), fc.nat(400)),
  deleted: fc.option(fc.nat(120), { nil: undefined }),
  limit: fc.constantFrom(100, 100, 100, 7),
});

test('a page that was kept and renewed is the one that is made anew', async () => {
  const renew = fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
    const ring = new MemoryRing();
    const store = withCopies(ring.open());
    const reader = new TribbleReader(store);
    const timeline = new Timeline(store, reader);
    const followed = Object.freeze([...users]);
    for (const user of users) await store.put(keys.user(user), '{}');
    let nowUs = 1_000_000;
    for (const { user: index, posts, lateUs, deleted, limit } of steps) {
      const user = users[index] ?? '';
      for (let count = 0; count < posts; count += 1) {
        nowUs += 10;
        const key = makePostKey(nowUs - lateUs + count, '00000000');
        await store.put(keys.post({ user, key }), `"${user} ${key}"`);
        await store.appendToList(keys.posts(user), key);
      }
      const list = (await store.getList(keys.posts(user))) ?? [];
      const gone = deleted === undefined ? undefined : list.at(-1 - deleted);
      if (gone !== undefined) {
        await store.removeFromList(keys.posts(user), gone);
        await store.delete(keys.post({ user, key: gone }));
      }
      const options = { limit, after: undefined };
      const others = ring.open();
      const anew = new Timeline(others, new TribbleReader(others));
      assert.equal(
        textOf(await timeline.ofUsers(followed, options)),
        textOf(await anew.ofUsers(users, options)),
      );
      const [kept, made] = [await timeline.ofUser(user, options), await anew.ofUser(user, options)];
      assert.equal(textOf(valueOf<TribblePage>(kept)), textOf(valueOf<TribblePage>(made)));
    }
  });
  await fc.assert(renew, { numRuns: 150 });
});

test('a page that needs nothing of the ring is no promise', async () => {
  const store = withCopies(new MemoryRing().open());
  const timeline = new Timeline(store, new TribbleReader(store));
  const options = { limit: 100, after: undefined };
  for (const user of users) await store.put(keys.user(user), '{}');
  await store.appendToList(keys.subscriptions('ada'), 'bob');
  for (let round = 0; round < 3; round += 1) {
    await timeline.ofUser('bob', options);
    await timeline.bySubscription('ada', { ...options, own: true });
  }
  assert.ok(!(timeline.ofUser('bob', options) instanceof Promise));
  assert.ok(!(timeline.bySubscription('ada', { ...options, own: true }) instanceof Promise));
});
