import { builtinModules } from 'node:module';
import { posix } from 'node:path';
import { importTable, rowOf } from './import-table.ts';
import { scan } from './scanner.ts';
import type { Token } from './scanner.ts';
import { isProduct } from './tree.ts';
import type { Finding, Tree } from './tree.ts';

interface Import {
  readonly specifier: string;
  readonly line: number;
}

/** Every `import … from 'x'`, `export … from 'x'`, `import 'x'` and `import('x')` of a file. */
function findImports(tokens: readonly Token[]): Import[] {
  const imports: Import[] = [];
  for (const [index, token] of tokens.entries()) {
    if (token.kind !== 'string') continue;
    const before = tokens[index - 1];
    const isImported =
      before?.kind === 'word'
        ? before.text === 'from' || before.text === 'import'
        : before?.text === '(' && tokens[index - 2]?.text === 'import';
    if (isImported) imports.push({ specifier: token.text, line: token.line });
  }
  return imports;
}

/** The import table holds: no file of the product imports what its row does not name. */
export function checkImports(tree: Tree): Finding[] {
  const findings: Finding[] = [];
  for (const [path, source] of tree) {
    if (!isProduct(path)) continue;
    const row = rowOf(path);
    if (row === undefined) {
      findings.push({ path, message: 'has no row in tools/tidy/import-table.ts' });
      continue;
    }
    for (const { specifier, line } of findImports(scan(source))) {
      const message = judge(path, row, specifier);
      if (message !== undefined) findings.push({ path, line, message });
    }
  }
  return findings;
}

/** What is wrong with `path`, of `row`, importing `specifier`; undefined if nothing is. */
function judge(path: string, row: string, specifier: string): string | undefined {
  const { rows, packages, node } = importTable[row] ?? { rows: [], packages: [], node: false };
  if (!specifier.startsWith('.')) {
    const name = packageName(specifier);
    if (name.startsWith('node:') || builtinModules.includes(name)) {
      return node ? undefined : `${row} may not import ${specifier}: only platform and cli may`;
    }
    return packages.includes(name) ? undefined : `${row} may not import the package ${name}`;
  }
  const target = posix.normalize(posix.join(posix.dirname(path), specifier));
  if (!isProduct(target)) return `${row} may not import ${target}, which does not ship`;
  const targetRow = rowOf(target);
  if (targetRow === undefined) return `${target} has no row in tools/tidy/import-table.ts`;
  if (targetRow === row) return undefined;
  const isAllowed = rows === 'all' ? targetRow !== 'sim' : rows.includes(targetRow);
  return isAllowed ? undefined : `${row} may not import ${targetRow} (${target})`;
}

function packageName(specifier: string): string {
  if (specifier.startsWith('node:')) return specifier;
  const parts = specifier.split('/');
  return parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
}
