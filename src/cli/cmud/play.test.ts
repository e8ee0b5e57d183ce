import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Block, Phrase } from '../../cmud/rules/phrase.ts';
import { plainText } from '../../cmud/rules/phrase.ts';
import { layOut } from '../../cmud/text/layout.ts';
import { MemoryGeoSpace } from '../../geo/client/memory-geo-store.ts';
import { Simulation } from '../../sim/simulation.ts';
import { exitCodes } from '../exit-codes.ts';
import { play } from './play.ts';
import type { Terminal, TerminalEvents } from './terminal.ts';

/** A person's terminal that writes nowhere. */
class PaperTerminal implements Terminal {
  readonly isInteractive = true;
  readonly isGone = false;
  readonly lines: string[] = [];
  readonly prompts: string[] = [];

  show(blocks: readonly Block[]): void {
    const options = { width: 92, isPlain: true, quotesCommands: false };
    this.lines.push(...layOut(blocks, options).map(plainText));
  }

  prompt(words: Phrase): void {
    this.prompts.push(plainText(words));
  }

  refresh(): void {}
  pause(): void {}
  resume(): void {}
  mute(): void {}

  close(): Promise<void> {
    return Promise.resolve();
  }
}

test('what is typed while the session opens is played when it is open', async () => {
  const simulation = new Simulation({ seed: 5, promiseTicks: 400 });
  const { outside } = simulation.node('player');
  const terminal = new PaperTerminal();
  let keyboard: TerminalEvents | undefined;
  const playing = play({
    store: new MemoryGeoSpace(simulation.node('store').outside).open(),
    outside,
    name: undefined,
    pace: 1,
    openTerminal: (events) => {
      keyboard = events;
      return terminal;
    },
    onLeave: () => {},
  });
  for (const line of ['heather', 'say early', 'inv', 'quit']) keyboard?.onLine(line);
  assert.equal(await simulation.settle(playing), exitCodes.ok);
  const seen = terminal.lines.join('\n');
  assert.match(seen, /Welcome, heather\.[^]*You say: early[^]*You have 0 coins\.[^]*Goodbye\./);
});
