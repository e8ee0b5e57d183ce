import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { commandTable, findCommands } from './command-table.ts';
import { gameLimits } from './game-limits.ts';
import { topics } from './help.ts';
import { parseLine } from './parse-command.ts';
import { plainText } from './phrase.ts';
import { findPlaces, nextPlace, places } from './places.ts';
import { suggest } from './suggestion.ts';

function deed(line: string): unknown {
  const parsed = parseLine(line);
  assert.equal(parsed.kind, 'deed', line);
  return parsed.kind === 'deed' ? parsed.deed : undefined;
}

function refusal(line: string): string {
  const parsed = parseLine(line);
  assert.equal(parsed.kind, 'refused', line);
  return parsed.kind === 'refused' ? plainText(parsed.words) : '';
}

test('every command is known by its name, its aliases and each beginning that is clear', () => {
  for (const { name, aliases } of commandTable) {
    for (const word of [name, name.toUpperCase(), ...aliases]) {
      assert.deepEqual(
        findCommands(word).map((row) => row.name),
        [name],
      );
    }
    for (let length = 1; length < name.length; length++) {
      const found = findCommands(name.slice(0, length));
      const isAlias = found.length === 1 && found[0]?.name !== name;
      assert.ok(isAlias || found.some((row) => row.name === name));
    }
  }
});

test('no two commands share a name or an alias', () => {
  const words = commandTable.flatMap(({ name, aliases }) => [name, ...aliases]);
  assert.equal(new Set(words).size, words.length);
  assert.ok(!topics.some((topic) => words.includes(topic)));
});

test('no line at all breaks the reading of lines', () => {
  const words = fc.constantFrom(...commandTable.map(({ name }) => name));
  fc.assert(
    fc.property(words, fc.string({ unit: 'binary' }), (name, rest) => {
      parseLine(rest);
      parseLine(`${name} ${rest}`);
    }),
  );
});

test('a number that is none, too small or too large is answered with what was expected', () => {
  for (const wrong of ['abc', '999999999', '0', '-5', '1.5', '1e3', '0x10', '١', '9'.repeat(100)]) {
    assert.match(refusal(`mine ${wrong}`), /whole number from 1 to 1,000/);
    assert.match(refusal(`solve ${wrong}`), /whole number from 1 to 1,000/);
  }
  assert.match(refusal('buy -1 gpu'), /1 or more/);
  assert.deepEqual(deed('mine 1,000'), { kind: 'mine', times: 1_000 });
  assert.deepEqual(deed('mine'), { kind: 'mine', times: 1 });
});

test('a line of any length is answered in a line', () => {
  assert.match(refusal('x'.repeat(1_000_000)), /too long/);
  assert.ok(refusal(`move ${'x'.repeat(900)}`).length < 200);
  assert.match(refusal(`say ${'x'.repeat(gameLimits.messageCharsMax + 1)}`), /400 is the most/);
});

test('buying takes a number, max, or all there is', () => {
  assert.deepEqual(deed('buy gpu'), { kind: 'buy', type: 'gpu', count: 'max' });
  assert.deepEqual(deed('buy max dark'), { kind: 'buy', type: 'dark_matter', count: 'max' });
  assert.deepEqual(deed('buy 12 dark-matter'), { kind: 'buy', type: 'dark_matter', count: 12 });
  assert.deepEqual(deed('buy 2 cpus'), { kind: 'buy', type: 'cpu', count: 2 });
  assert.match(refusal('buy quantun'), /Did you mean quantum/);
});

test('signs need no space, and words keep theirs', () => {
  assert.deepEqual(deed("'hello  there"), { kind: 'say', words: 'hello  there' });
  assert.deepEqual(deed(':waves'), { kind: 'emote', words: 'waves' });
  assert.deepEqual(deed('TELL Robin  Hello'), { kind: 'tell', name: 'robin', words: 'Hello' });
});

test('a typing mistake is answered with what may have been meant', () => {
  assert.match(refusal('mvoe fence'), /Did you mean move/);
  assert.match(refusal('slove'), /Did you mean solve/);
  assert.doesNotMatch(refusal('xyzzy'), /Did you mean/);
  assert.equal(suggest('x'.repeat(100_000), ['mine']), undefined);
});

test('every place is reached from every place, by id, floor and a clear beginning', () => {
  for (const { id, aliases } of places) {
    for (const word of [id, ...aliases]) {
      assert.deepEqual(
        findPlaces(word).map((place) => place.id),
        [id],
        word,
      );
    }
  }
  assert.deepEqual(deed('move the fence'), { kind: 'move', to: 'fence' });
  assert.deepEqual(deed('go Gates Hall 7'), { kind: 'move', to: 'gates-7' });
  assert.deepEqual(deed('n'), { kind: 'move', to: 'next' });
  let place = places[0]?.id ?? 'fence';
  const walked = new Set(places.map(() => (place = nextPlace(place))));
  assert.equal(walked.size, 11);
});

test('a command that takes nothing says so', () => {
  assert.match(refusal('look around'), /stands alone/);
});
