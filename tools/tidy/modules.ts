import { entryFiles } from './import-table.ts';
import { scan } from './scanner.ts';
import type { Token } from './scanner.ts';
import { isTypeScript } from './tree.ts';
import type { Finding, Tree } from './tree.ts';

/**
 * No default exports: a thing has one name everywhere. No barrels (files that only pass on what others
 * export) but the entries of the package: they hide who needs what and load what nobody asked for.
 */
export function checkModules(tree: Tree): Finding[] {
  const findings: Finding[] = [];
  for (const [path, source] of tree) {
    if (!isTypeScript(path)) continue;
    const tokens = scan(source);
    const exportDefault = tokens.find(isDefaultExport);
    if (exportDefault !== undefined) {
      findings.push({
        path,
        line: exportDefault.line,
        message: 'exports a default: give it a name',
      });
    }
    if (!entryFiles.has(path) && isBarrel(tokens)) {
      findings.push({
        path,
        message: 'only passes on what other files export: import those directly',
      });
    }
  }
  return findings;
}

/** `export default …`, and `export { x as default }`. */
function isDefaultExport(token: Token, index: number, tokens: readonly Token[]): boolean {
  if (token.kind !== 'word' || token.text !== 'default') return false;
  const before = tokens[index - 1];
  if (before?.kind !== 'word') return false;
  return before.text === 'export' || (before.text === 'as' && isInExportList(tokens, index));
}

function isInExportList(tokens: readonly Token[], index: number): boolean {
  const opening = tokens.slice(0, index).findLastIndex(({ text }) => text === '{');
  const before = tokens[opening - 1]?.text === 'type' ? tokens[opening - 2] : tokens[opening - 1];
  return before?.text === 'export';
}

/** Whether every statement is an `export … from`. */
function isBarrel(tokens: readonly Token[]): boolean {
  let rest = tokens;
  while (rest.length > 0) {
    const length = reexportLength(rest);
    if (length === 0) return false;
    rest = rest.slice(length);
  }
  return tokens.length > 0;
}

/** How many tokens the re-export takes that `tokens` begin with; 0 if they begin with something else. */
function reexportLength(tokens: readonly Token[]): number {
  if (tokens[0]?.text !== 'export') return 0;
  let at = tokens[1]?.text === 'type' ? 2 : 1;
  if (tokens[at]?.text === '{') {
    while (at < tokens.length && tokens[at]?.text !== '}') at++;
    at++;
  } else if (tokens[at]?.text === '*') {
    at += tokens[at + 1]?.text === 'as' ? 3 : 1;
  } else {
    return 0;
  }
  if (tokens[at]?.text !== 'from') return 0;
  return tokens[at + 2]?.text === ';' ? at + 3 : at + 2;
}
