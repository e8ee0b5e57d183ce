/** One tool of `npm run check`. */
export interface Tool {
  readonly name: string;
  /** A script that Node runs, from the project's root, and its arguments. */
  readonly script: string;
  readonly args: readonly string[];
}

/** Format, lint, types, dead code, and what only we can know about this project. */
export const tools: readonly Tool[] = [
  { name: 'format', script: 'node_modules/oxfmt/bin/oxfmt', args: ['--check', '.'] },
  {
    name: 'lint',
    script: 'node_modules/oxlint/bin/oxlint',
    args: ['--type-aware', '--deny-warnings', '--report-unused-disable-directives', '.'],
  },
  {
    name: 'types',
    script: 'node_modules/typescript/bin/tsc',
    args: ['-b', '.', 'src/tribbler/web'],
  },
  {
    name: 'dead code',
    script: 'node_modules/knip/bin/knip.js',
    args: ['--no-progress'],
  },
  { name: 'tidy', script: 'dist/tools/tidy.js', args: [] },
];
