import { AtollError } from '../../core/errors.ts';
import { cmudLimits } from '../../core/limits.ts';
import type { Outside } from '../../core/outside.ts';
import { randomHex } from '../../core/random.ts';
import type { Timer } from '../../core/timers.ts';
import type { GeoStore } from '../../geo/client/geo-store.ts';
import { completeLine } from '../rules/completion.ts';
import type { Completion } from '../rules/completion.ts';
import type { Happening } from '../rules/happening.ts';
import { describePlace } from '../rules/look.ts';
import { moveTo, purchase } from '../rules/moves.ts';
import type { Seat } from '../rules/moves.ts';
import { describePromotion, describeSolved } from '../rules/news.ts';
import { parseLine } from '../rules/parse-command.ts';
import type { Deed } from '../rules/parse-command.ts';
import { coins, phrase, player, text, toned } from '../rules/phrase.ts';
import type { Block, Phrase } from '../rules/phrase.ts';
import { nextPlace, placeOf } from '../rules/places.ts';
import type { PlaceId } from '../rules/places.ts';
import { rankOf } from '../rules/ranks.ts';
import { describeAge, tellPurchase, tellSaying } from '../rules/telling.ts';
import type { Saying } from '../rules/chat.ts';
import type { World } from '../rules/world.ts';
import { answer } from './answers.ts';
import { Conversation } from './conversation.ts';
import { NewsDesk } from './news-desk.ts';
import { welcome } from './welcome.ts';
import { Workplace } from './workplace.ts';
import { WorldLink } from './world-link.ts';

const lateKinds: ReadonlySet<Happening['kind']> = new Set([
  'earned',
  'bought',
  'broke',
  'promoted',
  'moved',
]);

export interface SessionOptions {
  readonly store: GeoStore;
  readonly outside: Pick<Outside, 'clock' | 'timers' | 'random'>;
  /** Valid, as `normalizeName` of the rules gives it. */
  readonly name: string;
  /** Multiplies all waits of digging and solving; 1 is the game as it is meant. */
  readonly pace: number;
  /** Called with whatever the player is to read, at any time. */
  readonly show: (blocks: readonly Block[]) => void;
  /** The prompt may have changed. */
  readonly onChange: () => void;
  /** The player has left, or asked to; call `close` then. */
  readonly onQuit: () => void;
}

/**
 * One player at one terminal: lines in; words out, at any time.
 *
 * It knows nothing of the terminal, and nothing but its store, clock, timers and chance, so a test plays a
 * career of hours in milliseconds and a seed repeats it word for word.
 */
export class Session {
  readonly #options: SessionOptions;
  readonly #seat: Seat;
  readonly #link: WorldLink;
  readonly #conversation: Conversation;
  readonly #news: NewsDesk;
  readonly #work: Workplace;
  #lateFacts: Timer | undefined;
  #isClosed = false;

