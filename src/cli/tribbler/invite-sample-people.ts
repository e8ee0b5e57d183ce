import type { Clock } from '../../core/clock.ts';
import type { Random } from '../../core/random.ts';
import type { Libstore } from '../../ring/libstore/libstore.ts';
import { formatTime } from '../../tribbler/rfc3339.ts';
import type { PasswordHasher } from '../../tribbler/server/accounts.ts';
import { Service } from '../../tribbler/server/service.ts';
import { sampleLogin, samplePeople, sampleTribbles } from './sample-people.ts';

export interface InviteOptions {
  readonly store: Libstore;
  readonly outside: { readonly clock: Clock; readonly random: Random };
  readonly hasher: PasswordHasher;
}

/** Makes the people of the sample, with what they have posted in the last days. If there is anybody already, nothing is done. */
export async function inviteSamplePeople({ store, outside, hasher }: InviteOptions): Promise<void> {
  const { clock, random } = outside;
  const nowMs = clock.wallMs();
  // Their Tribbles were posted before now: the service is told so by its clock.
  let atMs = nowMs;
  const service = new Service({
    store,
    random,
    clock: { wallMs: () => atMs, monotonicMs: () => clock.monotonicMs() },
  });
  const anybody = await service.users.search('', { limit: 1, after: undefined });
  if (anybody.items.length > 0) return;
  const passwordHash = await hasher.hash(sampleLogin.password);
  const created = formatTime(nowMs - 7 * 86_400_000);
  for (const { name } of samplePeople) await service.users.create(name, { created, passwordHash });
  for (const { name, follows } of samplePeople) {
    for (const target of follows) await service.subscriptions.add(name, target);
  }
  for (const { user, minutesAgo, text } of sampleTribbles) {
    atMs = nowMs - minutesAgo * 60_000;
    await service.posts.post(user, text);
  }
}
