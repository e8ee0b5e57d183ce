import type { BenchOptions, Figures } from '../harness/figures.ts';
import { populate } from './population.ts';
import { withTribbler } from './tribbler-processes.ts';

/** What a timeline costs an application server that has read nothing before, by how many are followed. */
export function measureRoundTrips({ say }: BenchOptions): Promise<Figures> {
  return withTribbler(async ({ open }) => {
    const trips: number[] = [];
    // More and more, of the same users.
    for (const subscriptions of [20, 200, 1_000]) {
      say(`the round trips of a timeline of ${subscriptions} followed users …`);
      const own = await open('never');
      const sizes = { users: 1_200, tribblesEach: 1, active: 1, subscriptions };
      const { active } = await populate(own, sizes);
      await own.store.close();
      const fresh = await open('never');
      // Connections are there, as they are at any server that has answered anything.
      await fresh.store.getMany(Array.from({ length: 100 }, (_, number) => `${number}:x`));
      const before = fresh.store.statistics().roundTrips;
      const options = { limit: 100, after: undefined, own: false };
      await fresh.service.timeline.bySubscription(active[0]?.name ?? '', options);
      trips.push(fresh.store.statistics().roundTrips - before);
      await fresh.store.close();
    }
    const [of20 = 0, of200 = 0, of1000 = 0] = trips;
    return {
      roundTripsPerTimeline: { value: of20, unit: 'with 20 followed' },
      roundTripsPerTimeline200: { value: of200, unit: 'with 200' },
      roundTripsPerTimeline1000: { value: of1000, unit: 'with 1,000' },
    };
  });
}
