import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { connect } from '../../src/client.ts';
import { damageKey, ledgerKey } from '../../src/cmud/rules/keys.ts';
import { AtollProcess, runAtoll } from '../support/atoll.ts';
import { PtyPlayer, whyNoPty } from '../support/pty-player.ts';

// Real clients in real pseudo-terminals, on a real server. What is asserted is what the person sees.

const skip = whyNoPty() ?? false;
const deadline = { timeout: 150_000, skip };
const players: PtyPlayer[] = [];
let server: AtollProcess;
let address: string;

before(async () => {
  server = new AtollProcess(['geo', '--port', '0', '--json']);
  await server.said('stdout', '\n');
  const ready = JSON.parse(server.stdout) as { queryPorts: readonly number[] };
  address = `127.0.0.1:${ready.queryPorts[0]}`;
});

after(async () => {
  for (const player of players) player.kill();
  server.child.kill('SIGTERM');
  await server.end();
});

function login(name: string, ...more: readonly string[]): PtyPlayer {
  const args = ['cmud', '--server', address, '--name', name, '--pace', '0.02', ...more];
  const player = new PtyPlayer(args);
  players.push(player);
  return player;
}

async function put(pairs: readonly (readonly [string, string])[]): Promise<void> {
  const store = connect({ addresses: [address] });
  for (const [key, value] of pairs) await store.put(key, value);
  await store.close();
}

test(
  'one digs and the other watches, while the line being typed stays whole below',
  deadline,
  async () => {
    const heather = login('heather');
    await heather.isTyping('');
    const robin = login('robin');
    await heather.sees(/^robin \(Undergraduate\) comes into the game/);
    await robin.isTyping('');

    // Longer than the line is wide, so that it wraps.
    const half = `tell robin ${'I am still typing this and it goes on '.repeat(3)}until here`;
    heather.press(half);
    await heather.sees(/until here$/);
    robin.type('mine 4');
    await robin.sees(/^You rest: /);
    await heather.sees(/^robin digs up \d+ coins?\.$/);
    robin.type('say are you there?');
    await heather.sees(/^robin says: are you there\?$/);
    // The line is drawn again below, which the terminal may show a moment later.
    await heather.sees(/until here$/);
    const lines = heather.lines();
    const typedRow = lines.findIndex((line) => line.includes('> tell robin'));
    assert.equal(lines.slice(typedRow).join('').replace(/^.*> /, ''), half, 'the line is whole');
    assert.equal(lines.filter((line) => line.includes('> tell robin')).length, 1, 'and there once');
    assert.ok(typedRow > lines.findIndex((line) => line.startsWith('robin says')), 'and below');
    assert.equal(heather.cursor().row, lines.length - 1, 'the cursor stands behind it');
    const firstNews = lines.findIndex((line) => line.startsWith('robin (Undergraduate)'));
    assert.ok(!lines.slice(firstNews, typedRow).includes(''), 'with no hole between');

    heather.press('\r');
    await robin.sees(/^heather tells you: I am still typing/);
    heather.press('\u0004');
    await robin.sees(/^heather has left the game\.$/);
    assert.equal(await heather.end(), 0, 'Ctrl-D is a goodbye');
    robin.type('quit');
    assert.equal(await robin.end(), 0);
  },
);

