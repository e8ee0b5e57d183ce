import type { Finding, Tree } from './tree.ts';

interface LockFile {
  readonly packages: Readonly<
    Record<string, { readonly optionalDependencies?: Readonly<Record<string, string>> }>
  >;
}

const path = 'package-lock.json';

/**
 * The lock names the optional packages of every platform, not only those of the machine that wrote it.
 * `npm install` leaves out what its registry does not have, silently; `npm ci` then refuses the whole
 * lock, and with it every bare clone.
 */
export function checkLockFile(tree: Tree): Finding[] {
  const text = tree.get(path);
  if (text === undefined) return [{ path, message: 'is missing' }];
  const { packages } = JSON.parse(text) as LockFile;
  const findings: Finding[] = [];
  for (const [owner, { optionalDependencies = {} }] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(optionalDependencies)) {
      const places = [`node_modules/${name}`, `${owner}/node_modules/${name}`];
      if (places.some((place) => Object.hasOwn(packages, place))) continue;
      const message = `has no entry for ${name} ${version}, which ${owner} may need elsewhere`;
      findings.push({ path, message });
    }
  }
  return findings;
}
