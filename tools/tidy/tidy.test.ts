import assert from 'node:assert/strict';
import { test } from 'node:test';
import { projectRoot } from '../project-root.ts';
import { checkErrorReference } from './error-reference.ts';
import { bannedGlobals, checkGlobals } from './globals.ts';
import { entryFiles, importTable } from './import-table.ts';
import { checkImports } from './imports.ts';
import { checkDocumentMap, checkLinks } from './links.ts';
import { checkLockFile } from './lock-file.ts';
import { checkModules } from './modules.ts';
import { checkReadmes } from './readmes.ts';
import { checkSizes, fileLinesAim } from './sizes.ts';
import { formatFinding, tidy } from './tidy.ts';
import { readTree } from './tree.ts';
import type { Finding, Tree } from './tree.ts';
import { checkWords } from './words.ts';

type Rule = (tree: Tree) => Finding[];

/** What `rule` finds in a tree of these files. */
function findings(rule: Rule, files: Readonly<Record<string, string>>): string[] {
  return rule(new Map(Object.entries(files))).map(formatFinding);
}

function importing(path: string, specifier: string): string[] {
  return findings(checkImports, { [path]: `import { x } from '${specifier}';` });
}

test('this project is tidy', () => {
  assert.deepEqual(tidy(readTree(projectRoot)).map(formatFinding), []);
});

