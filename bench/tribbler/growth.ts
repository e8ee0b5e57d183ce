import type { BenchOptions, Figures } from '../harness/figures.ts';
import { percentile, runMix } from './mix.ts';
import { populate } from './population.ts';
import { withTribbler } from './tribbler-processes.ts';

/** How the mix grows with how many are followed: 1,200 users, of whom 60 read and post. */
export async function measureGrowth({ seconds, say }: BenchOptions): Promise<Figures> {
  const figures: Record<string, Figures[string]> = {};
  for (const subscriptions of [20, 200, 1_000]) {
    say(`the mix with ${subscriptions} followed users …`);
    await withTribbler(async (processes) => {
      const own = await processes.open('normal');
      const sizes = { users: 1_200, tribblesEach: 10, active: 60, subscriptions };
      const population = await populate(own, sizes);
      await own.store.close();
      await runMix(processes, population, 1);
      const result = await runMix(processes, population, seconds);
      figures[`mixPerSecond${subscriptions}`] = { value: result.perSecond, unit: '1/s' };
      figures[`timelineP99Ms${subscriptions}`] = {
        value: percentile(result.timelineMs, 0.99),
        unit: 'ms',
      };
      figures[`mixServerCpuUs${subscriptions}`] = { value: result.serverCpuUs, unit: 'µs' };
    });
  }
  return figures;
}
