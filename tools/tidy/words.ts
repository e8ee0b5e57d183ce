import type { Finding, Tree } from './tree.ts';

interface BannedWord {
  readonly pattern: RegExp;
  /** Which files may not hold it. */
  readonly where: RegExp;
  readonly message: string;
}

// Written so that this file does not hold what it looks for.
const bannedWords: readonly BannedWord[] = [
  {
    pattern: /\b(TO[D]O|FIX[M]E|X[X]X|HA[C]K)\b/,
    where: /./,
    message: 'is a note to oneself: do it, or say in words what is left out and why',
  },
  {
    pattern: /(?<![\w.~-])\/(wor[k]|roo[t]|hom[e])\//,
    where: /./,
    message: "is a path of somebody's machine: use one that every reader has",
  },
  {
    pattern: /(?<![\w.~-])\/tm[p]\//,
    where: /\.md$/,
    message: 'is a path that not every reader has',
  },
  {
    pattern: /(ox|es)lin[t]-disable|oxfm[t]-ignore|prettie[r]-ignore|@ts-(ignor[e]|nochec[k])/,
    where: /\.(ts|js|md)$/,
    message: 'switches a rule off: obey it, or change it for everybody with the reason',
  },
  {
    pattern: /"resolved": "(?!https:\/\/registry\.npmjs\.org\/)/,
    where: /^package-lock\.json$/,
    message: 'names a registry that others cannot reach',
  },
];

/** Text that is committed speaks to strangers and is finished. */
export function checkWords(tree: Tree): Finding[] {
  const findings: Finding[] = [];
  for (const [path, text] of tree) {
    for (const { pattern, where, message } of bannedWords) {
      if (!where.test(path)) continue;
      for (const [index, line] of text.split('\n').entries()) {
        const found = pattern.exec(line)?.[0].trim();
        if (found !== undefined)
          findings.push({ path, line: index + 1, message: `${found} ${message}` });
      }
    }
  }
  return findings;
}
