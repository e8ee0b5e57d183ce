import { attempt, dig, purchase, type Seat } from '../../src/cmud/rules/moves.ts';
import type { Happening } from '../../src/cmud/rules/happening.ts';
import { rankOf } from '../../src/cmud/rules/ranks.ts';
import { WorldLink } from '../../src/cmud/text/world-link.ts';
import { GeoClient } from '../../src/geo/client/client.ts';
import { FixedRouter } from '../../src/geo/client/fixed-router.ts';
import type { HostPort } from '../../src/core/network.ts';
import type { SimRandom } from '../../src/sim/sim-random.ts';
import type { Simulation } from '../../src/sim/simulation.ts';

/** What players were told they did, to be compared with what the store says in the end. */
export class Told {
  readonly earned: Map<string, number> = new Map();
  readonly spent: Map<string, number> = new Map();
  /** Steps by problem and round. */
  readonly steps: Map<string, number> = new Map();
  /** Levels of ranks that somebody was seen to have. */
  readonly levels: Map<string, number> = new Map();
  /** Promises that a player saw broken. */
  readonly broken: string[] = [];
  /** How often a player was told that the server is lost. */
  lostCount = 0;

  add(sums: Map<string, number>, key: string, amount: number): void {
    sums.set(key, (sums.get(key) ?? 0) + amount);
  }
}

export interface RegionPlayerOptions {
  readonly simulation: Simulation;
  readonly seat: Seat;
  /** The query actor that it asks. */
  readonly server: HostPort;
  readonly told: Told;
}

/** A running game on a host of its own, as the program has it, without the words. */
export class RegionPlayer {
  readonly seat: Seat;
  readonly server: HostPort;
  /** Named for the writer. */
  readonly host: string;
  readonly #simulation: Simulation;
  readonly #store: GeoClient;
  readonly #link: WorldLink;
  readonly #told: Told;
  readonly #solvedSeen: Set<string> = new Set();
  #levelSeen = 0;

  constructor({ simulation, seat, server, told }: RegionPlayerOptions) {
    this.seat = seat;
    this.server = server;
    this.host = seat.writer;
    this.#simulation = simulation;
    this.#told = told;
    const { outside } = simulation.node(this.host);
    this.#store = new GeoClient({ router: new FixedRouter(server), outside });
    this.#link = new WorldLink({
      store: this.#store,
      outside,
      seat,
      onHappening: (happening) => this.#onHappening(happening),
      onLost: () => (told.lostCount += 1),
      onBack: () => undefined,
    });
  }

  /** Puts that the store may not have. */
  get waitingCount(): number {
    return this.#link.outbox.waitingCount;
  }

  /** False if the server cannot be asked now. */
  async enter(): Promise<boolean> {
    const opening = this.#link.open().then(
      () => true,
      () => false,
    );
    const isIn = await this.#simulation.settle(opening);
    if (isIn) this.#link.appear();
    else await this.leave();
    return isIn;
  }

  /** Does one thing, and remembers what its player would have read. */
  act(random: SimRandom): void {
    const { world } = this.#link;
    const { seat } = this;
    const [what, luck, choice] = [random.fraction(), random.fraction(), random.fraction()];
    if (what < 0.35) {
      const { coins, writes } = dig(world, seat, luck, choice);
      this.#told.add(this.#told.earned, seat.name, coins);
      this.#write(writes);
    } else if (what < 0.5) {
      const bought = purchase(world, seat, 'cpu', 'max');
      if (bought.kind !== 'bought') return;
      this.#told.add(this.#told.spent, seat.name, bought.cost);
      this.#write(bought.writes);
    } else {
      const { clock } = this.#simulation.node(this.host).outside;
      const outcome = attempt(world, seat, luck, choice, clock.wallMs());
      if (outcome.kind !== 'hit' && outcome.kind !== 'broke') return;
      if (outcome.kind === 'hit') {
        const round = `${outcome.problem.rank} ${outcome.round}`;
        this.#told.add(this.#told.steps, round, outcome.steps);
      }
      this.#write(outcome.writes);
    }
  }

  /** Writes what follows from all that it knows. */
  settle(): void {
    this.#link.settle(false);
    this.#lookAtRank();
  }

  /** False if something of it is not kept. */
  async leave(): Promise<boolean> {
    const isKept = await this.#simulation.settle(this.#link.leave());
    await this.#simulation.settle(this.#store.close());
    return isKept;
  }

  #write(writes: Parameters<WorldLink['write']>[0]): void {
    void this.#link.write(writes); // Kept by the outbox, however long it takes.
    this.settle();
  }

  #onHappening(happening: Happening): void {
    this.#lookAtRank();
    if (happening.kind !== 'solved' || happening.formerly !== undefined) return;
    const round = `${happening.rank} ${happening.round}`;
    if (this.#solvedSeen.has(round)) this.#told.broken.push(`${round} was solved twice`);
    this.#solvedSeen.add(round);
  }

  #lookAtRank(): void {
    const { name } = this.seat;
    const { level } = rankOf(this.#link.world.rankOf(name));
    if (level < this.#levelSeen) this.#told.broken.push(`${name} has lost a rank`);
    this.#levelSeen = Math.max(this.#levelSeen, level);
    this.#told.levels.set(name, Math.max(this.#told.levels.get(name) ?? 0, level));
  }
}