  private constructor(options: SessionOptions) {
    this.#options = options;
    const { store, outside, name, pace } = options;
    // An id of its own for each session; it survives lost connections, and nobody else ever has it.
    this.#seat = { name, writer: randomHex(outside.random, 8) };
    this.#link = new WorldLink({
      store,
      outside,
      seat: this.#seat,
      onHappening: (happening, isOwn) => this.#onHappening(happening, isOwn),
      onLost: (fault) => this.#onLost(fault),
      onBack: () => this.#onBack(),
    });
    this.#conversation = new Conversation({
      store,
      outside,
      seat: this.#seat,
      outbox: this.#link.outbox,
      onSaying: (said) => this.#hear(said),
    });
    const show = (blocks: readonly Block[]): void => this.#show(blocks);
    const { world } = this.#link;
    this.#news = new NewsDesk({ name, world, timers: outside.timers, show });
    this.#work = new Workplace({ link: this.#link, seat: this.#seat, outside, pace, show });
  }

  /** Comes into the world and shows it. Rejects with the store's fault if it cannot be reached. */
  static async open(options: SessionOptions): Promise<Session> {
    const session = new Session(options);
    await session.#enter();
    return session;
  }

  get isWorking(): boolean {
    return this.#work.isWorking;
  }

  /** Resolves when no digging or solving goes on. */
  whenIdle(): Promise<void> {
    return this.#work.whenIdle();
  }

  /** Takes a line that the player typed. */
  input(line: string): void {
    if (this.#isClosed) return;
    this.#link.expire();
    const parsed = parseLine(line);
    if (parsed.kind === 'refused') this.#say(parsed.words);
    if (parsed.kind === 'question') {
      this.#show(answer(parsed.question, this.#world, this.#seat.name));
    }
    if (parsed.kind === 'deed') this.#do(parsed.deed);
    this.#options.onChange();
  }

  complete(line: string): Completion {
    return completeLine(line, this.#world, this.#seat.name);
  }

  /** Where one is and what one has, in front of what one types. */
  prompt(): Phrase {
    const { name } = this.#seat;
    const place = toned('place', placeOf(this.#world.placeOf(name)).short);
    const purse = coins(this.#world.holdingsOf(name).coins);
    const doing = this.#work.inPrompt();
    const lost = this.#link.outbox.isLost ? phrase` | ${toned('bad', 'no server')}` : [];
    return phrase`${place} | ${purse}${doing}${lost} > `;
  }

  /** Ends digging or solving; false if there is nothing to end. */
  stop(): boolean {
    return this.#work.stop();
  }

  /** Leaves the world politely. False if something could not be kept. */
  async close(): Promise<boolean> {
    this.#isClosed = true;
    this.#lateFacts?.cancel();
    this.#work.stop();
    this.#news.close();
    await this.#conversation.close();
    return this.#link.leave();
  }

  get #world(): World {
    return this.#link.world;
  }

  async #enter(): Promise<void> {
    const { name } = this.#seat;
    const [before] = await Promise.all([this.#conversation.open(), this.#link.open()]);
    const isNew = !this.#world.knows(name);
    const others = this.#world.online.writersOf(name).length;
    this.#conversation.listenAt(this.#world.placeOf(name));
    this.#link.settle(false);
    this.#link.appear();
    this.#show(welcome(this.#world, name, isNew));
    for (const said of before) this.#hear(said);
    if (others > 0) {
      this.#say(
        phrase`${toned('bad', 'Another client')} is playing ${player(name)} at this moment, or left without a goodbye less than half a minute ago. You share one purse.`,
      );
    }
  }

  #do(asked: Deed): void {
    switch (asked.kind) {
      case 'move':
        return this.#move(asked.to);
      case 'say':
      case 'emote': {
        const place = this.#world.placeOf(this.#seat.name);
        return this.#speak({ kind: 'place', place }, asked.kind, asked.words);
      }
      case 'chat':
        return this.#speak({ kind: 'all' }, 'chat', asked.words);
      case 'tell':
        return this.#speak({ kind: 'player', name: asked.name }, 'tell', asked.words);
      case 'buy':
        return this.#buy(asked);
      case 'mine':
        return this.#work.mine(asked.times);
      case 'solve':
        return this.#work.solve(asked.times);
      case 'resign':
        return this.#work.resign();
      case 'stop':
        return this.#stop();
      case 'quit':
        return this.#options.onQuit();
    }
  }

  #stop(): void {
    if (!this.#work.stop()) this.#say(phrase`You are doing nothing that could be stopped.`);
    else if (this.#link.outbox.isLost) {
      this.#say(phrase`You stop. What you did last is told as soon as the server has it.`);
    }
  }

  #move(wanted: PlaceId | 'next'): void {
    const here = this.#world.placeOf(this.#seat.name);
    const to = wanted === 'next' ? nextPlace(here) : wanted;
    if (to === here) {
      this.#say(phrase`You are ${placeOf(here).at} already.`);
      return;
    }
    void this.#link.write([moveTo(this.#seat, to)]); // Kept by the outbox, however long it takes.
    this.#conversation.listenAt(to);
    this.#show(describePlace(this.#world, this.#seat.name));
  }

  #buy({ type, count }: Extract<Deed, { kind: 'buy' }>): void {
    const bought = purchase(this.#world, this.#seat, type, count);
    if (bought.kind !== 'bought') {
      this.#say(tellPurchase(bought));
      return;
    }
    void this.#link.write(bought.writes);
    const { coins: balance, power } = this.#world.holdingsOf(this.#seat.name);
    this.#say(phrase`${tellPurchase(bought)} Your power is ${power} now; ${coins(balance)} left.`);
  }

  #speak(channel: Saying['channel'], manner: Saying['manner'], words: string): void {
    const said = this.#conversation.speak(channel, manner, words);
    if (said === undefined) {
      this.#say(phrase`The server does not answer, and enough messages wait for it already.`);
      return;
    }
    const note = this.#link.outbox.isLost
      ? phrase`${toned('faint', ' (waits for the server)')}`
      : this.#audience(channel);
    this.#say(phrase`${tellSaying(said, this.#seat.name, undefined)}${note}`);
  }

  /** Says when nobody can hear it now. */
  #audience(channel: Saying['channel']): Phrase {
    const { name } = this.#seat;
    const { online } = this.#world;
    switch (channel.kind) {
      case 'all':
        return online.names().length > 1
          ? []
          : phrase`${toned('faint', ' (nobody else is online)')}`;
      case 'place': {
        const isHeard = this.#world.peopleAt(channel.place).some((one) => one !== name);
        return isHeard ? [] : phrase`${toned('faint', ' (nobody else is here)')}`;
      }
      case 'player':
        if (online.has(channel.name)) return [];
        return this.#world.knows(channel.name)
          ? phrase`${toned('faint', ' (not online; it can be read for a day)')}`
          : phrase`${toned('faint', ' (nobody has ever played by that name; it can be read for a day)')}`;
    }
  }

  #hear(said: Saying): void {
    const age = describeAge(this.#options.outside.clock.wallMs() - said.stampMs);
    this.#say(tellSaying(said, this.#seat.name, age));
  }

  #onHappening(happening: Happening, isOwn: boolean): void {
    const { name } = this.#seat;
    if (!isOwn && this.#isLateFact(happening)) {
      this.#tellLateFactsSoon();
      return;
    }
    switch (happening.kind) {
      case 'solved':
        this.#news.tellHits();
        this.#show(describeSolved(happening, name));
        this.#work.onSolved(happening);
        break;
      case 'promoted':
        if (happening.name === name) this.#work.onPromoted();
        this.#show(describePromotion(happening, name));
        break;
      case 'moved':
        // The same character, moved by another client: this one has to listen there now.
        if (happening.name === name && !isOwn) this.#conversation.listenAt(happening.to);
        if (!isOwn) this.#news.tell(happening);
        break;
      default:
        if (!isOwn) this.#news.tell(happening);
    }
    this.#options.onChange();
  }

  /**
   * Whether it is about this player but was done by no client that is there now: the past, which reaches a
   * replica that lags after the player has come in through it.
   */
  #isLateFact(happening: Happening): boolean {
    const { name } = this.#seat;
    if (!('name' in happening) || happening.name !== name) return false;
    if (!lateKinds.has(happening.kind)) return false;
    return this.#world.online.writersOf(name).length <= 1;
  }

  /** Once for all that comes together. */
  #tellLateFactsSoon(): void {
    this.#lateFacts ??= this.#options.outside.timers.setTimer(cmudLimits.lateFactsMs, () => {
      this.#lateFacts = undefined;
      const { name } = this.#seat;
      const { coins: balance, power } = this.#world.holdingsOf(name);
      const { called } = rankOf(this.#world.rankOf(name));
      this.#say(
        phrase`More of your past has arrived from another server: you are ${called}, with ${coins(balance)} and a power of ${power}, ${placeOf(this.#world.placeOf(name)).at}.`,
      );
      this.#conversation.listenAt(this.#world.placeOf(name));
      this.#options.onChange();
    });
  }

  #onLost(fault: unknown): void {
    const code = fault instanceof AtollError ? fault.code : 'unknown';
    const words =
      code === 'RESP_REPLY_ERROR' && fault instanceof AtollError
        ? phrase`${toned('bad', 'The server refuses')} to keep what you do (${fault.message}).`
        : phrase`${toned('bad', 'The server does not answer')} (${code}).`;
    this.#say(
      phrase`${words} What you have found is kept here and put again until it has it; go on typing.`,
    );
  }

  #onBack(): void {
    this.#say(phrase`${toned('good', 'The server is back')}, and has everything.`);
  }

  #say(words: Phrase): void {
    this.#show([text`${words}`]);
  }

  #show(blocks: readonly Block[]): void {
    this.#options.show(blocks);
  }
}
