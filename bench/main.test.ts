import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { Project } from '../test/support/project.ts';
import { projectRoot } from '../tools/project-root.ts';

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the benchmark `coin` of a small project; it measures its own options. */
function bench(
  t: TestContext,
  args: readonly string[],
  coin = `say('tossing'); return {
    heads: { value: rounds, unit: '1/s', min: 1, max: 9 }, edgeMs: { value: seconds, unit: 'ms' } };`,
): Ended & { readonly project: Project } {
  const project = new Project(t);
  project.write('package.json', '{ "type": "module" }');
  for (const part of ['bench', 'tools', 'src/core']) project.copy(projectRoot, `dist/${part}`);
  project.write('bench/coin.ts', '');
  const source = `export async function run({ rounds, seconds, say }) { ${coin} }`;
  project.write('dist/bench/coin.js', source);
  const options = { encoding: 'utf8', cwd: tmpdir() } as const;
  const script = project.at('dist/bench/main.js');
  return { project, ...spawnSync(process.execPath, [script, ...args], options) };
}

test('a benchmark prints a table with units and spread', (t) => {
  const { status, stdout, stderr } = bench(t, ['coin']);
  assert.equal(status, 0, stderr);
  assert.equal(stdout, 'heads   5  1/s  1 … 9\nedgeMs  1  ms\n');
  assert.equal(stderr, 'tossing\n');
});

test('with --json the last line is one JSON object of figures', (t) => {
  const { stdout } = bench(t, ['coin', '--json', '--rounds', '3', '--seconds', '0.5']);
  const lines = stdout.trimEnd().split('\n');
  assert.deepEqual(JSON.parse(lines.at(-1) ?? ''), { heads: 3, edgeMs: 0.5 });
});

test('with --save the figures are kept with the day and the machine', (t) => {
  const { project, stdout } = bench(t, ['coin', '--save', '--json']);
  const [file = ''] = fs.readdirSync(project.at('bench/results'));
  assert.match(file, /^coin-\d{4}-\d\d-\d\d\.json$/);
  const saved = JSON.parse(fs.readFileSync(project.at(`bench/results/${file}`), 'utf8')) as Record<
    string,
    object
  >;
  assert.deepEqual(Object.keys(saved), ['bench', 'date', 'machine', 'figures']);
  const machine = Object.keys(saved['machine'] ?? {});
  assert.deepEqual(machine, ['cores', 'model', 'memoryGiB', 'system', 'node']);
  assert.match(stdout.trimEnd().split('\n').at(-1) ?? '', /^\{/);
});

test('a benchmark that fails fails the command, and prints no figures', (t) => {
  const { status, stdout, stderr } = bench(t, ['coin', '--json'], "throw new Error('no coin')");
  assert.equal(status, 1);
  assert.equal(stdout, '');
  assert.match(stderr, /no coin/);
});

for (const [what, args, problem] of [
  ['no name', [], /which benchmark\?/],
  ['an unknown name', ['dice'], /there is no benchmark 'dice'/],
  ['a path instead of a name', ['harness/figures'], /there is no benchmark 'harness\/figures'/],
  ['two names', ['coin', 'dice'], /one benchmark at a time, got also 'dice'/],
  ['an unknown option', ['--speed'], /--speed/],
  ['rounds that are no number', ['coin', '--rounds', 'many'], /--rounds takes a whole number/],
  ['no time at all', ['coin', '--seconds', '0'], /--seconds takes a number above 0/],
] as const) {
  test(`${what} is wrong usage: exit 2, the problem, and the names that there are`, (t) => {
    const { status, stderr } = bench(t, args);
    assert.equal(status, 2);
    assert.match(stderr, problem);
    assert.match(stderr, /NAME is one of: coin\n/);
  });
}
