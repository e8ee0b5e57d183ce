import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ledgerKey } from '../../src/cmud/rules/keys.ts';
import { earn, emptyLedger, grant } from '../../src/cmud/rules/ledger.ts';
import { problems } from '../../src/cmud/rules/problems.ts';
import { rankOf } from '../../src/cmud/rules/ranks.ts';
import { encodeLedger } from '../../src/cmud/rules/values.ts';
import { World } from '../../src/cmud/rules/world.ts';
import { GeoNet } from '../support/geo-net.ts';
import { RegionPlayer, Told } from '../support/region-player.ts';

// The promises of the key design (docs/cmud.md), as src/cmud/rules/replicas.test.ts has them over a model of
// replicas, over real servers of two regions: the players' view, outbox and client are the program's own.

const seedCount = 20;
const turns = 100;
const names = ['heather', 'robin'];
const regions = ['s1', 's2'];
const actors = 2;
/** Pittsburgh to Singapore, one way. */
const latencyMs = 110;
const firstQueryPort = 7_001;

/** States that the seeds must have come to, or they have proved little. */
const sometimes = {
  solved: 0,
  shared: 0,
  overshot: 0,
  debt: 0,
  promoted: 0,
  lost: 0,
  powerCut: 0,
};

class Storm {
  readonly net: GeoNet;
  readonly told: Told = new Told();
  readonly players: RegionPlayer[] = [];
  #writers = 0;
  /** The server that is down, and until when. */
  #down: { readonly name: string; readonly untilMs: number } | undefined;

  constructor(net: GeoNet) {
    this.net = net;
  }

  /** Both are rich enough to get somewhere; each plays in both regions. */
  async open(): Promise<void> {
    for (const name of names) {
      const legacy = grant(earn(emptyLedger, 30), 'cpu', 40);
      await this.net.put(0, ledgerKey(name, 'legacy01'), encodeLedger(legacy));
      this.told.add(this.told.earned, name, 30);
    }
    await this.net.simulation.advance(1_000);
    for (const name of names) {
      for (const region of regions) assert.ok(await this.#enter(name, region));
    }
  }

  async turn(): Promise<void> {
    const { simulation } = this.net;
    const { random } = simulation;
    random.pick(this.players).act(random);
    if (random.chance(0.25)) this.#fault();
    if (random.chance(0.04)) await this.#move(random.pick(this.players));
    await simulation.advance(random.between(1, 150));
    if (this.#down !== undefined && this.#down.untilMs <= simulation.nowMs) await this.#restart();
  }

  /** All is whole again, all is said, and nothing is under way. */
  async calm(): Promise<void> {
    const { simulation } = this.net;
    if (this.#down !== undefined) await this.#restart();
    simulation.heal();
    await simulation.advance(30_000);
    for (const { server } of this.net.servers) await simulation.settle(server.ready);
    // Twice: what one wrote may be what the other still had to know.
    for (let again = 0; again < 2; again += 1) {
      for (const player of this.players) player.settle();
      await simulation.advance(5_000);
    }
    for (const player of this.players) assert.ok(await player.leave(), 'something is not kept');
    await simulation.advance(5_000);
  }

  async #enter(name: string, region: string): Promise<boolean> {
    const { simulation } = this.net;
    this.#writers += 1;
    const writer = `writer${String(this.#writers).padStart(4, '0')}`;
    const port = firstQueryPort + (this.#writers % actors);
    const server = { host: region, port };
    const player = new RegionPlayer({
      simulation,
      seat: { name, writer },
      server,
      told: this.told,
    });
    const isIn = await player.enter();
    if (isIn) this.players.push(player);
    return isIn;
  }

  /** Says goodbye when all of it is kept, and comes back as another writer, perhaps elsewhere. */
  async #move(player: RegionPlayer): Promise<void> {
    if (player.waitingCount > 0) return;
    const region = this.net.simulation.random.pick(regions);
    if (!(await this.#enter(player.seat.name, region))) return;
    if (!(await player.leave())) return;
    this.players.splice(this.players.indexOf(player), 1);
  }

  #fault(): void {
    const { simulation } = this.net;
    const { random } = simulation;
    const player = random.pick(this.players);
    const [one, other] = random.chance(0.5) ? ['s1', 's2'] : [player.host, player.server.host];
    const what = random.fraction();
    if (what < 0.4) {
      simulation.resetConnections(one, other);
    } else if (what < 0.8) {
      simulation.cut(one, other);
      simulation.at(simulation.nowMs + random.between(100, 5_000), () =>
        simulation.heal(one, other),
      );
    } else if (this.#down === undefined) {
      const name = random.pick(regions);
      const hasPower = random.chance(0.3);
      this.net.crash(name, { hasPower });
      if (!hasPower) sometimes.powerCut += 1;
      this.#down = { name, untilMs: simulation.nowMs + random.between(50, 3_000) };
    }
  }

  async #restart(): Promise<void> {
    const name = this.#down?.name;
    assert.ok(name !== undefined);
    this.#down = undefined;
    await this.net.restart(name);
  }
}

function worldOf(pairs: readonly [string, string][]): World {
  const world = new World();
  for (const [key, value] of pairs) world.apply(key, value, 0);
  assert.equal(world.refusedCount, 0);
  return world;
}

/** What was told is what the store has: no coin, hit, rank or round more or less. */
function check(world: World, told: Told): void {
  assert.deepEqual(told.broken, []);
  for (const name of names) {
    const { earned, spent, coins } = world.holdingsOf(name);
    assert.equal(earned, told.earned.get(name), `${name} was told of other coins`);
    assert.equal(spent, told.spent.get(name) ?? 0, `${name} has paid something else`);
    if (coins < 0) sometimes.debt += 1;
    const { level } = rankOf(world.rankOf(name));
    assert.ok(level >= (told.levels.get(name) ?? 0), `a rank of ${name} is gone`);
    if (level > 1) sometimes.promoted += 1;
  }
  for (const { rank, size } of problems) {
    const facts = world.problem(rank);
    for (let round = 1; round <= facts.currentRound; round += 1) {
      const { contributions, solved } = facts.round(round);
      const steps = contributions.reduce((sum, one) => sum + one.steps, 0);
      assert.equal(steps, told.steps.get(`${rank} ${round}`) ?? 0, `hits on ${rank} have vanished`);
      assert.equal(solved !== undefined, steps >= size, `${rank} ${round} at ${steps} of ${size}`);
      if (solved === undefined) continue;
      sometimes.solved += 1;
      if (steps > size) sometimes.overshot += 1;
      if (contributions.length > 1) sometimes.shared += 1;
    }
  }
}

async function runSeed(seed: number): Promise<void> {
  const net = await GeoNet.start({
    servers: 2,
    actors,
    latencyMs,
    durability: 'fsync',
    seed,
    promiseTicks: 16,
  });
  const storm = new Storm(net);
  await storm.open();
  for (let turn = 0; turn < turns; turn += 1) await storm.turn();
  await storm.calm();
  // By LIST at every query actor of both regions.
  check(worldOf(await net.assertEqual()), storm.told);
  if (storm.told.lostCount > 0) sometimes.lost += 1;
}

test('coins, hits, ranks and rounds of two regions survive cuts, resets and power cuts', async () => {
  for (let seed = 1; seed <= seedCount; seed += 1) {
    try {
      await runSeed(seed);
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      throw new Error(`seed ${seed}: ${words}`, { cause: error });
    }
  }
  for (const [state, times] of Object.entries(sometimes)) {
    assert.ok(times > 0, `no seed came to the state "${state}"`);
  }
});
