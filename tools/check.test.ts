import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { Project } from '../test/support/project.ts';
import { tools } from './check-tools.ts';
import { projectRoot } from './project-root.ts';

// A check that checks nothing is green. Each test gives a real tool, with our real configuration, a
// small project with mistakes, and expects exactly those to be reported.

const configuration: readonly string[] = [
  '.gitignore',
  '.oxfmtrc.json',
  '.oxlintrc.json',
  'knip.json',
  'package.json',
  'tsconfig.json',
  'tsconfig.setup.json',
  'tools/setup.js',
];

/** With CI set, some tools colour what they print whatever NO_COLOR says. */
const plainEnvironment: NodeJS.ProcessEnv = { ...process.env, NO_COLOR: '1', CI: undefined };

/** Runs one tool of the check over a project of these files under our configuration. */
function runTool(t: TestContext, name: string, files: Readonly<Record<string, string>>): string {
  const project = new Project(t);
  symlinkSync(join(projectRoot, 'node_modules'), project.at('node_modules'));
  for (const path of configuration) project.copy(projectRoot, path);
  for (const [path, text] of Object.entries(files)) project.write(path, text);
  const tool = tools.find((candidate) => candidate.name === name);
  assert.ok(tool !== undefined, name);
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [project.at(tool.script), ...tool.args],
    { cwd: project.root, encoding: 'utf8', env: plainEnvironment },
  );
  assert.notEqual(status, 0, `${name} is content with mistakes`);
  return stdout + stderr;
}

/** `rule path` for each finding, in the form `rule(path)` that people search for. */
function lintFindings(output: string): string[] {
  const found = new Set<string>();
  for (const [, rule, path] of output.matchAll(/^ +x ([\w-]+\([\w-]+\)):.*\n +,-\[(.*?):/gm)) {
    found.add(`${path} ${rule}`);
  }
  return [...found].toSorted();
}

test('the linter finds each mistake that it is there for, and nothing else', (t) => {
  const output = runTool(t, 'lint', {
    'src/core/floating.ts': `
export async function save(): Promise<void> {
  await Promise.resolve();
}
export function lose(): void {
  save();
}
export function misuse(values: number[]): void {
  values.forEach(async () => {
    await save();
  });
}
`,
    'src/core/any.ts': `
export const anything: any = 1;
export const sure = (values: Map<string, number>): number => values.get('a')!;
`,
    'src/core/default.ts': 'export default 1;\n',
    'src/core/barrel.ts': "export * from './any.ts';\n",
    'src/core/cycle-a.ts':
      "import { b } from './cycle-b.ts';\nexport const a = (): number => b();\n",
    'src/core/cycle-b.ts':
      "import { a } from './cycle-a.ts';\nexport const b = (): number => a();\n",
    'src/core/badName.ts': 'export const badName = 1;\n',
    'src/core/long.ts': `export function long(): number {\n  let x = 0;\n${'  x += 1;\n'.repeat(70)}  return x;\n}\n`,
    'src/core/huge.ts': Array.from({ length: 501 }, (_, n) => `export const v${n} = ${n};\n`).join(
      '',
    ),
    'src/core/switch.ts': `
export function name(kind: 'one' | 'two'): string {
  switch (kind) {
    case 'one':
      return 'eins';
  }
  return '';
}
`,
    'src/core/equal.ts': `
export const isSame = (a: string, b: string): boolean => a == b;
export const log = (): void => console.log('here');
`,
    'src/core/unsafe.ts': `
export const port = (text: string): number => JSON.parse(text).port;
export function fail(): never {
  throw 'text';
}
`,
    'src/core/good.test.ts': `
import { describe, test } from 'node:test';
describe('a floating test is how tests are written', () => {
  test('here', async () => {
    await Promise.resolve();
    console.log('and tests may print');
  });
});
`,
  });
  assert.deepEqual(lintFindings(output), [
    'src/core/any.ts typescript(no-explicit-any)',
    'src/core/any.ts typescript(no-non-null-assertion)',
    'src/core/badName.ts unicorn(filename-case)',
    'src/core/barrel.ts oxc(no-barrel-file)',
    'src/core/cycle-a.ts import(no-cycle)',
    'src/core/cycle-b.ts import(no-cycle)',
    'src/core/default.ts import(no-default-export)',
    'src/core/equal.ts eslint(eqeqeq)',
    'src/core/equal.ts eslint(no-console)',
    'src/core/floating.ts typescript(no-floating-promises)',
    'src/core/floating.ts typescript(no-misused-promises)',
    'src/core/huge.ts eslint(max-lines)',
    'src/core/long.ts eslint(max-lines-per-function)',
    'src/core/switch.ts typescript(switch-exhaustiveness-check)',
    'src/core/unsafe.ts typescript(no-unsafe-member-access)',
    'src/core/unsafe.ts typescript(no-unsafe-return)',
    'src/core/unsafe.ts typescript(only-throw-error)',
  ]);
});

test('the formatter names the file that is not formatted', (t) => {
  const output = runTool(t, 'format', {
    'src/core/crooked.ts': 'export const a = "b"\n',
    'src/core/straight.ts': "export const a = 'b';\n",
  });
  assert.match(output, /src\/core\/crooked\.ts/);
  assert.doesNotMatch(output, /straight/);
});

test('the compiler finds what the strict options are for', (t) => {
  const output = runTool(t, 'types', {
    'src/core/unchecked.ts':
      'export function first(values: string[]): string {\n  return values[0];\n}\n',
    'src/core/exact.ts': 'export const options: { a?: string } = { a: undefined };\n',
    'src/core/enum.ts': 'export enum Color {\n  Red,\n}\n',
    'src/core/inferred.ts': 'export const now = String(1);\n',
    'src/core/unused.ts': 'const a = 1;\nexport const b: number = 2;\n',
    'src/core/override.ts':
      'class A {\n  f(): void {}\n}\nexport class B extends A {\n  f(): void {}\n}\n',
    'src/core/implicit.ts': "import { A } from './kinds.ts';\nexport const b: A = 1;\n",
    'src/core/kinds.ts': 'export type A = number;\n',
    // Setup runs before there is a compiler; its types are checked all the same.
    'tools/setup.js': "// @ts-check\n/** @type {number} */\nexport const a = 'text';\n",
  });
  const found = [...output.matchAll(/^(\S+?)\(\d+,\d+\): error (TS\d+)/gm)].map(
    ([, path, code]) => `${path} ${code}`,
  );
  assert.deepEqual(found.toSorted(), [
    'src/core/enum.ts TS1294',
    'src/core/exact.ts TS2375',
    'src/core/implicit.ts TS1484',
    'src/core/inferred.ts TS9010',
    'src/core/override.ts TS4114',
    'src/core/unchecked.ts TS2322',
    'src/core/unused.ts TS6133',
    'tools/setup.js TS2322',
  ]);
});

test('dead code is found: files, exports and packages that nobody uses, and packages not declared', (t) => {
  const output = runTool(t, 'dead code', {
    'src/index.ts': "export { used } from './core/used.ts';\n",
    'src/core/used.ts': `
import { sound } from 'undeclared';
export const used: number = sound;
export const unused: number = 2;
`,
    'src/core/stray.ts': 'export const stray: number = 1;\n',
  });
  assert.match(output, /Unused files \(\d+\)[^]*src\/core\/stray\.ts/);
  assert.match(output, /Unused dependencies \(\d+\)[^]*commander/);
  assert.match(output, /Unlisted dependencies \(1\)\nundeclared/);
  assert.match(output, /Unused exports \(1\)\nunused /);
});
