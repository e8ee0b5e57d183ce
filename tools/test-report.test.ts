import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { Project } from '../test/support/project.ts';
import { projectRoot } from './project-root.ts';
import { TestReport } from './test-report.ts';
import type { TestOutcome } from './test-report.ts';

/** Runs the test runner in a project of these compiled tests; each has a source unless it is stale. */
function runTests(
  t: TestContext,
  tests: Readonly<Record<string, string>>,
  options: { stale?: string; patterns?: readonly string[] } = {},
): { status: number | null; output: string } {
  const project = new Project(t);
  project.write('package.json', '{ "type": "module" }');
  for (const file of ['run-tests.js', 'test-report.js', 'project-root.js']) {
    project.copy(projectRoot, `dist/tools/${file}`);
  }
  for (const [name, body] of Object.entries(tests)) {
    const imports =
      "import assert from 'node:assert'; import { describe, test } from 'node:test';\n";
    project.write(`dist/src/${name}.test.js`, imports + body);
    if (name !== options.stale) project.write(`src/${name}.test.ts`, '');
  }
  // The context tells a test that it runs below another runner; this one is on its own.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [project.at('dist/tools/run-tests.js'), ...(options.patterns ?? [])],
    { encoding: 'utf8', env },
  );
  return { status, output: stdout + stderr };
}

test('a good run ends with the counts and exit 0, and says nothing about what passed', (t) => {
  const { status, output } = runTests(t, {
    a: "describe('group', () => { test('one', () => {}); test('two', () => {}); });",
    b: "console.log('noise'); test('three', () => {});",
  });
  assert.equal(status, 0, output);
  assert.match(output, /^# tests 3\n# suites 1\n# pass 3\n# fail 0\n/);
  assert.doesNotMatch(output, /noise/);
});

test('a failure is told with its place, its reason and what its file printed', (t) => {
  const { status, output } = runTests(t, {
    a: "console.log('a clue'); describe('group', () => { test('adds', () => assert.equal(1, 2)); });",
  });
  assert.equal(status, 1);
  assert.match(output, /FAILED: dist\/src\/a\.test\.js › group › adds\n/);
  assert.match(output, /1 == 2/);
  assert.match(output, /a clue/);
  assert.match(output, /# fail 1\n/);
});

test('a skipped test is told with its reason and does not fail the run', (t) => {
  const { status, output } = runTests(t, {
    a: "test('one', () => {}); test('compares', { skip: 'redis-server is missing' }, () => {});",
  });
  assert.equal(status, 0);
  assert.match(output, /skipped: dist\/src\/a\.test\.js › compares: redis-server is missing\n/);
  assert.match(output, /# skipped 1\n/);
});

test('a file without a test fails the run', (t) => {
  const { status, output } = runTests(t, { a: '', b: "test('one', () => {});" });
  assert.equal(status, 1);
  assert.match(output, /FAILED: dist\/src\/a\.test\.js holds no test\n/);
});

test('a file that cannot be loaded fails the run and says why', (t) => {
  const { status, output } = runTests(t, { a: "throw new Error('no module');" });
  assert.equal(status, 1);
  assert.match(output, /FAILED: dist\/src\/a\.test\.js\n[^]*no module/);
});

test('a run in which every test is skipped fails: it checked nothing', (t) => {
  const { status, output } = runTests(t, { a: "test('one', { skip: 'later' }, () => {});" });
  assert.equal(status, 1);
  assert.match(output, /not a single test ran/);
});

test('a run without test files fails', (t) => {
  const { status, output } = runTests(t, {});
  assert.equal(status, 1);
  assert.match(output, /no test file matches/);
});

test('the compiled test of a source that is gone does not run', (t) => {
  const tests = { gone: "test('one', () => assert.fail());", a: "test('two', () => {});" };
  const { status, output } = runTests(t, tests, { stale: 'gone' });
  assert.equal(status, 0, output);
  assert.match(output, /# tests 1\n/);
});

test('patterns choose among the files, by source or compiled name', (t) => {
  const tests = { a: "test('one', () => {});", b: "test('two', () => assert.fail());" };
  for (const pattern of ['src/a', 'a.test.ts', 'a.test.js']) {
    const { status, output } = runTests(t, tests, { patterns: [pattern] });
    assert.equal(status, 0, output);
    assert.match(output, /# tests 1\n/);
  }
  const { status, output } = runTests(t, tests, { patterns: ['zebra'] });
  assert.equal(status, 1);
  assert.match(output, /no test file matches zebra/);
});

test('what was slow is named, the slowest first, and so is a file that lingers', () => {
  const lines: string[] = [];
  const report = new TestReport((line) => lines.push(line));
  const outcome = (name: string, durationMs: number, file: string): TestOutcome => ({
    name,
    file,
    nesting: 0,
    details: { duration_ms: durationMs },
  });
  report.add({ type: 'test:pass', data: outcome('quick', 1_999, 'a') });
  report.add({ type: 'test:pass', data: outcome('slow', 2_100, 'a') });
  report.add({ type: 'test:complete', data: outcome('slow', 2_100, 'a') });
  report.add({ type: 'test:complete', data: outcome('a', 61_000, 'a') });
  assert.equal(report.finish(), true);
  assert.deepEqual(lines, ['slow: 61.0 s a', 'slow: 2.1 s a › slow']);
});
