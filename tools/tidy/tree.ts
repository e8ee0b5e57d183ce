import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The files of the project by their path from its root, with `/`: what the rules look at. */
export type Tree = ReadonlyMap<string, string>;

/** What a rule has to say. */
export interface Finding {
  readonly path: string;
  /** Undefined where the whole file, or its absence, is meant. */
  readonly line?: number;
  readonly message: string;
}

const foldersSkipped: ReadonlySet<string> = new Set([
  'node_modules',
  'dist',
  'coverage',
  'results',
]);
const textFile = /\.(ts|tsx|js|json|md|html|css|yml|txt)$|^\.ci\/run$/;

/** Reads the text files under `root`; what is built, installed or measured is not ours to tidy. */
export function readTree(root: string): Tree {
  const tree = new Map<string, string>();
  // A picture has no words, but links may lead to it.
  const picture = /^docs\/.*\.(png|svg|webp)$/;
  const visit = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        const isHidden = entry.name.startsWith('.') && entry.name !== '.ci';
        if (!isHidden && !foldersSkipped.has(entry.name)) visit(path);
      } else if (entry.isFile() && textFile.test(path)) {
        tree.set(path, readFileSync(join(root, path), 'utf8'));
      } else if (entry.isFile() && picture.test(path)) {
        tree.set(path, '');
      }
    }
  };
  visit('');
  return tree;
}

export function isTypeScript(path: string): boolean {
  return path.endsWith('.ts') || path.endsWith('.tsx');
}

/** Tests, and what only they use: they may import everything and look at the real outside. */
export function isTest(path: string): boolean {
  return path.endsWith('.test.ts') || path.startsWith('test/');
}

/** Code that ships: all under `src` but its tests. */
export function isProduct(path: string): boolean {
  return path.startsWith('src/') && isTypeScript(path) && !isTest(path);
}
