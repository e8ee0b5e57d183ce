import { plainText } from '../../src/cmud/rules/phrase.ts';
import { layOut } from '../../src/cmud/text/layout.ts';
import { Session } from '../../src/cmud/text/session.ts';
import { MemoryGeoSpace } from '../../src/geo/client/memory-geo-store.ts';
import { Simulation } from '../../src/sim/simulation.ts';
import { FlakyStore } from './flaky-store.ts';

interface Actor {
  readonly session: Session;
  readonly store: FlakyStore;
}

/**
 * CMUD on virtual time: one store, any number of players at simulated terminals, and everything that they
 * read. A seed decides all chance, so that a play can be written down and compared.
 */
export class CmudTheatre {
  readonly simulation: Simulation;
  readonly space: MemoryGeoSpace;
  readonly #isPlain: boolean;
  readonly #actors: Map<string, Actor> = new Map();
  readonly #silenced: Set<FlakyStore> = new Set();
  #lines: string[] = [];
  #logins = 0;

  constructor({ seed, isPlain = false }: { seed: number; isPlain?: boolean }) {
    this.simulation = new Simulation({ seed, promiseTicks: 400 });
    this.space = new MemoryGeoSpace(this.simulation.node('store').outside);
    this.#isPlain = isPlain;
  }

  /** A player comes in. `role` tells two clients of the same player apart. */
  async login(name: string, role: string = name): Promise<void> {
    const store = new FlakyStore(this.space.open());
    const outside = this.simulation.node(`${role}-${++this.#logins}`).outside;
    const opening = Session.open({
      store,
      outside,
      name,
      pace: 1,
      show: (blocks) => {
        if (this.#silenced.has(store)) return;
        const lines = layOut(blocks, { width: 96, isPlain: this.#isPlain, quotesCommands: true });
        for (const line of lines.map(plainText)) {
          if (line.trim() !== '') this.#lines.push(`${role}| ${line}`);
        }
      },
      onChange: () => {},
      onQuit: () => this.#leave(role),
    });
    const session = await this.simulation.settle(opening);
    this.#actors.set(role, { session, store });
    await this.pass(50);
  }

  /** A player types a line; what it brings about at once is awaited. */
  async type(role: string, line: string): Promise<void> {
    this.actor(role).session.input(line);
    await this.pass(50);
  }

  /** Lets time pass until nobody digs or solves any more. */
  async rest(): Promise<void> {
    const isAtRest = (): boolean =>
      [...this.#actors.values()].every(({ session }) => !session.isWorking);
    await this.simulation.reach('everybody at rest', isAtRest, 10_000_000);
    await this.pass(50);
  }

  pass(ms: number): Promise<void> {
    return this.simulation.advance(ms);
  }

  /** The client dies without a goodbye. */
  async crash(role: string): Promise<void> {
    const { store } = this.actor(role);
    this.#actors.delete(role);
    // No connection, and nothing of it is read by anybody ever again.
    this.#silenced.add(store);
    store.lose();
    await this.pass(50);
  }

  actor(role: string): Actor {
    const actor = this.#actors.get(role);
    if (actor === undefined) throw new Error(`${role} is not on the stage`);
    return actor;
  }

  prompt(role: string): string {
    return plainText(this.actor(role).session.prompt());
  }

  /** What was shown since the last call, each line with the role that read it. */
  takeLines(): string[] {
    const lines = this.#lines;
    this.#lines = [];
    return lines;
  }

  async put(key: string, value: string): Promise<void> {
    await this.simulation.settle(this.space.open().put(key, value));
    await this.pass(50);
  }

  async delete(key: string): Promise<void> {
    await this.simulation.settle(this.space.open().delete(key));
    await this.pass(50);
  }

  /** What the store holds under a prefix, parsed. */
  async list(prefix: string): Promise<Map<string, unknown>> {
    const pairs = new Map<string, unknown>();
    for await (const { key, value } of this.space.open().list(prefix)) {
      pairs.set(key, JSON.parse(value));
    }
    return pairs;
  }

  #leave(role: string): void {
    const { session } = this.actor(role);
    this.#actors.delete(role);
    void session.close().then((isKept) => {
      this.#lines.push(`${role}| (left${isKept ? '' : ', not everything kept'})`);
    });
  }
}
