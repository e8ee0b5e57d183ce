import { countCodeLines } from './scanner.ts';
import { isProduct } from './tree.ts';
import type { Finding, Tree } from './tree.ts';

/** Code lines (no comments, no blanks) above which a file of the product asks to be two. */
export const fileLinesAim = 300;

/**
 * A ratchet: files above the aim are listed with their size. A listed file may not grow, and once it
 * has shrunk its entry has to follow, so that the list only ever gets shorter.
 *
 * The hard bounds (500 lines a file, 70 a function) know no exceptions and are the linter's.
 */
export function checkSizes(tree: Tree, exceptions: Readonly<Record<string, number>>): Finding[] {
  const findings: Finding[] = [];
  const list = 'tools/tidy/size-exceptions.ts';
  for (const [path, source] of tree) {
    if (!isProduct(path)) continue;
    const lines = countCodeLines(source);
    const bound = exceptions[path];
    if (lines > (bound ?? fileLinesAim)) {
      const expected =
        bound === undefined ? `at most ${fileLinesAim}` : `no more than its ${bound}`;
      findings.push({ path, message: `has ${lines} lines of code: expected ${expected}` });
    } else if (bound !== undefined && lines < bound) {
      const entry = lines > fileLinesAim ? `set it to ${lines}` : 'take it off';
      findings.push({ path: list, message: `${path} has shrunk to ${lines} lines: ${entry}` });
    }
  }
  for (const path of Object.keys(exceptions)) {
    if (!tree.has(path)) findings.push({ path: list, message: `${path} is gone: take it off` });
  }
  return findings;
}
