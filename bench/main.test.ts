import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectRoot } from '../tools/project-root.ts';

function bench(...args: string[]): { status: number | null; stderr: string } {
  const script = join(projectRoot, 'dist/bench/main.js');
  return spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
}

for (const [what, args, problem] of [
  ['no name', [], /which benchmark\?/],
  ['an unknown name', ['no-such-thing'], /there is no benchmark 'no-such-thing'/],
  ['a path instead of a name', ['harness/figures'], /there is no benchmark 'harness\/figures'/],
  ['two names', ['one', 'two'], /one benchmark at a time/],
  ['an unknown option', ['--speed'], /--speed/],
  ['rounds that are no number', ['x', '--rounds', 'many'], /--rounds takes a whole number/],
  ['no time at all', ['x', '--seconds', '0'], /--seconds takes a number above 0/],
] as const) {
  test(`${what} is wrong usage: exit 2, the problem, and the names that there are`, () => {
    const { status, stderr } = bench(...args);
    assert.equal(status, 2);
    assert.match(stderr, problem);
    assert.match(stderr, /NAME is one of: /);
  });
}