test('the tree that is looked at is this one, and whole', () => {
  const tree = readTree(projectRoot);
  for (const path of [
    'src/core/assert.ts',
    'package.json',
    '.ci/run',
    'docs/reference/errors.md',
  ]) {
    assert.ok(tree.has(path), path);
  }
  for (const path of tree.keys()) assert.doesNotMatch(path, /node_modules|^dist\//);
});

// The import table.

test('the core imports nothing of ours, the others only their rows', () => {
  assert.deepEqual(importing('src/core/a.ts', '../actor/b.ts'), [
    'src/core/a.ts:1: core may not import actor (src/actor/b.ts)',
  ]);
  assert.deepEqual(importing('src/actor/a.ts', '../core/b.ts'), []);
  assert.deepEqual(importing('src/geo/server/a.ts', '../merge.ts'), []);
  assert.deepEqual(importing('src/geo/merge.ts', './server/a.ts'), [
    'src/geo/merge.ts:1: geo may not import geo/server (src/geo/server/a.ts)',
  ]);
});

// CMUD §6.1: the client must not use actors.
test('a client half imports neither a server half nor actors', () => {
  assert.deepEqual(importing('src/geo/client/a.ts', '../server/b.ts'), [
    'src/geo/client/a.ts:1: geo/client may not import geo/server (src/geo/server/b.ts)',
  ]);
  assert.deepEqual(importing('src/geo/client/a.ts', '../../actor/b.ts'), [
    'src/geo/client/a.ts:1: geo/client may not import actor (src/actor/b.ts)',
  ]);
  assert.deepEqual(importing('src/geo/server/a.ts', '../client/b.ts'), [
    'src/geo/server/a.ts:1: geo/server may not import geo/client (src/geo/client/b.ts)',
  ]);
});

test('nothing that ships imports the simulator, tests or tools', () => {
  assert.deepEqual(importing('src/cli/a.ts', '../sim/b.ts'), [
    'src/cli/a.ts:1: cli may not import sim (src/sim/b.ts)',
  ]);
  assert.deepEqual(importing('src/index.ts', './sim/b.ts'), [
    'src/index.ts:1: entries may not import sim (src/sim/b.ts)',
  ]);
  assert.deepEqual(importing('src/cli/a.ts', '../../tools/b.ts'), [
    'src/cli/a.ts:1: cli may not import tools/b.ts, which does not ship',
  ]);
  assert.deepEqual(importing('src/actor/a.ts', './b.test.ts'), [
    'src/actor/a.ts:1: actor may not import src/actor/b.test.ts, which does not ship',
  ]);
});

test('node modules come in through platform and cli only, whatever their spelling', () => {
  assert.deepEqual(importing('src/platform/a.ts', 'node:net'), []);
  assert.deepEqual(importing('src/cli/a.ts', 'node:net'), []);
  for (const specifier of ['node:net', 'fs', 'fs/promises']) {
    assert.deepEqual(importing('src/resp/a.ts', specifier), [
      `src/resp/a.ts:1: resp may not import ${specifier}: only platform and cli may`,
    ]);
  }
});

test('packages come in where the table names them', () => {
  assert.deepEqual(importing('src/platform/a.ts', 'pino'), []);
  assert.deepEqual(importing('src/platform/a.ts', 'pino/file'), []);
  assert.deepEqual(importing('src/resp/a.ts', '@scope/name/part'), [
    'src/resp/a.ts:1: resp may not import the package @scope/name',
  ]);
});

test('every form of import counts, and none in comments and strings', () => {
  const source = `
    import type { a } from '../sim/a.ts';
    import '../sim/b.ts';
    export { c } from '../sim/c.ts';
    const d = await import('../sim/d.ts');
    // import '../sim/e.ts';
    const f = "import '../sim/f.ts'";`;
  assert.equal(findings(checkImports, { 'src/actor/a.ts': source }).length, 4);
});

test('a folder without a row is no place for files', () => {
  assert.deepEqual(findings(checkImports, { 'src/shared/a.ts': '' }), [
    'src/shared/a.ts: has no row in tools/tidy/import-table.ts',
  ]);
  assert.deepEqual(findings(checkImports, { 'src/stray.ts': '' }), [
    'src/stray.ts: has no row in tools/tidy/import-table.ts',
  ]);
});

test('tests import what they like', () => {
  assert.deepEqual(importing('src/core/a.test.ts', '../sim/b.ts'), []);
  assert.deepEqual(importing('test/contract/a.ts', 'node:fs'), []);
});

test('the table names only rows that it has', () => {
  for (const [row, { rows }] of Object.entries(importTable)) {
    if (rows === 'all') continue;
    for (const name of rows) assert.ok(Object.hasOwn(importTable, name), `${row}: ${name}`);
  }
  assert.equal(entryFiles.size, 5);
});

// Banned globals.

test('every way to the outside past the interfaces is banned, with what to use instead', () => {
  for (const [name, replacement] of Object.entries(bannedGlobals)) {
    assert.deepEqual(findings(checkGlobals, { 'src/actor/a.ts': `const x = ${name};` }), [
      `src/actor/a.ts:1: ${name} is banned here: use ${replacement}`,
    ]);
  }
});

test('the page reaches the browser through its doors, and is looked at though it is of markup', () => {
  const tree = { 'src/tribbler/web/page/a.tsx': '<p>{Date.now()}</p>;' };
  assert.deepEqual(findings(checkGlobals, tree), [
    'src/tribbler/web/page/a.tsx:1: Date is banned here: use Clock of core/clock.ts',
  ]);
  assert.deepEqual(findings(checkGlobals, { 'src/tribbler/web/browser/a.ts': 'Date.now();' }), []);
});

test('chance is banned, the rest of Math is not', () => {
  assert.deepEqual(findings(checkGlobals, { 'src/geo/a.ts': 'Math.max(1,\n Math.random());' }), [
    'src/geo/a.ts:2: Math.random is banned here: use Random of core/random.ts',
  ]);
});

test('a banned name is found in calls, types, insertions and conditions', () => {
  for (const use of [
    'f(setTimeout(g, 1))',
    'new Date()',
    '`${process.pid}`',
    'a ? Date : b',
    '{ now: Date.now() }',
    'case fetch(x): {',
    'if (fetch(x)) {}',
    'let at: Date',
    'fetch(x);',
    'globalThis.performance',
  ]) {
    assert.equal(findings(checkGlobals, { 'src/resp/a.ts': use }).length, 1, use);
  }
});

test('members, comments and strings that only look like a banned name are fine', () => {
  for (const use of [
    'this.process(x)',
    'a?.fetch()',
    'x = { process: 1, fetch(key) { } }',
    'interface A { fetch(key: string): void; process?: B; readonly crypto: C }',
    'class A { async fetch(key: string): Promise<B> {} }',
    '// Date',
    "'Date'",
    'Buffer.from(x); new TextEncoder()',
  ]) {
    assert.deepEqual(findings(checkGlobals, { 'src/resp/a.ts': use }), [], use);
  }
});

test('platform, cli and tests touch the outside', () => {
  for (const path of ['src/platform/a.ts', 'src/cli/a.ts', 'src/geo/a.test.ts', 'tools/a.ts']) {
    assert.deepEqual(findings(checkGlobals, { [path]: 'Date.now()' }), [], path);
  }
});

// Modules.

test('a default export is refused in either spelling', () => {
  const message = 'exports a default: give it a name';
  assert.deepEqual(findings(checkModules, { 'src/a.ts': '\nexport default 1;' }), [
    `src/a.ts:2: ${message}`,
  ]);
  assert.deepEqual(
    findings(checkModules, { 'test/a.ts': 'const a = 1; export { a as default };' }),
    [`test/a.ts:1: ${message}`],
  );
  const imports = "import { default as a } from 'a'; export const b = a; switch (b) { default: }";
  assert.deepEqual(findings(checkModules, { 'src/a.ts': imports }), []);
});

test('a file that only passes on is refused, except the entries', () => {
  const barrel =
    "export { a } from './a.ts';\nexport type { B } from './b.ts'\nexport * as c from './c.ts';";
  assert.deepEqual(findings(checkModules, { 'src/geo/index.ts': barrel }), [
    'src/geo/index.ts: only passes on what other files export: import those directly',
  ]);
  assert.deepEqual(findings(checkModules, { 'src/index.ts': barrel }), []);
  assert.deepEqual(findings(checkModules, { 'src/geo/a.ts': `${barrel} export const d = 1;` }), []);
});

// READMEs.

const readme = [...Array.from({ length: 10 }, () => 'line'), '- `a.ts`: what it is'].join('\n');

test('a folder with files has a README, and so has the folder around it', () => {
  assert.deepEqual(findings(checkReadmes, { 'src/geo/server/a.ts': '' }), [
    'src/geo/server/README.md: is missing: the idea, the invariants, a caption per file',
    'src/geo/README.md: is missing: the idea, the invariants, a caption per file',
  ]);
  assert.deepEqual(findings(checkReadmes, { 'src/geo/a.ts': '', 'src/geo/README.md': readme }), []);
});

test('a README captions every file that is not a test, and no other', () => {
  const files = { 'src/geo/a.ts': '', 'src/geo/a.test.ts': '', 'src/geo/b.ts': '' };
  assert.deepEqual(findings(checkReadmes, { ...files, 'src/geo/README.md': readme }), [
    'src/geo/README.md: has no caption for b.ts',
  ]);
  assert.deepEqual(
    findings(checkReadmes, { 'src/geo/README.md': readme, 'src/geo/b.ts': '' }).toSorted(),
    [
      'src/geo/README.md: has no caption for b.ts',
      'src/geo/README.md:11: captions a.ts, which is not there',
    ],
  );
});

test('two files may share a caption', () => {
  const shared = readme.replace('`a.ts`', '`a.ts`, `b.ts`');
  const files = { 'src/geo/a.ts': '', 'src/geo/b.ts': '', 'src/geo/README.md': shared };
  assert.deepEqual(findings(checkReadmes, files), []);
});

test('a README is neither a stub nor a book', () => {
  for (const [text, lines] of [
    ['- `a.ts`: x', 1],
    [`${readme}${'\nmore'.repeat(30)}`, 41],
  ] as const) {
    assert.deepEqual(findings(checkReadmes, { 'src/geo/a.ts': '', 'src/geo/README.md': text }), [
      `src/geo/README.md: has ${lines} lines: expected 10 to 40`,
    ]);
  }
});

// Sizes.

function sizes(lines: number, exceptions: Readonly<Record<string, number>>): string[] {
  const files = { 'src/geo/a.ts': 'a;\n// why\n\n'.repeat(lines) };
  return findings((tree) => checkSizes(tree, exceptions), files);
}

test('a file above the aim is refused unless it is listed', () => {
  assert.deepEqual(sizes(fileLinesAim, {}), []);
  assert.deepEqual(sizes(fileLinesAim + 1, {}), [
    'src/geo/a.ts: has 301 lines of code: expected at most 300',
  ]);
  assert.deepEqual(sizes(fileLinesAim + 1, { 'src/geo/a.ts': fileLinesAim + 1 }), []);
});

test('the list of large files only gets shorter', () => {
  assert.deepEqual(sizes(321, { 'src/geo/a.ts': 320 }), [
    'src/geo/a.ts: has 321 lines of code: expected no more than its 320',
  ]);
  const list = 'tools/tidy/size-exceptions.ts';
  assert.deepEqual(sizes(310, { 'src/geo/a.ts': 320 }), [
    `${list}: src/geo/a.ts has shrunk to 310 lines: set it to 310`,
  ]);
  assert.deepEqual(sizes(10, { 'src/geo/a.ts': 320 }), [
    `${list}: src/geo/a.ts has shrunk to 10 lines: take it off`,
  ]);
  assert.deepEqual(sizes(10, { 'src/geo/gone.ts': 320 }), [
    `${list}: src/geo/gone.ts is gone: take it off`,
  ]);
});

// Documents.

test('error codes and the headings of their reference match both ways', () => {
  const errors =
    "export const errorCodes = {\n  DISK_FULL: 'no room',\n  USAGE: 'wrong',\n} as const;";
  const files = {
    'src/core/errors.ts': errors,
    'docs/reference/errors.md': '# Errors\n\n## USAGE\n\n## GONE\n',
  };
  assert.deepEqual(findings(checkErrorReference, files), [
    'src/core/errors.ts:2: DISK_FULL has no heading in docs/reference/errors.md',
    'docs/reference/errors.md:5: GONE is no error code of src/core/errors.ts',
  ]);
  assert.deepEqual(findings(checkErrorReference, {}), ['src/core/errors.ts: holds no error codes']);
});

test('a relative link leads to a file, a folder or a heading that is there', () => {
  const files = {
    'docs/a.md': '[b](b.md#two-words) [c](../src) [d](https://example.org/x) [e](#here)\n# Here',
    'docs/b.md': '# Two `words`!\n```\n[x](y.md)\n```\n`[x](y.md)`',
    'src/x.ts': '',
  };
  assert.deepEqual(findings(checkLinks, files), []);
  assert.deepEqual(findings(checkLinks, { 'docs/a.md': '\n[b](b.md) [e](#there)' }), [
    'docs/a.md:2: links to b.md, which is not there',
    'docs/a.md:2: links to #there, and docs/a.md has no such heading',
  ]);
});

test('the map of the documents leads to every one of them', () => {
  const files = {
    'docs/README.md': '[errors](reference/errors.md) [style](../STYLE.md)',
    'docs/reference/errors.md': '',
    'docs/design/lost.md': '',
  };
  assert.deepEqual(findings(checkDocumentMap, files), [
    'docs/README.md: does not link docs/design/lost.md',
  ]);
});

test('what is committed holds no notes to oneself, no private paths, no private registries', () => {
  const note = ['TO', 'DO'].join('');
  assert.deepEqual(findings(checkWords, { 'src/a.ts': `// ${note}: later` }), [
    `src/a.ts:1: ${note} is a note to oneself: do it, or say in words what is left out and why`,
  ]);
  const home = ['', 'home', 'me', 'x'].join('/');
  assert.deepEqual(findings(checkWords, { 'src/a.ts': `const path = '${home}';` }), [
    `src/a.ts:1: ${home.slice(0, 6)} is a path of somebody's machine: use one that every reader has`,
  ]);
  const path = ['', 'tmp', 'x'].join('/');
  assert.deepEqual(findings(checkWords, { 'docs/a.md': `see ${path}` }), [
    `docs/a.md:1: ${path.slice(0, 5)} is a path that not every reader has`,
  ]);
  assert.deepEqual(findings(checkWords, { 'src/a.ts': `'${path}'; 'src${home}'` }), []);
  const lock = '{ "resolved": "http://registry.internal/x.tgz" }';
  assert.deepEqual(findings(checkWords, { 'package-lock.json': lock }), [
    'package-lock.json:1: "resolved": " names a registry that others cannot reach',
  ]);
});

test('no rule is switched off for a line or a file', () => {
  for (const comment of [
    ['oxlint', 'disable-next-line no-console'],
    ['eslint', 'disable'],
    ['oxfmt', 'ignore'],
    ['@ts', 'ignore'],
  ]) {
    const source = `// ${comment.join('-')}`;
    assert.equal(findings(checkWords, { 'src/a.ts': source }).length, 1, source);
  }
  assert.deepEqual(findings(checkWords, { 'src/a.test.ts': '// @ts-expect-error a string' }), []);
});

test('the lock names what other platforms need', () => {
  const packages = {
    'node_modules/a': { optionalDependencies: { 'a-linux': '1.0.0', 'a-darwin': '1.0.0' } },
    'node_modules/a-linux': {},
  };
  assert.deepEqual(findings(checkLockFile, { 'package-lock.json': JSON.stringify({ packages }) }), [
    'package-lock.json: has no entry for a-darwin 1.0.0, which node_modules/a may need elsewhere',
  ]);
  assert.deepEqual(findings(checkLockFile, {}), ['package-lock.json: is missing']);
});
