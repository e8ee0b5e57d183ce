import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { projectRoot } from '../../tools/project-root.ts';

interface PackageFile {
  readonly bin: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, { readonly types: string; readonly default: string }>>;
}

const packageFile = JSON.parse(
  readFileSync(join(projectRoot, 'package.json'), 'utf8'),
) as PackageFile;

/** The paths of the files that would be published. */
function packedFiles(): Set<string> {
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts'];
  const output = execFileSync('npm', args, {
    cwd: projectRoot,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [packed] = JSON.parse(output) as { files: { path: string }[] }[];
  return new Set(packed?.files.map(({ path }) => path));
}

function readBuilt(name: string): string {
  return readFileSync(join(projectRoot, 'dist/page/tribbler', name), 'utf8');
}

test('the package holds what its entries promise, and neither tests nor tools', () => {
  const files = packedFiles();
  const entries = Object.values(packageFile.exports).flatMap((entry) => Object.values(entry));
  for (const path of [...entries, ...Object.values(packageFile.bin)]) {
    assert.ok(files.has(path.replace(/^\.\//, '')), path);
  }
  for (const path of files) {
    assert.doesNotMatch(path, /\.test\.|^dist\/(tools|bench|test|examples)\/|^tools\//);
  }
});

test('the package holds the page as it was built, and not what it was built from', () => {
  const files = packedFiles();
  assert.ok(files.has('dist/page/tribbler/index.html'));
  for (const [, path] of readBuilt('index.html').matchAll(/(?:src|href)="(\/[^"]+)"/g)) {
    assert.ok(files.has(`dist/page/tribbler${path}`), path);
  }
  for (const path of files) assert.doesNotMatch(path, /tribbler\/web\//);
});

test('the page has nothing inline, which its security policy would refuse', () => {
  const html = readBuilt('index.html');
  assert.doesNotMatch(html, /<style|style=|<script(?![^>]*src=)|\son\w+=|data:/);
});

for (const [name, entry] of Object.entries(packageFile.exports)) {
  test(`the entry ${name} can be imported and exports something`, async () => {
    const url = pathToFileURL(join(projectRoot, entry.default)).href;
    const module = (await import(url)) as Record<string, unknown>;
    assert.notDeepEqual(Object.keys(module), []);
  });
}
