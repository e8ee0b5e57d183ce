import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { projectRoot } from '../../tools/project-root.ts';

/** The names of all metrics on their page, in its order. */
export function documentedMetrics(): readonly string[] {
  const page = readFileSync(join(projectRoot, 'docs/reference/metrics.md'), 'utf8');
  return [...page.matchAll(/^\| `([a-z_]+)/gm)].map(([, name]) => name ?? '');
}
