import assert from 'node:assert/strict';
import { test } from 'node:test';

import { CmudTheatre } from '../../../test/support/cmud-theatre.ts';
import { AtollError } from '../../core/errors.ts';
import { Simulation } from '../../sim/simulation.ts';
import { FlakyStore } from '../../../test/support/flaky-store.ts';
import { MemoryGeoSpace } from '../../geo/client/memory-geo-store.ts';
import { ledgerKey } from '../rules/keys.ts';
import { Session } from './session.ts';

function totalOf(pairs: ReadonlyMap<string, unknown>): number {
  return [...pairs.values()].reduce<number>(
    (sum, value) => sum + (value as { earned: number }).earned,
    0,
  );
}

test('coins in the store are the coins that were told, with a server that comes and goes', async () => {
  for (let seed = 1; seed <= 10; seed++) {
    const theatre = new CmudTheatre({ seed });
    await theatre.login('heather');
    const { store } = theatre.actor('heather');
    await theatre.type('heather', 'mine 60');
    for (let times = 0; times < 6; times++) {
      await theatre.pass(7_000 + seed * 131);
      store.lose();
      await theatre.pass(9_000);
      store.comeBack();
    }
    await theatre.rest();
    await theatre.pass(10_000);
    let told = 0;
    for (const line of theatre.takeLines()) {
      told += Number(/^heather\| [^Y].*: (\d+) coins?\.$/.exec(line)?.[1] ?? 0);
    }
    assert.ok(told > 30);
    assert.equal(totalOf(await theatre.list('cmud/p/heather/ledger/')), told, `seed ${seed}`);
  }
});

test('a total that the store has lost is put again after the watch was reset', async () => {
  const theatre = new CmudTheatre({ seed: 5 });
  await theatre.login('heather');
  await theatre.type('heather', 'mine 5');
  await theatre.rest();
  const [key] = [...(await theatre.list('cmud/p/heather/ledger/')).keys()];
  assert.ok(key !== undefined);
  // A server without a disk starts again: it knows nothing, and every watch is lost.
  theatre.actor('heather').store.lose();
  await theatre.delete(key);
  theatre.actor('heather').store.comeBack();
  await theatre.pass(5_000);
  assert.ok((await theatre.list('cmud/p/heather/ledger/')).has(key));
});

test('an older total that overtook a newer one is put right', async () => {
  const theatre = new CmudTheatre({ seed: 5 });
  await theatre.login('heather');
  await theatre.type('heather', 'mine 5');
  await theatre.rest();
  const before = await theatre.list('cmud/p/heather/ledger/');
  const [key] = [...before.keys()];
  assert.ok(key !== undefined);
  await theatre.put(key, '{"v":1,"earned":1,"spent":0,"bought":{},"broken":{}}');
  await theatre.pass(3_000);
  assert.deepEqual(await theatre.list('cmud/p/heather/ledger/'), before);
});

test('a key of ours that somebody changes all the time is put right at a pace', async () => {
  const theatre = new CmudTheatre({ seed: 5 });
  await theatre.login('heather');
  await theatre.type('heather', 'mine 3');
  await theatre.rest();
  const [key] = [...(await theatre.list('cmud/p/heather/ledger/')).keys()];
  assert.ok(key !== undefined);
  const { putKeys } = theatre.actor('heather').store;
  const before = putKeys.filter((one) => one === key).length;
  for (let times = 0; times < 100; times++) await theatre.put(key, `{"v":1,"earned":${times}}`);
  await theatre.pass(3_000);
  // A hundred changes within five seconds: at most one correction a second.
  assert.ok(putKeys.filter((one) => one === key).length - before <= 9);
});

test('a lost server is told once, and a purchase made meanwhile is kept', async () => {
  const theatre = new CmudTheatre({ seed: 5 });
  await theatre.put(
    ledgerKey('heather', 'earlier1'),
    '{"v":1,"earned":9,"spent":0,"bought":{},"broken":{}}',
  );
  await theatre.login('heather');
  theatre.takeLines();
  theatre.actor('heather').store.lose();
  await theatre.type('heather', 'buy 4 cpu');
  await theatre.pass(30_000);
  assert.match(theatre.prompt('heather'), /5 coins \| no server/);
  theatre.actor('heather').store.comeBack();
  await theatre.pass(10_000);
  const lines = theatre.takeLines();
  assert.equal(lines.filter((line) => line.includes('does not answer')).length, 1);
  const ledgers = [...(await theatre.list('cmud/p/heather/ledger/')).values()];
  assert.ok(ledgers.some((value) => (value as { spent: number }).spent === 4));
});

test('too much talk to a lost server is refused in words', async () => {
  const theatre = new CmudTheatre({ seed: 5 });
  await theatre.login('heather');
  theatre.actor('heather').store.lose();
  for (let times = 0; times < 30; times++) await theatre.type('heather', `chat ${times}`);
  assert.match(theatre.takeLines().join('\n'), /enough messages wait/);
});

