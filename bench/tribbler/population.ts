import type { OwnServer } from './tribbler-processes.ts';

export interface PopulationOptions {
  readonly users: number;
  readonly tribblesEach: number;
  /** So many of the users, the first ones, read and post. */
  readonly active: number;
  /** Whom each of these follows. */
  readonly subscriptions: number;
}

/** A user who takes part, with a session. */
export interface Active {
  readonly name: string;
  readonly token: string;
}

/** Users that are there, and those of them who take part. */
export interface Population {
  readonly names: readonly string[];
  readonly active: readonly Active[];
}

/** Calls under way at once while everybody is made. */
const atOnce = 200;

/** Makes users, whom they follow, and what they have posted. */
export async function populate(
  { store, service, accounts }: OwnServer,
  { users, tribblesEach, active, subscriptions }: PopulationOptions,
): Promise<Population> {
  const names = Array.from({ length: users }, (_, number) => `${nameOf(number)}`);
  const record = { created: '2026-11-26T08:00:00.000Z', passwordHash: '' };
  await inTurns(names, (name) => service.users.create(name, record));
  for (let number = 0; number < tribblesEach; number += 1) {
    await inTurns(names, (name) => service.posts.post(name, textOf(name, number)));
  }
  const pairs = names.slice(0, active).flatMap((name, index) =>
    Array.from({ length: subscriptions }, (_, offset) => ({
      name,
      // A prime apart, so that they do not all follow their neighbours.
      target: names[(index + 1 + offset * 7) % users] ?? '',
    })),
  );
  await inTurns(pairs, async ({ name, target }) => {
    await store.appendToList(`${target}:followers`, name);
    await store.appendToList(`${name}:sublist`, target);
  });
  const sessions = await Promise.all(names.slice(0, active).map((name) => accounts.begin(name)));
  return { names, active: sessions.map(({ user, token }) => ({ name: user, token })) };
}

export function textOf(name: string, number: number): string {
  return `Tribble ${number} of ${name}: the quick brown fox jumps over the lazy dog.`;
}

/** Names that differ in more than their end: the ring's hash spreads what differs early. */
function nameOf(number: number): string {
  return `${(number * 2_654_435_761 + 12_345).toString(36).slice(-6)}_${number}`;
}

async function inTurns<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<unknown>,
): Promise<void> {
  for (let start = 0; start < items.length; start += atOnce) {
    await Promise.all(items.slice(start, start + atOnce).map(work));
  }
}
