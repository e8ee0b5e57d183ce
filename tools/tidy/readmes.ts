import { posix } from 'node:path';
import { isTest, isTypeScript } from './tree.ts';
import type { Finding, Tree } from './tree.ts';

const linesMin = 10;
const linesMax = 40;

/**
 * Each folder under `src` explains itself: a README of 10 to 40 lines with a caption (a list item that
 * begins with the file's name in backquotes) for every file that is not a test, and for no other.
 */
export function checkReadmes(tree: Tree): Finding[] {
  const findings: Finding[] = [];
  for (const [folder, files] of filesByFolder(tree)) {
    const path = `${folder}/README.md`;
    const text = tree.get(path);
    if (text === undefined) {
      findings.push({ path, message: 'is missing: the idea, the invariants, a caption per file' });
      continue;
    }
    const lineCount = text.trimEnd().split('\n').length;
    if (lineCount < linesMin || lineCount > linesMax) {
      const message = `has ${lineCount} lines: expected ${linesMin} to ${linesMax}`;
      findings.push({ path, message });
    }
    findings.push(...compareCaptions(path, files, findCaptions(text)));
  }
  return findings;
}

function compareCaptions(
  path: string,
  files: ReadonlySet<string>,
  captions: ReadonlyMap<string, number>,
): Finding[] {
  const findings: Finding[] = [];
  for (const file of files) {
    if (!captions.has(file)) findings.push({ path, message: `has no caption for ${file}` });
  }
  for (const [file, line] of captions) {
    if (!files.has(file))
      findings.push({ path, line, message: `captions ${file}, which is not there` });
  }
  return findings;
}

/** The captioned files of a README and the lines where they stand. */
function findCaptions(text: string): Map<string, number> {
  const captions = new Map<string, number>();
  for (const [index, line] of text.split('\n').entries()) {
    const names = /^[-*] ((?:`[\w.-]+\.tsx?`(?:, | and )?)+)/.exec(line)?.[1] ?? '';
    for (const [, name] of names.matchAll(/`([\w.-]+)`/g)) {
      if (name !== undefined) captions.set(name, index + 1);
    }
  }
  return captions;
}

/**
 * The names of the non-test files of every folder under `src` that holds TypeScript, itself or below it:
 * `cmud` needs a README although all of its files lie in `rules` and `text`.
 */
function filesByFolder(tree: Tree): Map<string, Set<string>> {
  const folders = new Map<string, Set<string>>();
  for (const path of tree.keys()) {
    if (!isTypeScript(path)) continue;
    const own = posix.dirname(path);
    for (let folder = own; folder.startsWith('src/'); folder = posix.dirname(folder)) {
      const files = folders.get(folder) ?? new Set();
      folders.set(folder, files);
      if (folder === own && !isTest(path)) files.add(posix.basename(path));
    }
  }
  return folders;
}
