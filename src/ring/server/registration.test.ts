import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listenAsCoordinator } from '../../../test/support/ring-coordinator.ts';
import type { AtollError } from '../../core/errors.ts';
import type { HostPort } from '../../core/network.ts';
import { Simulation } from '../../sim/simulation.ts';
import type { RingNode, RingView } from '../ring-view.ts';
import { Membership } from './membership.ts';
import { Registration } from './registration.ts';

const coordinator: HostPort = { host: 'coordinator', port: 7_000 };

function node(name: string, virtualIds: readonly number[], host = name): RingNode {
  return { id: name.padStart(16, '0'), at: { host, port: 7_000 }, virtualIds };
}

const a = node('a', [100]);
const b = node('b', [200, 4_294_967_295]);
const c = node('c', [300]);

/** Servers that register with a coordinator, each on a simulated host. */
class World {
  readonly simulation: Simulation = new Simulation({ seed: 1 });
  membership: Membership | undefined;
  /** When each `RING REGISTER` came. */
  readonly askedMs: number[] = [];
  readonly views: {
    readonly name: string;
    readonly epoch: number;
    readonly hasReturned: boolean;
  }[] = [];
  readonly faults: AtollError[] = [];
  readonly waitedFor: string[] = [];

  /** Starts the coordinator, which has no nodes of its own. */
  startCoordinator(serverCount: number, kept?: RingView): void {
    this.membership = new Membership({ serverCount, kept });
    this.simulation.node('coordinator').boot((outside) =>
      listenAsCoordinator(outside, coordinator, (registrant) => {
        this.askedMs.push(this.simulation.nowMs);
        assert.ok(this.membership !== undefined);
        return this.membership.register(registrant);
      }),
    );
  }

  register(nodes: readonly RingNode[], view?: RingView): Registration {
    const name = nodes[0]?.at.host ?? '';
    return new Registration({
      outside: this.simulation.node(name).outside,
      coordinator,
      nodes,
      view,
      onView: ({ epoch }, { hasReturned }) => this.views.push({ name, epoch, hasReturned }),
      onWaiting: (reason) => this.waitedFor.push(reason),
      onRefused: (fault) => this.faults.push(fault),
    });
  }

  advance(ms: number): Promise<void> {
    return this.simulation.advance(ms);
  }

  /** How often somebody asked since the last call. */
  takeAsked(): number {
    return this.askedMs.splice(0).length;
  }

  logged(level: string): string[] {
    return this.simulation.log
      .filter((entry) => entry.level === level && entry.event === 'registration')
      .map(({ fields }) => String(fields?.['message']));
  }
}

test('a server asks every second until the ring is complete, and every ten seconds from then on', async () => {
  const world = new World();
  world.startCoordinator(2);
  const registration = world.register([a]);
  await world.advance(5_500);
  const early = world.takeAsked();
  assert.ok(early >= 5 && early <= 7, `asked ${early} times in 5.5 s`);
  assert.deepEqual(world.views, []);
  world.membership?.register({ epoch: 0, nodes: [b] });
  await world.advance(1_500);
  assert.deepEqual(world.views, [{ name: 'a', epoch: 1, hasReturned: false }]);
  world.takeAsked();
  await world.advance(100_000);
  const late = world.takeAsked();
  assert.ok(late >= 9 && late <= 10, `asked ${late} times in 100 s`);
  assert.equal(world.views.length, 1);
  registration.close();
});

test('a coordinator that is started later, or away for a while, is waited for', async () => {
  const world = new World();
  world.simulation.node('coordinator');
  const registration = world.register([a]);
  await world.advance(10_000);
  world.startCoordinator(1);
  await world.advance(5_000);
  assert.deepEqual(world.views, [{ name: 'a', epoch: 1, hasReturned: false }]);
  registration.close();
});

test('a server that is refused hears why, and asks no more', async () => {
  const world = new World();
  world.startCoordinator(2);
  world.membership?.register({ epoch: 0, nodes: [b] });
  world.register([node('d', [200])]);
  await world.advance(5_000);
  assert.equal(world.faults.length, 1);
  assert.equal(world.faults[0]?.code, 'RING_REFUSED');
  assert.match(
    world.faults[0].message,
    /coordinator:7000 .* virtual id 200 .* node 0{15}b at b:7000/,
  );
  assert.equal(world.takeAsked(), 1);
});

test('a server that has a view keeps it when the coordinator refuses it, and goes on asking', async () => {
  const world = new World();
  world.startCoordinator(1);
  world.membership?.register({ epoch: 0, nodes: [b] });
  const registration = world.register([a], { epoch: 1, nodes: [a, c] });
  await world.advance(25_000);
  assert.deepEqual([world.faults, world.views], [[], []]);
  assert.equal(world.takeAsked(), 3);
  assert.equal(world.logged('error').length, 1);
  registration.close();
});

test('a view with other virtual ids than those a server has data for is not taken', async () => {
  const world = new World();
  // A stranger took the place of c while the coordinator had forgotten the ring.
  world.startCoordinator(2);
  world.membership?.register({ epoch: 0, nodes: [node('d', [301])] });
  const registration = world.register([a], { epoch: 1, nodes: [a, c] });
  await world.advance(2_000);
  assert.deepEqual(world.views, []);
  assert.match(world.logged('error')[0] ?? '', /other virtual ids/);
  registration.close();
});

test('who moves is heard of within ten seconds, and at once by who was told to ask', async () => {
  const world = new World();
  world.startCoordinator(3);
  const registrations = [a, b, c].map((each) => world.register([each]));
  await world.advance(3_000);
  assert.equal(world.views.length, 3);
  await world.advance(1_000);
  registrations[2]?.close();
  const moved = world.register([node('c', [300], 'elsewhere')], { epoch: 1, nodes: [a, b, c] });
  await world.advance(500);
  registrations[0]?.askSoon();
  await world.advance(500);
  const names = world.views.filter(({ epoch }) => epoch === 2).map(({ name }) => name);
  assert.deepEqual(names, ['elsewhere', 'a']);
  await world.advance(10_000);
  assert.equal(world.views.filter(({ epoch }) => epoch === 2).length, 3);
  for (const each of [...registrations, moved]) each.close();
});

test('who is told again and again to ask does so once a second', async () => {
  const world = new World();
  world.startCoordinator(1);
  const registration = world.register([a]);
  await world.advance(1_000);
  world.takeAsked();
  for (let i = 0; i < 50; i += 1) {
    registration.askSoon();
    await world.advance(100);
  }
  const asked = world.takeAsked();
  assert.ok(asked >= 4 && asked <= 6, `asked ${asked} times in 5 s`);
  registration.close();
});

test('a coordinator that lost its memory learns the ring from those who register again', async () => {
  const world = new World();
  world.startCoordinator(3);
  const registrations = [a, b, c].map((each) => world.register([each]));
  await world.advance(3_000);
  world.membership = new Membership({ serverCount: 3, kept: undefined });
  await world.advance(15_000);
  assert.equal(world.membership.view?.epoch, 2);
  assert.deepEqual(
    world.views.filter(({ epoch }) => epoch === 2).map(({ hasReturned }) => hasReturned),
    [false, false, false],
  );
  for (const each of registrations) each.close();
});

test('a registration that is closed asks no more, also while a question is under way', async () => {
  const world = new World();
  world.startCoordinator(2);
  const registration = world.register([a]);
  registration.close();
  await world.advance(5_000);
  assert.equal(world.takeAsked(), 0);
  assert.deepEqual(world.faults, []);
});
