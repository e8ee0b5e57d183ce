import type { Outside } from '../../core/outside.ts';
import { waitMs } from '../rules/chance.ts';
import type { Happening } from '../rules/happening.ts';
import { attempt, dig } from '../rules/moves.ts';
import type { Attempt, Seat } from '../rules/moves.ts';
import { coins, command, counted, phrase, text, toned } from '../rules/phrase.ts';
import type { Block, Phrase } from '../rules/phrase.ts';
import { problemBar } from '../rules/problem-view.ts';
import { problemOf } from '../rules/problems.ts';
import { earnsPromotion } from '../rules/promotion.ts';
import { tellAttempt, tellDig } from '../rules/telling.ts';
import { Work } from './work.ts';
import type { WorldLink } from './world-link.ts';

export interface WorkplaceOptions {
  readonly link: WorldLink;
  readonly seat: Seat;
  readonly outside: Pick<Outside, 'clock' | 'timers' | 'random'>;
  readonly pace: number;
  readonly show: (blocks: readonly Block[]) => void;
}

/**
 * Digging and solving.
 *
 * A find or a hit is told when the store has it and not before: what a player was told is never lost, and
 * while the server is away the digging stands still instead of piling up promises.
 */
export class Workplace {
  readonly #options: WorkplaceOptions;
  #work: Work | undefined;
  #whenDone: Promise<void> = Promise.resolve();
  /** Whether the player sits at the problem: then there is no digging. */
  #isSeated = false;
  #found = 0;
  #isStoppedByPlayer = false;

  constructor(options: WorkplaceOptions) {
    this.#options = options;
  }

  get isWorking(): boolean {
    return this.#work !== undefined;
  }

  whenIdle(): Promise<void> {
    return this.#whenDone;
  }

  /** What the prompt says about it. */
  inPrompt(): Phrase {
    const { world } = this.#options.link;
    const problem = problemOf(world.rankOf(this.#options.seat.name));
    const facts = problem && world.problem(problem.rank);
    const left =
      this.#isSeated && facts !== undefined
        ? phrase` | ${facts.remaining(facts.currentRound)} steps left`
        : phrase``;
    const work = this.#work;
    if (work === undefined) return left;
    const verb = work.kind === 'mining' ? 'digging' : 'solving';
    return phrase`${left} | ${verb} ${work.done}/${work.times}`;
  }

  mine(times: number): void {
    if (this.#refuseIfWorking()) return;
    if (this.#isSeated) {
      this.#say(
        phrase`You sit at the problem. ${command('resign')} first, then there is time to dig.`,
      );
      return;
    }
    this.#found = 0;
    if (times > 1) this.#say(phrase`You dig, ${times} times. ${command('stop')} ends it.`);
    else this.#say(phrase`You dig …`);
    this.#start(new Work('mining', times, this.#options.outside.timers), () => this.#digOnce());
  }

  solve(times: number): void {
    if (this.#refuseIfWorking()) return;
    const { link, seat, outside } = this.#options;
    link.settle(true);
    const problem = problemOf(link.world.rankOf(seat.name));
    if (problem === undefined) {
      this.#say(tellAttempt({ kind: 'retired' }));
      return;
    }
    if (!this.#isSeated) {
      this.#isSeated = true;
      this.#options.show([
        text`You sit down at ${toned('strong', problem.name)}. ${command('resign')} gets you up again.`,
        problemBar(link.world, problem.rank),
      ]);
    }
    if (times > 1) this.#say(phrase`You try, ${times} times. ${command('stop')} ends it.`);
    else this.#say(phrase`You try …`);
    this.#start(new Work('solving', times, outside.timers), () => this.#tryOnce());
  }

  resign(): void {
    if (!this.#isSeated) {
      this.#say(phrase`You are not sitting at a problem. ${command('solve')} sits down at it.`);
      return;
    }
    this.#isSeated = false;
    this.#work?.stop();
    this.#say(phrase`You get up. Your part of it stays yours.`);
  }

  /** The player wants it. False if there was nothing to stop. */
  stop(): boolean {
    if (this.#work === undefined || this.#work.isStopped) return false;
    this.#isStoppedByPlayer = true;
    this.#work.stop();
    return true;
  }

  /** A round is over: whoever worked on it leans back. */
  onSolved({ rank, round, formerly }: Extract<Happening, { kind: 'solved' }>): void {
    const { link, seat } = this.#options;
    if (formerly !== undefined || link.world.rankOf(seat.name) !== rank) return;
    if (this.#work?.kind === 'solving') this.#work.stop();
    const facts = link.world.problem(rank);
    const part = facts.damageOf(round, seat.name);
    if (part.hits > 0 && !earnsPromotion(facts.problem, part)) {
      this.#say(
        phrase`Your part was ${counted(part.steps, 'step')} in ${counted(part.hits, 'hit')}: too little for a promotion this time.`,
      );
    }
  }

  onPromoted(): void {
    this.#isSeated = false;
    if (this.#work?.kind === 'solving') this.#work.stop();
  }

  #refuseIfWorking(): boolean {
    const work = this.#work;
    if (work === undefined) return false;
    const what = work.kind === 'mining' ? 'digging' : 'trying';
    this.#say(
      phrase`You are ${what} already, ${work.done} of ${work.times} done. ${command('stop')} ends it.`,
    );
    return true;
  }

  #start(work: Work, step: () => Promise<void>): void {
    const { outside, pace, link } = this.#options;
    this.#work = work;
    this.#isStoppedByPlayer = false;
    link.setActivity(work.kind);
    this.#whenDone = work
      .run(() => waitMs(outside.random.fraction()) * pace, step)
      .then(() => this.#finish(work));
  }

  #finish(work: Work): void {
    this.#work = undefined;
    this.#options.link.setActivity('idle');
    const { done, times } = work;
    if (work.kind === 'mining' && times > 1) {
      const how = this.#isStoppedByPlayer
        ? phrase`You stop after ${done} of ${times}`
        : phrase`You rest`;
      this.#say(phrase`${how}: ${coins(this.#found)} in ${counted(done, 'dig')}.`);
    } else if (this.#isStoppedByPlayer) {
      this.#say(phrase`You stop${times > 1 ? ` after ${done} of ${times}` : ''}.`);
    }
  }

  async #digOnce(): Promise<void> {
    const { link, seat, outside } = this.#options;
    const { random } = outside;
    const found = dig(link.world, seat, random.fraction(), random.fraction());
    await link.write(found.writes);
    this.#found += found.coins;
    this.#say(tellDig(found.coins, random.fraction()));
  }

  async #tryOnce(): Promise<void> {
    const { link, seat, outside } = this.#options;
    const { random, clock } = outside;
    link.settle(true);
    const tried = attempt(link.world, seat, random.fraction(), random.fraction(), clock.wallMs());
    await link.write(writesOf(tried));
    this.#say(tellAttempt(tried));
    if (tried.kind === 'broke' && tried.isRuined) {
      this.#isSeated = false;
      this.#work?.stop();
    }
    // Only now, so that the hit is told before what it brought about.
    link.settle(true);
  }

  #say(words: Phrase): void {
    this.#options.show([text`${words}`]);
  }
}

function writesOf(tried: Attempt): Parameters<WorldLink['write']>[0] {
  return tried.kind === 'hit' || tried.kind === 'broke' ? tried.writes : [];
}
