import assert from 'node:assert/strict';
import { test } from 'node:test';

import { CmudTheatre } from '../../../test/support/cmud-theatre.ts';
import { awardKey, damageKey, ledgerKey, placeKey, solvedKey } from '../rules/keys.ts';

// What was wrong with the game that this one follows, one test each. Hits and coins that vanish between
// replicas are in `rules/replicas.test.ts`.

const rich = '{"v":1,"earned":500,"spent":0,"bought":{"cpu":40},"broken":{}}';

async function stage(...names: string[]): Promise<CmudTheatre> {
  const theatre = new CmudTheatre({ seed: 3 });
  for (const name of names) await theatre.login(name);
  theatre.takeLines();
  return theatre;
}

function earnedIn(pairs: ReadonlyMap<string, unknown>): number {
  let earned = 0;
  for (const value of pairs.values()) earned += (value as { earned: number }).earned;
  return earned;
}

test('a login through a replica that knows nothing yet resets neither character nor problem', async () => {
  const theatre = await stage();
  // The replica has heard of nothing when heather comes in; then her past arrives.
  await theatre.login('heather');
  await theatre.put(ledgerKey('heather', 'earlier1'), rich);
  await theatre.put(awardKey('heather', 'phd'), '{"v":1,"round":1,"at":1}');
  await theatre.put(placeKey('heather'), '{"v":1,"place":"fence"}');
  await theatre.put(
    damageKey('phd', 1, 'robin', 'earlier2'),
    '{"v":1,"steps":9000,"hits":9,"at":1}',
  );
  await theatre.pass(2_000);
  assert.match(theatre.takeLines().join('\n'), /More of your past has arrived/);
  await theatre.type('heather', 'stats');
  await theatre.type('heather', 'problem');
  const lines = theatre.takeLines().join('\n');
  assert.match(lines, /PhD student/);
  assert.match(lines, /500 coins/);
  assert.match(lines, /1,000 steps left/);
  assert.equal(theatre.prompt('heather'), 'fence | 500 coins > ');
  // And nothing but presence was written by the login.
  const own = [...theatre.actor('heather').store.putKeys];
  assert.ok(
    own.every((key) => key.startsWith('cmud/online/heather/')),
    own.join(' '),
  );
});

test('an old session demotes nobody', async () => {
  const theatre = await stage('heather');
  // Another client of hers has become a PhD student; this one still thinks otherwise when it is told.
  await theatre.put(awardKey('heather', 'phd'), '{"v":1,"round":1,"at":1}');
  await theatre.type('heather', 'mine 3');
  await theatre.type('heather', 'move bridge');
  await theatre.rest();
  await theatre.login('robin');
  theatre.takeLines();
  await theatre.type('robin', 'stats heather');
  assert.match(theatre.takeLines().join('\n'), /PhD student/);
});

test('al does not have the hardware of alice', async () => {
  const theatre = await stage();
  await theatre.put(ledgerKey('alice', 'earlier1'), rich);
  await theatre.login('all');
  theatre.takeLines();
  await theatre.type('all', 'inv');
  assert.match(theatre.takeLines().join('\n'), /You have 0 coins/);
});

test('a player called Masters is a player', async () => {
  const theatre = await stage();
  await theatre.login('masters');
  await theatre.type('masters', 'mine 2');
  await theatre.rest();
  const keys = [...(await theatre.list('cmud/p/')).keys()];
  assert.ok(keys.length > 0 && keys.every((key) => key.startsWith('cmud/p/masters/ledger/')));
  theatre.takeLines();
  await theatre.type('masters', 'problem');
  assert.match(theatre.takeLines().join('\n'), /100 steps left/);
});

test('a failed call does not end the game', async () => {
  const theatre = await stage('heather');
  theatre.actor('heather').store.lose();
  await theatre.type('heather', 'mine 2');
  await theatre.pass(60_000);
  await theatre.type('heather', 'look');
  theatre.actor('heather').store.comeBack();
  await theatre.rest();
  const lines = theatre.takeLines();
  assert.equal(lines.filter((line) => line.includes('does not answer')).length, 1, 'said once');
  assert.equal(lines.filter((line) => line.includes('is back')).length, 1);
});

