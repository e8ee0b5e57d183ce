import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import fc from 'fast-check';

import { Members, type MemberCard } from './members.ts';

/** What a server in one life is like does not depend on who tells of it. */
const card: fc.Arbitrary<MemberCard> = fc
  .record({
    id: fc.constantFrom('a', 'b', 'c'),
    incarnation: fc.integer({ min: 1, max: 3 }),
    port: fc.integer({ min: 1, max: 2 }),
    isRemoved: fc.boolean(),
  })
  .map(({ id, incarnation, port, isRemoved }) => {
    return { id, incarnation, at: `${id}:${port}`, isVolatile: id === 'c', isRemoved };
  });

function membersOf(cards: readonly MemberCard[]): MemberCard[] {
  const members = new Members();
  for (const each of cards) members.add(each);
  return members.cards().toSorted((one, other) => (one.id < other.id ? -1 : 1));
}

const cardOf = (id: string, changes: Partial<MemberCard> = {}): MemberCard => {
  return { id, incarnation: 1, at: `${id}:1`, isVolatile: false, isRemoved: false, ...changes };
};

describe('the members of a cluster', () => {
  test('are the same for all who heard the same, in whatever order, grouping and number', () => {
    fc.assert(
      fc.property(fc.array(card), fc.array(card), fc.array(card), (one, two, three) => {
        const expected = membersOf([...one, ...two, ...three]);
        assert.deepEqual(membersOf([...three, ...one, ...two, ...one]), expected);
        // As others tell of them who have heard a part.
        assert.deepEqual(
          membersOf([...membersOf([...two, ...three]), ...membersOf(one)]),
          expected,
        );
      }),
    );
  });

  test('say that a card is news exactly when it changes what is known', () => {
    fc.assert(
      fc.property(fc.array(card), card, (known, heard) => {
        const before = membersOf(known);
        const members = new Members();
        for (const each of known) members.add(each);
        const isNews = members.add(heard);
        const isChanged = JSON.stringify(membersOf([...known, heard])) !== JSON.stringify(before);
        assert.equal(isNews, isChanged);
      }),
    );
  });

  test('have the address of their newest life', () => {
    const members = new Members();
    members.add(cardOf('a', { incarnation: 2, at: 'a:2' }));
    members.add(cardOf('a', { incarnation: 1, at: 'a:1' }));
    assert.deepEqual(members.find('a')?.at, 'a:2');
  });

  test('that are removed stay so, whatever is heard of them later', () => {
    const members = new Members();
    members.add(cardOf('a'));
    assert.equal(members.remove('a'), true);
    assert.equal(members.remove('stranger'), false);
    members.add(cardOf('a', { incarnation: 9 }));
    assert.deepEqual(members.present(), []);
    assert.equal(members.cards().length, 1);
  });

  test('that keep nothing have ended when another one speaks from their address', () => {
    const members = new Members();
    members.add(cardOf('kept', { at: 'host:1' }));
    members.add(cardOf('lost', { at: 'host:1', isVolatile: true }));
    members.add(cardOf('far', { at: 'host:2', isVolatile: true }));
    const speaker = cardOf('new', { at: 'host:1', isVolatile: true });
    members.add(speaker);
    assert.deepEqual(members.endedBy(speaker), ['lost']);
  });
});
