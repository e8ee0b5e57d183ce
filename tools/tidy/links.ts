import { posix } from 'node:path';
import type { Finding, Tree } from './tree.ts';

/** Relative links of documents lead to files, and their `#` parts to headings, that are there. */
export function checkLinks(tree: Tree): Finding[] {
  const findings: Finding[] = [];
  for (const [path, text] of tree) {
    if (!path.endsWith('.md')) continue;
    for (const { target, line } of findLinks(text)) {
      const message = judge(tree, path, target);
      if (message !== undefined) findings.push({ path, line, message });
    }
  }
  return findings;
}

const map = 'docs/README.md';

/** Every document under `docs` is linked from their map: what nobody finds is not written for anybody. */
export function checkDocumentMap(tree: Tree): Finding[] {
  const links = findLinks(tree.get(map) ?? '').map(({ target }) => posix.join('docs', target));
  const findings: Finding[] = [];
  for (const path of tree.keys()) {
    const isDocument = path.startsWith('docs/') && path.endsWith('.md') && path !== map;
    if (isDocument && !links.includes(path)) {
      findings.push({ path: map, message: `does not link ${path}` });
    }
  }
  return findings;
}

function judge(tree: Tree, from: string, target: string): string | undefined {
  if (/^[a-z]+:/.test(target)) return undefined; // https:, mailto:
  const [file = '', heading] = target.split('#');
  const path = file === '' ? from : posix.join(posix.dirname(from), file).replace(/\/$/, '');
  const text = tree.get(path);
  if (text === undefined) {
    return isFolder(tree, path) ? undefined : `links to ${target}, which is not there`;
  }
  if (heading === undefined || findAnchors(text).has(heading)) return undefined;
  return `links to ${target}, and ${path} has no such heading`;
}

function isFolder(tree: Tree, path: string): boolean {
  for (const file of tree.keys()) if (file.startsWith(`${path}/`)) return true;
  return path === '.' || path === 'LICENSE';
}

function findLinks(text: string): { target: string; line: number }[] {
  const links: { target: string; line: number }[] = [];
  for (const [index, line] of proseLines(text)) {
    for (const [, target] of line.replaceAll(/`[^`]*`/g, '').matchAll(/\]\(([^)\s]+)\)/g)) {
      if (target !== undefined) links.push({ target, line: index + 1 });
    }
  }
  return links;
}

/** The names by which headings can be linked: lower case, without punctuation, `-` for spaces. */
function findAnchors(text: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, line] of proseLines(text)) {
    const heading = /^#+ (.*)$/.exec(line)?.[1];
    if (heading === undefined) continue;
    const kept = heading.toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, '');
    anchors.add(kept.trim().replaceAll(/\s/g, '-'));
  }
  return anchors;
}

/** The lines outside fenced code, with their index. */
function proseLines(text: string): [number, string][] {
  let isFenced = false;
  const lines: [number, string][] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (/^\s*```/.test(line)) isFenced = !isFenced;
    else if (!isFenced) lines.push([index, line]);
  }
  return lines;
}