test('a heap of waiting can be stopped, and what was found stays', async () => {
  const theatre = await stage('heather');
  await theatre.type('heather', 'mine 1000');
  await theatre.pass(20_000);
  await theatre.type('heather', 'stop');
  await theatre.rest();
  assert.ok(theatre.simulation.nowMs < 30_000);
  const found = /You stop after \d+ of 1,000: (\d+) coin/.exec(theatre.takeLines().join('\n'))?.[1];
  assert.equal(earnedIn(await theatre.list('cmud/p/heather/ledger/')), Number(found));
});

test('input is live while somebody digs', async () => {
  const theatre = await stage('heather');
  await theatre.type('heather', 'mine 100');
  await theatre.type('heather', 'inv');
  assert.match(theatre.takeLines().join('\n'), /You have \d+ coins?/);
  assert.match(theatre.prompt('heather'), /digging \d+\/100/);
  await theatre.type('heather', 'mine 1');
  assert.match(theatre.takeLines().join('\n'), /digging already/);
});

test('a client that dies between two writes has not paid for nothing', async () => {
  const theatre = await stage();
  await theatre.put(ledgerKey('heather', 'earlier1'), rich);
  await theatre.login('heather');
  theatre.actor('heather').session.input('buy 5 cpu');
  await theatre.crash('heather');
  let spent = 0;
  let bought = 0;
  for (const value of (await theatre.list('cmud/p/heather/ledger/')).values()) {
    const ledger = value as { spent: number; bought: { cpu?: number } };
    spent += ledger.spent;
    bought += ledger.bought.cpu ?? 0;
  }
  assert.equal(bought - 40, spent, 'one coin a cpu, or nothing at all');
});

test('the map shows who is there now and not who was there once', async () => {
  const theatre = await stage('heather', 'robin');
  await theatre.crash('robin');
  await theatre.pass(45_000);
  await theatre.type('heather', 'map');
  const lines = theatre.takeLines();
  assert.ok(lines.some((line) => line.includes('robin has left the game')));
  assert.ok(!lines.some((line) => line.includes('what to do next') && line.includes('robin')));
});

test('not only the last hitter is rewarded', async () => {
  const theatre = await stage('heather', 'robin');
  // heather did nearly everything; robin takes the last step.
  await theatre.put(
    damageKey('undergraduate', 1, 'heather', 'earlier1'),
    '{"v":1,"steps":99,"hits":9,"at":1}',
  );
  for (let tries = 0; tries < 5; tries++) {
    await theatre.type('robin', 'solve 5');
    await theatre.rest();
  }
  const lines = theatre.takeLines();
  assert.ok(lines.some((line) => line.startsWith('heather|') && line.includes('You are promoted')));
  const solved = await theatre.list(solvedKey('undergraduate', 1));
  assert.equal([...solved.values()].length, 1);
  assert.equal(([...solved.values()][0] as { by: string }).by, 'robin');
});

test('whoever was offline when the problem was solved is promoted at the next login', async () => {
  const theatre = await stage();
  await theatre.put(
    damageKey('undergraduate', 1, 'heather', 'earlier1'),
    '{"v":1,"steps":50,"hits":5,"at":1}',
  );
  await theatre.put(
    damageKey('undergraduate', 1, 'robin', 'earlier2'),
    '{"v":1,"steps":50,"hits":5,"at":2}',
  );
  await theatre.put(solvedKey('undergraduate', 1), '{"v":1,"by":"robin","at":2}');
  await theatre.login('heather');
  assert.match(theatre.takeLines().join('\n'), /You are promoted: Masters student/);
});

test('a second client of the same character is announced to both', async () => {
  const theatre = await stage('heather');
  await theatre.login('heather', 'phone');
  const lines = theatre.takeLines();
  assert.ok(lines.some((line) => line.startsWith('heather| A second client')));
  assert.ok(lines.some((line) => line.startsWith('phone| Another client')));
});

test('there is talk, and it is heard where it should be', async () => {
  const theatre = await stage('heather', 'robin', 'sam');
  await theatre.type('sam', 'move fence');
  await theatre.pass(1_000);
  theatre.takeLines();
  await theatre.type('heather', 'say here');
  await theatre.type('heather', 'chat everywhere');
  await theatre.type('heather', 'tell sam only you');
  const heard = (role: string): string[] =>
    lines.filter((line) => line.startsWith(`${role}|`)).map((line) => line.slice(role.length + 2));
  const lines = theatre.takeLines();
  assert.deepEqual(heard('robin'), ['heather says: here', '[chat] heather: everywhere']);
  assert.deepEqual(heard('sam'), ['[chat] heather: everywhere', 'heather tells you: only you']);
});
