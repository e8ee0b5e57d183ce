import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ActorSystem } from '../../src/actor/actor-system.ts';
import { firstActorOf } from '../../src/actor/first-actor.ts';
import { defineGateway, type GatewayLinks } from '../../src/actor/gateway.ts';
import type { ActorSystemOptions } from '../../src/actor/start-system.ts';
import { Simulation } from '../../src/sim/simulation.ts';
import * as kinds from './kinds.ts';
import type { RecorderMessage } from './kinds.ts';
import { startSimSystem } from './sim-system.ts';

type OnStart = (links: GatewayLinks | undefined) => void;

/** By the names of gateways, what to do with their links: those of other threads get no function. */
const onStart = new Map<string, OnStart>();
const Doorman = defineGateway<{ name: string }, null>('doorman', ({ links }, { name }) => {
  onStart.get(name)?.(links);
  return Promise.resolve({ ready: null, close: () => {} });
});

const all = { ...kinds, Doorman };

/** One system with a port, and a doorman on its thread 0 that writes down who comes and goes. */
async function startHouse(
  simulation: Simulation,
  node: string,
  options: ActorSystemOptions = {},
): Promise<{ system: ActorSystem; links: GatewayLinks; news: string[] }> {
  const secret = 'a secret of the house';
  const system = await startSimSystem(simulation, node, all, { port: 7_000, secret, ...options });
  const news: string[] = [];
  const links = await addDoorman(simulation, system, news);
  return { system, links, news };
}

async function addDoorman(
  simulation: Simulation,
  system: ActorSystem,
  news: string[],
): Promise<GatewayLinks> {
  let seen: GatewayLinks | undefined;
  onStart.set('watching', (links) => {
    assert.ok(links !== undefined);
    links.onPeerUp = (address) => void news.push(`up ${address}`);
    links.onPeerDown = (address) => void news.push(`down ${address}`);
    seen = links;
  });
  await simulation.settle(system.startGateway(Doorman, { options: { name: 'watching' } }));
  return seen ?? assert.fail();
}

describe('the links of a gateway', () => {
  test('are there on thread 0 of a system with a port, and nowhere else', async () => {
    const simulation = new Simulation({ seed: 2 });
    const { system } = await startHouse(simulation, 's1', { threads: 2 });
    const portless = await startSimSystem(simulation, 's2', all);
    const seen: boolean[] = [];
    onStart.set('looking', (links) => void seen.push(links !== undefined));
    const options = { name: 'looking' };
    await simulation.settle(system.startGateway(Doorman, { options }));
    await simulation.settle(system.startGateway(Doorman, { thread: 1, options }));
    await simulation.settle(portless.startGateway(Doorman, { options }));
    assert.deepEqual(seen, [true, false, false]);
  });

  test('tell of a peer when messages to it pass, so that its first actor can be told', async () => {
    const simulation = new Simulation({ seed: 2 });
    const near = await startHouse(simulation, 'near');
    const far = await startSimSystem(simulation, 'far', all, {
      port: 7_000,
      threads: 2,
      secret: 'a secret of the house',
    });
    const recorder = far.startActor(kinds.Recorder, { thread: 0 });
    near.links.onPeerUp = (address) => {
      const first = firstActorOf<RecorderMessage>(address);
      if (first !== undefined) near.system.tell(first, { type: 'note', item: 42 });
    };
    near.links.addMember('far:7000');
    await simulation.reach('the link', () => near.links.members()[0]?.state === 'up');
    await simulation.advance(1_000);
    const reading = far.ask(recorder, { type: 'read' }, { timeoutMs: 1_000 });
    assert.deepEqual(await simulation.settle(reading), { items: [42] });
  });

  test('tell each gateway, whether it came before the link or after', async () => {
    const simulation = new Simulation({ seed: 2 });
    const near = await startHouse(simulation, 'near');
    const far = await startHouse(simulation, 'far');
    near.links.addMember('far:7000');
    await simulation.reach('links both ways', () => near.news.length + far.news.length === 2);
    const laterNews: string[] = [];
    await addDoorman(simulation, near.system, laterNews);
    await simulation.advance(1_000);
    const up = `up ${far.system.address}`;
    assert.deepEqual([near.news, laterNews], [[up], [up]]);
    assert.deepEqual(far.news, [`up ${near.system.address}`]);
    simulation.node('far').crash();
    await simulation.reach('the loss', () => near.news.length + laterNews.length === 4);
    simulation.node('far').restart();
    await startHouse(simulation, 'far');
    await simulation.reach('the next life', () => near.news.length + laterNews.length === 6);
    assert.deepEqual(near.news, laterNews);
  });

  test('tell nothing to a gateway that could not start', async () => {
    const simulation = new Simulation({ seed: 2 });
    const near = await startHouse(simulation, 'near');
    onStart.set('hasty', (links) => {
      assert.ok(links !== undefined);
      links.onPeerUp = () => assert.fail('it never started');
      throw new Error('no door');
    });
    const starting = near.system.startGateway(Doorman, { options: { name: 'hasty' } });
    await assert.rejects(simulation.settle(starting), /no door/);
    await startHouse(simulation, 'far');
    near.links.addMember('far:7000');
    await simulation.reach('the link', () => near.news.length === 1);
  });

  test('tell of a peer that is lost, and of its next life by another name', async () => {
    const simulation = new Simulation({ seed: 2 });
    const near = await startHouse(simulation, 'near');
    const first = (await startHouse(simulation, 'far')).system.address;
    near.links.addMember('far:7000');
    await simulation.reach('the link', () => near.news.length === 1);
    simulation.node('far').crash();
    await simulation.reach('the loss', () => near.news.length === 2);
    simulation.node('far').restart();
    const second = (await startHouse(simulation, 'far')).system.address;
    await simulation.reach('the next life', () => near.news.length === 3);
    assert.notEqual(first, second);
    assert.deepEqual(near.news, [`up ${first}`, `down ${first}`, `up ${second}`]);
  });

  test('tell of a peer that is removed or leaves, and messages to it pass no more', async () => {
    const simulation = new Simulation({ seed: 2 });
    const near = await startHouse(simulation, 'near');
    const far = await startHouse(simulation, 'far');
    near.links.addMember('far:7000');
    await simulation.reach('links both ways', () => near.news.length + far.news.length === 2);
    far.links.removeMember('near:7000');
    assert.deepEqual(far.links.members(), []);
    const { address } = near.system;
    // It dials again, and is a member again.
    await simulation.reach('the link again', () => far.news.length === 3);
    near.news.length = 0;
    await simulation.settle(near.system.close());
    await simulation.advance(1_000);
    assert.deepEqual(far.news, [
      `up ${address}`,
      `down ${address}`,
      `up ${address}`,
      `down ${address}`,
    ]);
    assert.deepEqual(far.links.members(), []);
    assert.deepEqual(near.news, [], 'its own end is no news to a gateway that is closed');
  });

  test('whose listener throws end the process', async () => {
    const simulation = new Simulation({ seed: 2 });
    const near = await startHouse(simulation, 'near');
    await startHouse(simulation, 'far');
    near.links.onPeerUp = () => {
      throw new RangeError('no room');
    };
    near.links.addMember('far:7000');
    await assert.rejects(simulation.advance(1_000), /no room/);
  });
});
