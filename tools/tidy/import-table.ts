/**
 * Who may import whom. ARCHITECTURE.md tells it in words; this is what the check obeys.
 *
 * A file belongs to the row with the longest path that it is under, and may import its own row and the
 * rows named there. `all` means everything of ours but `sim`, which no product code may use.
 */
export interface Row {
  /** Other rows, or `all`. */
  readonly rows: readonly string[] | 'all';
  /** Packages of npm. */
  readonly packages: readonly string[];
  /** Whether `node:` modules may be imported: the outside has two doors, `platform` and `cli`. */
  readonly node: boolean;
}

export const importTable: Readonly<Record<string, Row>> = {
  core: { rows: [], packages: [], node: false },
  platform: { rows: ['core'], packages: ['pino', '@node-rs/argon2'], node: true },
  sim: {
    rows: [
      'core',
      'actor',
      'resp',
      'geo',
      'geo/server',
      'geo/client',
      'ring',
      'ring/server',
      'ring/libstore',
    ],
    packages: [],
    node: false,
  },
  actor: { rows: ['core'], packages: [], node: false },
  resp: { rows: ['core'], packages: [], node: false },
  geo: { rows: ['core'], packages: [], node: false },
  'geo/server': {
    rows: ['core', 'actor', 'resp', 'geo'],
    packages: [],
    node: false,
  },
  'geo/client': { rows: ['core', 'resp', 'geo'], packages: [], node: false },
  ring: { rows: ['core', 'resp'], packages: [], node: false },
  'ring/server': { rows: ['core', 'actor', 'resp', 'ring'], packages: [], node: false },
  'ring/libstore': { rows: ['core', 'resp', 'ring'], packages: [], node: false },
  'cmud/rules': { rows: [], packages: [], node: false },
  'cmud/text': { rows: ['core', 'cmud/rules', 'geo/client'], packages: [], node: false },
  tribbler: { rows: ['core'], packages: [], node: false },
  'tribbler/server': {
    rows: ['core', 'ring/libstore', 'tribbler'],
    packages: ['zod'],
    node: false,
  },
  'tribbler/web': {
    rows: ['tribbler', 'tribbler/web/model', 'tribbler/web/browser', 'tribbler/web/page'],
    packages: ['preact'],
    node: false,
  },
  'tribbler/web/model': { rows: ['core', 'tribbler'], packages: [], node: false },
  'tribbler/web/browser': { rows: ['tribbler', 'tribbler/web/model'], packages: [], node: false },
  'tribbler/web/page': {
    rows: ['tribbler', 'tribbler/web/model', 'tribbler/web/browser'],
    packages: ['preact', '@preact/signals'],
    node: false,
  },
  cli: { rows: 'all', packages: ['commander'], node: true },
  entries: { rows: 'all', packages: [], node: false },
};

/** The files at the root of `src`: what applications import, and what a thread starts with. */
export const entryFiles: ReadonlySet<string> = new Set([
  'src/index.ts',
  'src/client.ts',
  'src/ring.ts',
  'src/actor.ts',
  'src/actor-thread.ts',
]);

/** The row of a file under `src`, or undefined if the table has none. */
export function rowOf(path: string): string | undefined {
  if (entryFiles.has(path)) return 'entries';
  const folders = path.split('/').slice(1, -1);
  for (let depth = folders.length; depth > 0; depth--) {
    const name = folders.slice(0, depth).join('/');
    if (Object.hasOwn(importTable, name)) return name;
  }
  return undefined;
}