test('two solve one problem together, and both are promoted', deadline, async () => {
  const strong = '{"v":1,"earned":0,"spent":0,"bought":{"cpu":64},"broken":{}}';
  const part = '{"v":1,"steps":30,"hits":3,"at":1}';
  await put(
    ['sam', 'kim'].flatMap((name) => [
      [ledgerKey(name, 'earlier1'), strong] as const,
      [damageKey('undergraduate', 1, name, 'earlier1'), part] as const,
    ]),
  );
  const sam = login('sam');
  const kim = login('kim');
  await Promise.all([sam.isTyping(''), kim.isTyping('')]);
  sam.type('problem');
  await sam.sees(/Done so far +\[#+-+\] +60 %, 40 steps left/);
  // So much hardware does not all break before the first hit, and that is enough.
  sam.type('solve 1000');
  kim.type('solve 1000');
  const again = [sam, kim].map(async (player) => {
    await player.sees(/\*\*\* The Travelling Salesman is solved! \*\*\*|back to digging/);
    if (!player.lines().some((line) => line.includes('is solved!'))) player.type('solve 1000');
    await player.sees(/^You are promoted: Masters student$/);
  });
  await Promise.all(again);
  const titles = [sam, kim].filter((player) =>
    player.lines().some((line) => line.includes('You take the last step')),
  );
  assert.equal(titles.length, 1, 'one of them took the last step');
  sam.type('shop');
  await sam.sees(/^gpu +a graphics card +5 coins/);
  for (const player of [sam, kim]) {
    player.press('\u0004');
    assert.equal(await player.end(), 0);
  }
});

test('Tab completes, Ctrl-C stops the work and then tells how to leave', deadline, async () => {
  const lee = login('lee', '--pace', '5');
  await lee.isTyping('');
  lee.press('min\t');
  await lee.isTyping('mine');
  lee.press('100\r');
  await lee.sees(/^You dig, 100 times\./);
  lee.press('half a wor');
  await lee.isTyping('half a wor');
  lee.press('\u0003');
  await lee.sees(/digging \d+\/100 >$/);
  lee.press('\u0003');
  await lee.sees(/^You stop after \d+ of 100/);
  lee.press('\u0003');
  await lee.sees(/quit or Ctrl-D leaves the game/);
  lee.press('move gat\t');
  await lee.isTyping('move gates-');
  lee.press('\t');
  await lee.sees(/^gates-1 +gates-2/);
  lee.press('7\r');
  await lee.sees(/^Gates Hall, floor 7$/);
  lee.press('\u0004');
  assert.equal(await lee.end(), 0);
});

test('plain mode moves no cursor and draws no bar', deadline, async () => {
  const ann = login('ann', '--plain');
  await ann.sees(/'mine 5' digs/);
  ann.type('move bridge');
  await ann.sees(/^P = NP: 0 of 500,000 steps done/);
  ann.press('\u0004');
  assert.equal(await ann.end(), 0);
  assert.ok(ann.lines().some((line) => line.startsWith('Goodbye.')));
});

test('whoever gives no name is asked for one until it is one', deadline, async () => {
  const args = ['cmud', '--server', address];
  const player = new PtyPlayer(args, { environment: { NO_COLOR: '1' } });
  players.push(player);
  await player.sees(/^name >/);
  player.type('al');
  await player.sees(/^"al" will not do/);
  player.type('Maria');
  await player.sees(/^Welcome, maria\.$/);
  player.press('\u0004');
  assert.equal(await player.end(), 0);
});

test('through a pipe a line waits for the work before it, and the end is a goodbye', async () => {
  const args = ['cmud', '--server', address, '--name', 'pipe', '--pace', '0.01'];
  const { exitCode, stdout, stderr } = await runAtoll(args, {
    input: 'mine 20\nbuy 2 cpu\ninv\nfrobnicate\n',
  });
  assert.equal(exitCode, 0, stderr);
  const order = [
    /You dig, 20 times/,
    /You rest: /,
    /You buy 2 cpu/,
    /cpu .* 3 /,
    /no command/,
    /Goodbye/,
  ];
  let from = 0;
  for (const pattern of order) {
    const found = pattern.exec(stdout.slice(from));
    assert.ok(found !== null, `${String(pattern)} after ${from} in\n${stdout}`);
    from += found.index;
  }
  assert.ok(!stdout.includes('\u001b'), 'no escape sequence goes into a pipe');
});

test('stop does not wait in a pipe, and a name can be its first line', async () => {
  const { exitCode, stdout } = await runAtoll(['cmud', '--server', address], {
    input: 'stopper\nmine 1000\nstop\nstats\n',
  });
  assert.equal(exitCode, 0);
  assert.match(stdout, /You stop after 0 of 1,000[^]*stopper \(you\)/);
});

test('no server is exit 5, a wrong name is exit 2, and both say why', async () => {
  const away = await runAtoll(['cmud', '--server', '127.0.0.1:1', '--name', 'heather']);
  assert.equal(away.exitCode, 5);
  assert.match(away.stderr, /^atoll: no connection to 127\.0\.0\.1:1/);
  const wrong = await runAtoll(['cmud', '--name', 'a/b']);
  assert.equal(wrong.exitCode, 2);
  assert.match(wrong.stderr, /3 to 16 characters/);
});
