import { cmudLimits } from '../../core/limits.ts';
import type { Timer, Timers } from '../../core/timers.ts';
import type { Happening } from '../rules/happening.ts';
import { newsFor } from '../rules/news.ts';
import type { Block } from '../rules/phrase.ts';
import { tellGathered } from '../rules/telling.ts';
import type { World } from '../rules/world.ts';

interface Gathering {
  readonly names: Set<string>;
  amount: number;
  timer: Timer;
}

export interface NewsDeskOptions {
  readonly name: string;
  readonly world: World;
  readonly timers: Timers;
  readonly show: (blocks: readonly Block[]) => void;
}

/**
 * What others do, at a pace that can be read. The first find in a while is told at once; those that follow
 * within seconds are told together, so that fifty people digging in one place are a line now and then.
 */
export class NewsDesk {
  readonly #options: NewsDeskOptions;
  readonly #gatherings: Map<'earned' | 'hit', Gathering> = new Map();

  constructor(options: NewsDeskOptions) {
    this.#options = options;
  }

  tell(happening: Happening): void {
    const { name, world, show } = this.#options;
    const blocks = newsFor(name, happening, world);
    if (blocks.length === 0) return;
    if (happening.kind === 'earned')
      this.#gather('earned', happening.name, happening.coins, blocks);
    else if (happening.kind === 'hit') this.#gather('hit', happening.name, happening.steps, blocks);
    else show(blocks);
  }

  /** Tells now which hits were gathered: what they led to is about to be told. */
  tellHits(): void {
    this.#gatherings.get('hit')?.timer.cancel();
    this.#flush('hit');
  }

  close(): void {
    for (const { timer } of this.#gatherings.values()) timer.cancel();
    this.#gatherings.clear();
  }

  #gather(kind: 'earned' | 'hit', who: string, amount: number, blocks: readonly Block[]): void {
    const gathering = this.#gatherings.get(kind);
    if (gathering !== undefined) {
      gathering.names.add(who);
      gathering.amount += amount;
      return;
    }
    this.#options.show(blocks);
    this.#begin(kind);
  }

  #begin(kind: 'earned' | 'hit'): void {
    const timer = this.#options.timers.setTimer(cmudLimits.newsGatherMs, () => this.#flush(kind));
    this.#gatherings.set(kind, { names: new Set(), amount: 0, timer });
  }

  #flush(kind: 'earned' | 'hit'): void {
    const gathering = this.#gatherings.get(kind);
    this.#gatherings.delete(kind);
    if (gathering === undefined || gathering.amount === 0) return;
    const { name, show } = this.#options;
    // Whoever listens comes last, as is polite, and as a sentence may not begin with "you".
    const others = [...gathering.names].filter((one) => one !== name).toSorted();
    const names = gathering.names.has(name) ? [...others, name] : others;
    show([tellGathered(name, names, kind, gathering.amount)]);
    this.#begin(kind);
  }
}