test('whoever quits is gone at once, and everything is kept', async () => {
  const theatre = new CmudTheatre({ seed: 5 });
  await theatre.login('heather');
  await theatre.type('heather', 'mine 100');
  await theatre.pass(10_000);
  await theatre.type('heather', 'quit');
  await theatre.pass(1_000);
  assert.match(theatre.takeLines().at(-1) ?? '', /\(left\)/);
  assert.equal((await theatre.list('cmud/online/')).size, 0);
  assert.ok(totalOf(await theatre.list('cmud/p/heather/ledger/')) > 0);
});

test('quitting without a server takes a moment and says what is not kept', async () => {
  const theatre = new CmudTheatre({ seed: 5 });
  await theatre.login('heather');
  theatre.actor('heather').store.lose();
  await theatre.type('heather', 'move fence');
  await theatre.type('heather', 'quit');
  await theatre.pass(4_000);
  assert.match(theatre.takeLines().at(-1) ?? '', /not everything kept/);
});

test('a store that cannot be reached is a fault with a code', async () => {
  const simulation = new Simulation({ seed: 1 });
  const { outside } = simulation.node('heather');
  const store = new FlakyStore(new MemoryGeoSpace(outside).open());
  store.lose();
  const opening = Session.open({
    store,
    outside,
    name: 'heather',
    pace: 1,
    show: () => {},
    onChange: () => {},
    onQuit: () => {},
  });
  await assert.rejects(opening, (fault) => fault instanceof AtollError);
});

test('the same seed plays the same game, word for word', async () => {
  const play = async (): Promise<string[]> => {
    const theatre = new CmudTheatre({ seed: 77 });
    await theatre.login('heather');
    await theatre.type('heather', 'mine 30');
    await theatre.rest();
    return theatre.takeLines();
  };
  assert.deepEqual(await play(), await play());
});

test('fifty people who dig in one place are a line now and then', async () => {
  const theatre = new CmudTheatre({ seed: 6 });
  await theatre.login('watcher');
  for (let index = 0; index < 20; index++) await theatre.login(`digger${index}`);
  theatre.takeLines();
  for (let index = 0; index < 20; index++) await theatre.type(`digger${index}`, 'mine 20');
  await theatre.pass(20_000);
  const seen = theatre.takeLines().filter((line) => line.startsWith('watcher|'));
  assert.ok(seen.length >= 4 && seen.length <= 10, `${seen.length} lines`);
  assert.match(seen.join('\n'), /digger\d+, digger\d+, .* and \d+ others dig up \d+ coins/);
});

test('what another client of mine does is told as mine', async () => {
  const theatre = new CmudTheatre({ seed: 6 });
  await theatre.login('heather', 'desk');
  await theatre.login('heather', 'phone');
  theatre.takeLines();
  await theatre.type('phone', 'mine 10');
  await theatre.rest();
  await theatre.pass(5_000);
  const seen = theatre.takeLines().filter((line) => line.startsWith('desk|'));
  assert.match(seen.join('\n'), /^desk\| Elsewhere, you dig up \d+ coins\.$/m);
  assert.doesNotMatch(seen.join('\n'), /heather/);
});

test('the hits that solved a problem are told before its end', async () => {
  const theatre = new CmudTheatre({ seed: 6 });
  await theatre.login('heather');
  await theatre.login('robin');
  await theatre.type('robin', 'mine 60');
  await theatre.rest();
  await theatre.type('robin', 'buy max cpu');
  theatre.takeLines();
  await theatre.type('robin', 'solve 30');
  await theatre.rest();
  await theatre.pass(5_000);
  const seen = theatre.takeLines().filter((line) => line.startsWith('heather|'));
  const end = seen.findIndex((line) => line.includes('is solved!'));
  assert.ok(end > 0, seen.join('\n'));
  const told = seen.slice(0, end).join('\n');
  const steps = [...told.matchAll(/takes (\d+) steps? (?:off|more)/g)];
  assert.equal(
    steps.reduce((sum, [, count]) => sum + Number(count), 0),
    100,
    told,
  );
});

test('Tab offers commands, places, people who are here, and what the shop sells', async () => {
  const theatre = new CmudTheatre({ seed: 6 });
  await theatre.login('heather');
  await theatre.login('robin');
  const offers = (line: string): readonly string[] =>
    theatre.actor('heather').session.complete(line).candidates;
  assert.deepEqual(offers('so'), ['solve']);
  assert.deepEqual(offers('move br'), ['bridge']);
  assert.deepEqual(offers('tell '), ['robin']);
  assert.deepEqual(offers('buy '), ['max', 'cpu']);
  assert.deepEqual(offers('buy 3 c'), ['cpu']);
  assert.deepEqual(offers('help pri'), ['privacy']);
  assert.deepEqual(offers('say hel'), []);
  assert.deepEqual(offers('xyzzy '), []);
});
