import { scan } from './scanner.ts';
import type { Finding, Tree } from './tree.ts';

const table = 'src/core/errors.ts';
const reference = 'docs/reference/errors.md';

/** Every error code has its heading in the reference, and every heading its code. */
export function checkErrorReference(tree: Tree): Finding[] {
  const codes = findCodes(tree.get(table) ?? '');
  const headings = findHeadings(tree.get(reference) ?? '');
  const findings: Finding[] = [];
  if (codes.size === 0) findings.push({ path: table, message: 'holds no error codes' });
  for (const [code, line] of codes) {
    if (!headings.has(code)) {
      findings.push({ path: table, line, message: `${code} has no heading in ${reference}` });
    }
  }
  for (const [code, line] of headings) {
    if (!codes.has(code)) {
      findings.push({ path: reference, line, message: `${code} is no error code of ${table}` });
    }
  }
  return findings;
}

function findCodes(source: string): Map<string, number> {
  const tokens = scan(source);
  const codes = new Map<string, number>();
  for (const [index, { kind, text, line }] of tokens.entries()) {
    if (kind === 'word' && /^[A-Z][A-Z_]+$/.test(text) && tokens[index + 1]?.text === ':') {
      codes.set(text, line);
    }
  }
  return codes;
}

function findHeadings(text: string): Map<string, number> {
  const headings = new Map<string, number>();
  for (const [index, line] of text.split('\n').entries()) {
    const code = /^## `?([A-Z][A-Z_]+)`?$/.exec(line)?.[1];
    if (code !== undefined) headings.set(code, index + 1);
  }
  return headings;
}
