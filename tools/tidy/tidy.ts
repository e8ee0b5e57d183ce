import { checkErrorReference } from './error-reference.ts';
import { checkGlobals } from './globals.ts';
import { checkImports } from './imports.ts';
import { checkDocumentMap, checkLinks } from './links.ts';
import { checkLockFile } from './lock-file.ts';
import { checkModules } from './modules.ts';
import { checkReadmes } from './readmes.ts';
import { sizeExceptions } from './size-exceptions.ts';
import { checkSizes } from './sizes.ts';
import type { Finding, Tree } from './tree.ts';
import { checkWords } from './words.ts';

/** All rules of ours over a tree: what oxlint and the compiler cannot know about this project. */
export function tidy(tree: Tree): Finding[] {
  return [
    ...checkImports(tree),
    ...checkGlobals(tree),
    ...checkModules(tree),
    ...checkSizes(tree, sizeExceptions),
    ...checkReadmes(tree),
    ...checkErrorReference(tree),
    ...checkLinks(tree),
    ...checkDocumentMap(tree),
    ...checkWords(tree),
    ...checkLockFile(tree),
  ];
}

/** `path:line: message`, as editors and people follow it. */
export function formatFinding({ path, line, message }: Finding): string {
  return line === undefined ? `${path}: ${message}` : `${path}:${line}: ${message}`;
}
